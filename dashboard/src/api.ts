// Everything the dashboard knows about the server: the shapes it speaks and
// one function per route. No other file fetches.

export type Scheme = "auto" | "light" | "dark";

export interface Colours {
  accent?: string;
  accent_text?: string;
  background?: string;
  text?: string;
}

export interface Theme extends Colours {
  scheme?: string;
  dark?: Colours;
  radius?: number;
  font?: string;
}

export interface Banner {
  layout: string;
  position?: string;
  theme: Theme;
  reopen: boolean;
}

export interface Purpose {
  id: string;
  classes: string[];
  basis: string;
  levels?: string[];
  own_audience?: boolean;
}

export interface Vendor {
  id: string;
  name: string;
  purposes: string[];
  hosts?: string[];
  country?: string;
  policy_url?: string;
}

export interface Cookie {
  name: string;
  purpose: string;
  vendor?: string;
  kind?: string;
  lifetime?: string;
}

export interface Stricter {
  places?: string[];
  modes: Record<string, string>;
}

/** The document that is edited. Fields that no page edits travel unchanged. */
export interface SiteDocument {
  id: string;
  name: string;
  origins: string[];
  establishment: string;
  controller: { name: string; address: string; email: string; phone?: string; website?: string };
  policy_url: string;
  locales: string[];
  purposes: Purpose[];
  vendors?: Vendor[];
  cookies?: Cookie[];
  stricter?: Stricter[];
  banner: Banner;
  features: { consent_mode: boolean; cookie_writes: boolean };
  texts?: Record<string, Record<string, string>>;
}

export interface Session {
  role: string;
  tenant: string;
  expires: string;
}

/** A row of the list; edition 0 means never published. */
export interface SiteRow {
  id: string;
  name: string;
  edition: number;
  published_at?: string;
  draft_saved_at?: string;
  changed: boolean;
  tag: string;
}

export interface SiteView {
  id: string;
  edition: number;
  published_at?: string;
  draft: SiteDocument;
  changed: boolean;
  tag: string;
  script_url: string;
  /** Languages that have built-in words. */
  locales: string[];
}

export interface EditionRow {
  number: number;
  hash: string;
  since: number;
  published_at: string;
  by?: string;
  note?: string;
}

export interface Published {
  edition: number;
  changed: boolean;
}

export interface PreviewAsk {
  site: SiteDocument;
  place: string;
  locale: string;
  gpc: boolean;
}

export interface Finding {
  path: string;
  cause: string;
  fix: string;
}

/** An RFC 9457 problem document. Status 0: no answer came at all. */
export interface Problem {
  title: string;
  status: number;
  code?: string;
  detail?: string;
  fix?: string;
  findings?: Finding[];
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = "ApiError";
  }
}

/** What to tell a person about any failure. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { title: "Something went wrong in this page", status: -1, detail: String(error), fix: "Reload the page." };
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal,
      credentials: "same-origin",
      headers: body === undefined ? undefined : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({
      title: "The server does not answer",
      status: 0,
      code: "unreachable",
      fix: "Check that the server runs and that you are online. The page tries again by itself.",
    });
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const json = parse(text);
  if (response.ok && json !== undefined) return json as T;
  const given = (json ?? {}) as Partial<Problem>;
  throw new ApiError({
    ...given,
    title: given.title || `The server answered ${response.status}`,
    status: response.status,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const site = (id: string) => `/v1/sites/${encodeURIComponent(id)}`;

export const api = {
  signIn: (setup: string) => call<void>("POST", "/v1/session", { setup }),
  session: (signal?: AbortSignal) => call<Session>("GET", "/v1/session", undefined, signal),
  signOut: () => call<void>("DELETE", "/v1/session"),
  sites: (signal?: AbortSignal) => call<{ sites: SiteRow[] | null }>("GET", "/v1/sites", undefined, signal),
  site: (id: string, signal?: AbortSignal) => call<SiteView>("GET", site(id), undefined, signal),
  saveDraft: (id: string, doc: SiteDocument) =>
    call<{ saved_at: string; changed: boolean }>("PUT", `${site(id)}/draft`, doc),
  publish: (id: string, note: string) => call<Published>("POST", `${site(id)}/publish`, { note }),
  rollback: (id: string, edition: number) => call<Published>("POST", `${site(id)}/rollback`, { edition }),
  editions: (id: string, signal?: AbortSignal) =>
    call<{ editions: EditionRow[] | null }>("GET", `${site(id)}/editions`, undefined, signal),
  preview: (id: string, ask: PreviewAsk, signal?: AbortSignal) =>
    call<{ url: string }>("POST", `${site(id)}/preview`, ask, signal),
  words: (locale: string, signal?: AbortSignal) =>
    call<{ locale: string; words: Record<string, string> }>(
      "GET",
      `/v1/words?locale=${encodeURIComponent(locale)}`,
      undefined,
      signal,
    ),
};

/** The built-in words of a language; they change only with the program. */
export const wordsQuery = (locale: string) => ({
  queryKey: ["words", locale],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.words(locale, signal),
  staleTime: Number.POSITIVE_INFINITY,
});
