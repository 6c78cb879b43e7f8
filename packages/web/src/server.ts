// Asks the consent server from a site's own server. Whatever is not a clear yes is
// no, and it never fails: an error, a timeout and another answer are no, too.

type Values = string | readonly string[] | undefined;

/** A request of Node or of the Fetch API, or its headers alone, as Next.js hands them out. */
export type Visitor = VisitorHeaders | { readonly headers: VisitorHeaders };
type VisitorHeaders = { get(name: string): string | null } | { readonly [name: string]: Values };

export type GateOptions = {
  /** Where this server reaches the consent server, such as `https://consent.example.com`. */
  readonly server: string;
  readonly site: string;
  /** For how many milliseconds an answer is waited for; 1000 when left out. */
  readonly timeout?: number;
};

/** What a handler needs of the answer that it refuses. */
export type Refusable = {
  statusCode: number;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
};

export type Gate = {
  /** Whether a purpose may run for a visitor, at a level by its number if one is named. */
  allowed(visitor: Visitor, purpose: string, level?: number): Promise<boolean>;
  /** For Express, Connect and the like: lets requests through where the purpose may run, and answers the others with 403. */
  require(purpose: string, level?: number): (request: Visitor, response: Refusable, next: () => void) => Promise<void>;
};

const header = (visitor: Visitor, name: string): string => {
  const headers = ("headers" in visitor && typeof visitor.headers === "object" ? visitor.headers : visitor) as VisitorHeaders;
  const value: Values | null = typeof headers.get === "function" ? headers.get(name) : (headers as { readonly [name: string]: Values })[name];
  return typeof value === "string" ? value : (value?.join(name === "cookie" ? "; " : ", ") ?? "");
};

/** The visitor's own two cookies and signal; no other cookie is the consent server's business. */
const told = (visitor: Visitor): Record<string, string> => {
  const cookie = header(visitor, "cookie").split(";").filter((c) => /^\s*lx_(consent|subject)\s*=/.test(c)).join(";");
  const gpc = header(visitor, "sec-gpc");
  return { ...(cookie && { cookie: cookie.trim() }), ...(gpc && { "sec-gpc": gpc }) };
};

type Answer = { site?: unknown; decisions?: readonly { purpose?: unknown; allow?: unknown; reason?: unknown }[] };

/** Makes a gate. It throws where an option cannot be right, so that a server does not start with it. */
export const createGate = ({ server, site, timeout = 1000 }: GateOptions): Gate => {
  const check = new URL("v1/check", server.replace(/\/*$/, "/"));
  if (!/^https?:$/.test(check.protocol)) throw new TypeError("server is no web address: write it with http:// or https://");
  if (!site) throw new TypeError("no site is named");
  if (!(timeout > 0)) throw new TypeError("timeout is not a number of milliseconds");

  const ask = async (visitor: Visitor, purpose: string, level: number): Promise<boolean> => {
    const url = new URL(check);
    url.search = `${new URLSearchParams({ site, purpose, ...(level ? { level: `${level}` } : {}) })}`;
    // A redirect would take the visitor's cookies to another server.
    const answer = await fetch(url, { headers: told(visitor), redirect: "error", cache: "no-store", signal: AbortSignal.timeout(timeout) });
    if (!answer.ok) return false;
    const { site: about, decisions } = (await answer.json()) as Answer;
    const d = decisions?.[0];
    // Without a key, the consent server judges what nobody has answered by where this server is, and not the visitor.
    return about === site && d?.purpose === purpose && d.allow === true && (d.reason === "granted" || d.reason === "necessary");
  };
  const allowed = (visitor: Visitor, purpose: string, level = 0) => ask(visitor, purpose, level).catch(() => false);
  return {
    allowed,
    require: (purpose, level) => async (request, response, next) => {
      const vary = response.getHeader("Vary");
      response.setHeader("Vary", [...(vary ? [`${vary}`] : []), "Cookie, Sec-GPC"].join(", "));
      if (await allowed(request, purpose, level)) return next();
      response.statusCode = 403;
      response.setHeader("Cache-Control", "no-store");
      response.end(`The visitor has not consented to ${purpose}.`);
    },
  };
};
