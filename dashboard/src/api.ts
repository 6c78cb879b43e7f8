// Everything the dashboard knows about the server: its shapes, generated from
// the server's own description, and one function per route. No other file
// fetches.
import createClient from "openapi-fetch";
import type { components, paths } from "../../contract/types.gen";

type Shapes = components["schemas"];

export type Scheme = NonNullable<Shapes["Theme"]["scheme"]>;
export type Colours = Shapes["Colours"];
export type Theme = Shapes["Theme"];
export type Banner = Shapes["Banner"];
export type Purpose = Shapes["Purpose"];
export type Vendor = Shapes["Vendor"];
export type Cookie = Shapes["Cookie"];
export type Stricter = Shapes["Stricter"];
/** The document that is edited. Fields that no page edits travel unchanged. */
export type SiteDocument = Shapes["Site"];
export type Session = Shapes["Principal"];
/** A row of the list; edition 0 means never published. */
export type SiteRow = Shapes["SiteRow"];
export type SiteView = Shapes["SiteView"];
export type EditionRow = Shapes["Edition"];
export type Published = Shapes["Published"];
export type PreviewAsk = Shapes["Preview"];
export type Finding = Shapes["Finding"];
/** An RFC 9457 problem document. Status 0: no answer came at all. */
export type Problem = Partial<Shapes["Problem"]> & Pick<Shapes["Problem"], "title" | "status">;

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

const client = createClient<paths>({ credentials: "same-origin" });

interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Gives the answer's body, or throws an ApiError that says what is wrong. */
async function take<T>(reply: Promise<Reply<T>>, signal?: AbortSignal): Promise<T> {
  let got: Reply<T>;
  try {
    got = await reply;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({
      title: "The server does not answer",
      status: 0,
      code: "unreachable",
      fix: "Check that the server runs and that you are online. The page tries again by itself.",
    });
  }
  if (got.response.ok) return got.data as T;
  const given: Partial<Problem> = typeof got.error === "object" && got.error !== null ? got.error : {};
  throw new ApiError({
    ...given,
    title: given.title || `The server answered ${got.response.status}`,
    status: got.response.status,
  });
}

const at = (site: string) => ({ path: { site } });

export const api = {
  signIn: (setup: string) => take(client.POST("/v1/session", { body: { setup } })),
  session: (signal?: AbortSignal) => take(client.GET("/v1/session", { signal }), signal),
  signOut: () => take(client.DELETE("/v1/session")),
  sites: (signal?: AbortSignal) => take(client.GET("/v1/sites", { signal }), signal),
  site: (id: string, signal?: AbortSignal) => take(client.GET("/v1/sites/{site}", { params: at(id), signal }), signal),
  saveDraft: (id: string, body: SiteDocument) =>
    take(client.PUT("/v1/sites/{site}/draft", { params: at(id), body })),
  publish: (id: string, note: string) =>
    take(client.POST("/v1/sites/{site}/publish", { params: at(id), body: { note } })),
  rollback: (id: string, edition: number) =>
    take(client.POST("/v1/sites/{site}/rollback", { params: at(id), body: { edition } })),
  editions: (id: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/editions", { params: at(id), signal }), signal),
  preview: (id: string, body: PreviewAsk, signal?: AbortSignal) =>
    take(client.POST("/v1/sites/{site}/preview", { params: at(id), body, signal }), signal),
  words: (locale: string, signal?: AbortSignal) =>
    take(client.GET("/v1/words", { params: { query: { locale } }, signal }), signal),
};

/** The built-in words of a language; they change only with the program. */
export const wordsQuery = (locale: string) => ({
  queryKey: ["words", locale],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.words(locale, signal),
  staleTime: Number.POSITIVE_INFINITY,
});
