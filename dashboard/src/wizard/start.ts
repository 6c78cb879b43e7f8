import type { SiteDocument } from "../api";
import { inDark, textOn } from "../colour";

/** What the wizard asks; everything else of a site has a good start. */
export interface Answers {
  domain: string;
  name: string;
  email: string;
  address: string;
  policy: string;
  country: string;
  visitors: string;
  locales: string[];
  uses: string[];
  askAds: boolean;
  layout: string;
  accent: string;
}

export const blank: Answers = {
  domain: "",
  name: "",
  email: "",
  address: "",
  policy: "",
  country: "",
  visitors: "world",
  locales: ["en", "de", "fr", "es"],
  uses: ["analytics", "marketing"],
  askAds: true,
  layout: "box",
  accent: "#0f6b55",
};

/** The bare host of what people type or paste as their domain. */
export function hostOf(typed: string): string {
  const host = typed.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").split(/[/?#]/)[0] ?? "";
  return host.replace(/^www\./, "").replace(/\.$/, "");
}

export function isHost(host: string): boolean {
  return /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/.test(host) || /^localhost(:\d+)?$/.test(host);
}

/** An id from a domain that no other site has. */
export function idFor(host: string, taken: readonly string[]): string {
  const base =
    host
      .split(":")[0]
      ?.replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 28) || "site";
  if (!taken.includes(base)) return base;
  let n = 2;
  while (taken.includes(`${base}-${n}`)) n++;
  return `${base}-${n}`;
}

/** The addresses of a host; the first is the one that its pages are checked at. */
export function originsOf(host: string): string[] {
  if (host.startsWith("localhost")) return [`http://${host}`];
  return [`https://${host}`, `https://www.${host}`];
}

/** The first document of a site. */
export function documentOf(a: Answers, id: string): SiteDocument {
  const host = hostOf(a.domain);
  const purposes: SiteDocument["purposes"] = [{ id: "necessary", classes: ["necessary"], basis: "legitimate_interest" }];
  if (a.uses.includes("functional")) purposes.push({ id: "functional", classes: ["functional"], basis: "consent" });
  if (a.uses.includes("analytics")) purposes.push({ id: "analytics", classes: ["analytics"], basis: "consent" });
  if (a.uses.includes("marketing")) purposes.push({ id: "marketing", classes: ["ads", "sale_share"], basis: "consent" });
  if (a.uses.includes("recording"))
    purposes.push({ id: "recording", classes: ["recording"], basis: "consent", levels: ["metadata", "no_pii", "everything"] });
  const ads = a.uses.includes("marketing");
  return {
    id,
    name: a.name,
    origins: originsOf(host),
    ...(host.startsWith("localhost") ? {} : { cookie_domain: host }),
    establishment: a.country,
    controller: { name: a.name, address: a.address, email: a.email },
    policy_url: a.policy,
    locales: a.locales,
    purposes,
    ...(ads && a.askAds ? { stricter: [{ modes: { ads: "opt-in", sale_share: "opt-in" } }] } : {}),
    banner: { layout: a.layout, theme: { scheme: "auto", accent: a.accent, accent_text: textOn(a.accent), dark: inDark(a.accent) }, reopen: true },
    features: { consent_mode: a.uses.includes("analytics") || ads, cookie_writes: true },
  } as SiteDocument;
}
