// What the panel sees in the page. It only looks.
import { match } from "../match.ts";

type Level = Readonly<Record<string, number>>;
type Held = { readonly kind: string; readonly target: string; readonly purpose: string; readonly vendor?: string; readonly held: boolean; readonly count: number };
type Api = {
  readonly has: (name: string) => boolean;
  readonly get: () => { readonly edition: number; readonly regime: string; readonly levels: Level; readonly decided: boolean; readonly gpc: boolean };
  readonly held?: () => readonly Held[];
};
const page = window as unknown as {
  lxConsent?: Partial<Api>;
  dataLayer?: ArrayLike<unknown>[];
  uetq?: unknown;
  clarity?: { q?: ArrayLike<unknown>[] };
  fbq?: { queue?: ArrayLike<unknown>[]; callMethod?: unknown };
  wp_consent_type?: string;
};
export type Row = readonly string[];

const words = (o: object) => Object.entries(o).map(([k, v]) => `${k} ${v}`);

/** Consent Mode as a tag manager works it out: the defaults of places aside, the latest word on each signal. */
const consentMode = (): Row[] => {
  const state: Record<string, string> = {};
  const first: Record<string, number> = {};
  const layer = Array.isArray(page.dataLayer) ? page.dataLayer : [];
  let config = Number.POSITIVE_INFINITY;
  layer.forEach((entry, i) => {
    const [command, kind, values] = Array.from(entry ?? []) as [string, string, Record<string, string>];
    if (command === "config" || (entry as unknown as { event?: string }).event === "gtm.js") config = Math.min(config, i);
    if (command !== "consent" || !values || values.region) return;
    first[kind] ??= i;
    Object.assign(state, values);
  });
  if (first.default === undefined) return [];
  const late = config < first.default;
  return [...words(state).map((w) => ["Consent Mode", w]), ["Consent Mode", late ? "the default came after the first tag" : "the default came before any tag"]];
};

/** What each platform was last told. */
export const signals = (): Row[] => {
  const out = consentMode();
  if (Array.isArray(page.uetq)) {
    const at = page.uetq.lastIndexOf("consent");
    if (at >= 0) out.push(["Microsoft UET", `${page.uetq[at + 1]}: ${words(page.uetq[at + 2] as object)}`]);
  } else if (page.uetq) out.push(["Microsoft UET", "its tag has taken over"]);
  const clarity = Array.from(page.clarity?.q ?? []).filter((c) => c[0] === "consentv2").at(-1);
  if (clarity) out.push(["Microsoft Clarity", words(clarity[1] as object).join(", ")]);
  const meta = Array.from(page.fbq?.queue ?? []).filter((c) => c[0] === "consent").at(-1);
  if (meta) out.push(["Meta", `${meta[1]}`]);
  else if (page.fbq?.callMethod) out.push(["Meta", "its tag has taken over"]);
  if (page.wp_consent_type) out.push(["WordPress", page.wp_consent_type]);
  out.push(["Global Privacy Control", page.lxConsent?.get?.().gpc ? "on" : "off"]);
  return out;
};

const short = (s: string) => (s.length > 90 ? `${s.slice(0, 60)}…${s.slice(-25)}` : s);

/** Everything that was held by a rule, and every element with a mark. */
export const held = (): Row[] => {
  const has = (name: string) => page.lxConsent?.has?.(name);
  const ruled = (page.lxConsent?.held?.() ?? []).map((h) => {
    const state = !h.held ? "would be held" : has(h.vendor ?? h.purpose) ? "may go now" : "held";
    return [h.kind, short(h.target), h.purpose, `${state}${h.count > 1 ? ` (${h.count} times)` : ""}`];
  });
  const marks = document.querySelectorAll<HTMLElement>("[data-category],[data-cookieconsent],[class*=optanon-category]");
  const marked = Array.from(marks, (e) => {
    const source = e.dataset.src ?? e.dataset.cookieblockSrc;
    const waits = source !== undefined || e.getAttribute("type") === "text/plain";
    return [e.localName, short(source ?? e.getAttribute("src") ?? "in the page"), e.dataset.category ?? e.dataset.cookieconsent ?? e.className, waits ? "held" : "released"];
  });
  for (const e of document.querySelectorAll<HTMLElement>(".lx-embed")) marked.push(["frame", e.querySelector("p")?.textContent ?? "", "", "a placeholder stands for it"]);
  return [...ruled, ...marked];
};

const keysOf = (kind: "local" | "session"): string[] => {
  try {
    return Object.keys(window[`${kind}Storage`]);
  } catch {
    return [];
  }
};

/** Cookies and keys that are declared or there. */
export const cookies = (): Row[] => {
  const there = [
    ...document.cookie.split("; ").filter(Boolean).map((c) => ["cookie", c.split("=", 1)[0] ?? ""]),
    ...keysOf("local").map((k) => ["local", k]),
    ...keysOf("session").map((k) => ["session", k]),
  ] as const;
  const rows: Row[] = LX_INFO.cookies.map((c) => {
    const found = there.filter(([kind, name]) => kind === c.kind && match(c.name, name ?? "")).map(([, name]) => name);
    const allowed = page.lxConsent?.has?.(c.purpose) ? "allowed" : "refused";
    return [c.name, c.kind, [c.purpose, c.vendor].filter(Boolean).join(", "), c.lifetime ?? "", `${allowed}, ${found[0] ? `there: ${found.join(" ")}` : "not there"}`];
  });
  for (const [kind = "", name = ""] of there)
    if (!/^lx_(consent|pending)$/.test(name) && !LX_INFO.cookies.some((c) => c.kind === kind && match(c.name, name))) rows.push([name, kind, "not declared", "", "there"]);
  return rows;
};

/** Each purpose with what holds for it. */
export const purposes = (): Row[] => {
  const levels = page.lxConsent?.get?.().levels ?? {};
  return LX_INFO.purposes.map((p) => [p.id, p.classes.join(", "), p.mode, levels[p.id] ? `runs, level ${levels[p.id]}` : "does not run"]);
};

/** The visit in a few lines; what differs between server and page comes from a script that was kept. */
export const visit = (): Row[] => {
  const now = page.lxConsent?.get?.();
  return [
    ["Site", `${LX_INFO.site}, edition ${now?.edition ?? LX_INFO.edition}${now && now.edition !== LX_INFO.edition ? ` (${LX_INFO.edition} is live)` : ""}`],
    ["Place", `${LX_INFO.place}, from ${LX_INFO.source}`],
    ["Established in", LX_INFO.establishment],
    ["Regime", `${now?.regime ?? LX_INFO.regime}${now && now.regime !== LX_INFO.regime ? ` (${LX_INFO.regime} now)` : ""}`],
    ["Language", LX_INFO.locale],
    ["Choice", now ? (now.decided ? "nothing is left to ask" : "asked") : "the script does not run"],
    ["Recorded", /(^|; )lx_consent=1\.-/.test(document.cookie) ? "not yet: the server has answered nothing to the last choice; does the site list this page's origin?" : now?.decided ? "yes" : "nothing is decided"],
    ["Features", LX_INFO.features.join(", ")],
  ];
};
