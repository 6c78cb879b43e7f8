import type { SiteDocument } from "../api";
import { t } from "../i18n";

/**
 * The keys that can be worded: the built-in ones, those of the site's own
 * purposes, and overrides without built-in words. Words of purposes that the
 * site does not have are left out.
 */
export function wordKeys(doc: SiteDocument, built: Record<string, string>, own: Record<string, string>): string[] {
  const ofPurposes = doc.purposes.flatMap((p) => [
    `purpose.${p.id}.title`,
    `purpose.${p.id}.description`,
    ...(p.levels ?? []).map((level) => `level.${p.id}.${level}`),
  ]);
  const has = (key: string) => doc.purposes.some((p) => p.id === key.split(".")[1]);
  const shown = Object.keys(built).filter((key) => !/^(purpose|level)\./.test(key) || has(key));
  return [...new Set([...shown, ...ofPurposes, ...Object.keys(own)])];
}

/** Headings by the first part of a key, in the order in which visitors meet the words. */
const headings = (): Record<string, string> => ({
  banner: t("Banner"),
  button: t("Buttons"),
  gpc: t("Opt-out signal"),
  prefs: t("Preferences"),
  purpose: t("Purposes"),
  level: t("Levels"),
  embed: t("Embedded content"),
  list: t("Lists"),
  link: t("Links that some laws want"),
  optout: t("Opt-out"),
});

/** Keys under their headings; titles go first, then the order of labels counts. */
export function groups(keys: string[]): [heading: string, keys: string[]][] {
  const by = new Map<string, string[]>();
  for (const key of keys) {
    const part = key.includes(".") ? first(key) : "other";
    by.set(part, [...(by.get(part) ?? []), key]);
  }
  const order = Object.keys(headings());
  const rank = (part: string) => (order.indexOf(part) + order.length + 1) % (order.length + 1);
  const known = Object.keys(labels());
  const place = (key: string) => {
    if (key.startsWith("purpose.")) return key.replace(/title$/, " ");
    if (key.endsWith(".title")) return "0";
    const i = known.indexOf(key);
    return i < 0 ? `2 ${key}` : `1 ${String(i).padStart(3, "0")}`;
  };
  for (const members of by.values()) members.sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return [...by]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([part, members]) => [headings()[part] ?? plain(part), members]);
}

/** Names of words whose key says too little, the most seen first. */
const labels = (): Record<string, string> => ({
  "banner.body.opt-in": t("Text where permission is needed"),
  "banner.body.mixed": t("Text where only some need permission"),
  "banner.body.opt-out": t("Text where visitors may object"),
  "banner.body.notice": t("Text where a notice is enough"),
  "banner.policy": t("Link to the privacy policy"),
  "prefs.body": t("Text"),
  "prefs.always": t("Beside what is always on"),
  "prefs.used_by": t("Before the names of vendors"),
  "prefs.level": t("Name of the level choice"),
  "prefs.list": t("Link to the list of cookies and vendors"),
  "prefs.reopen": t("Reopen button"),
  "prefs.saved": t("Read out after a choice"),
  "gpc.honoured": t("Note that the signal is honoured"),
  "embed.body": t("Text of the placeholder"),
  "embed.once": t("Show once"),
  "embed.always": t("Always show"),
  "list.comma": t("Between the others of a list"),
  "list.and": t("Between the last two of a list"),
  "link.do_not_sell": t("No sale or sharing"),
  "link.limit_sensitive": t("Limits for sensitive data"),
  "link.choices": t("Privacy choices"),
  "link.notice_at_collection": t("Notice at collection"),
  "optout.honoured": t("Note that an opt-out is honoured"),
});

/** Parts of keys that stand for themselves. */
const parts = (): Record<string, string> => ({
  title: t("Title"),
  description: t("Description"),
  accept: t("Accept all"),
  reject: t("Reject all"),
  settings: t("Settings"),
  save: t("Save choices"),
  close: t("Close"),
  updated: t("Last updated"),
  upcoming: t("Announced change"),
});

/** "banner.title" reads as "Title"; "purpose.analytics.title" as "Analytics: Title". */
export function wordLabel(key: string): string {
  const label = labels()[key];
  if (label) return label;
  const path = key.split(".").slice(key.includes(".") ? 1 : 0);
  const known = parts();
  return path.map((part, i) => known[part] ?? (i === 0 ? plain(part) : part.replace(/[_-]/g, " "))).join(": ");
}

/** The blanks of built-in words, such as {controller}. */
export function blanks(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g))];
}

const first = (key: string) => key.split(".")[0] ?? key;

function plain(s: string): string {
  const words = s.replace(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
