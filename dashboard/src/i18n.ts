// The dashboard's own languages. A sentence is its English text; another
// language is a catalogue from English to that language.
import { teach } from "./server-words";
import { Fragment, type ReactNode, createElement } from "react";

export const languages = [
  { value: "en", label: "English" },
  { value: "de", label: "Deutsch" },
  { value: "es", label: "Español" },
] as const;
export type Language = (typeof languages)[number]["value"];
type Values = Readonly<Record<string, string | number>>;

const KEY = "lx-dashboard-language";
const spoken = { language: "en" as Language, words: {} as Readonly<Record<string, string>> };

/** The language that is shown; it changes only with a reload. */
export const language = (): Language => spoken.language;

/** A sentence in the language that is shown; `{name}` takes a value. */
export function t(text: string, values?: Values): string {
  const said = spoken.words[text] ?? text;
  return values ? said.replace(/\{(\w+)\}/g, (whole, name: string) => `${values[name] ?? whole}`) : said;
}

/** As t, with elements in place of `{name}`. */
export function rich(text: string, values: Readonly<Record<string, ReactNode>>): ReactNode {
  const parts = (spoken.words[text] ?? text).split(/\{(\w+)\}/);
  return parts.map((part, i) => createElement(Fragment, { key: `${i}${part}` }, i % 2 ? values[part] : part));
}

/** Singular or plural by the rules of the language; both texts may hold `{n}`. */
export function count(n: number, one: string, many: string): string {
  return t(new Intl.PluralRules(spoken.language).select(n) === "one" ? one : many, { n: n.toLocaleString(spoken.language) });
}

function preferred(): Language {
  const known = (l: string | null) => languages.find(({ value }) => value === l?.slice(0, 2))?.value;
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // A browser without storage speaks its own language each time.
  }
  return known(kept) ?? navigator.languages.map(known).find((l) => l !== undefined) ?? "en";
}

/** Loads the words before anything is shown; without them the dashboard speaks English. */
export async function learn(): Promise<void> {
  const wanted = preferred();
  try {
    if (wanted === "de") spoken.words = (await import("./words/de.json")).default;
    if (wanted === "es") spoken.words = (await import("./words/es.json")).default;
    spoken.language = wanted;
    void learnServer(wanted);
  } catch {
    // English is in the code.
  }
  document.documentElement.lang = spoken.language;
}

/** Learns what the server says; nothing that is seen first waits for it. */
async function learnServer(wanted: Language): Promise<void> {
  try {
    if (wanted === "de") teach((await import("./words/server.de.json")).default, wanted);
    if (wanted === "es") teach((await import("./words/server.es.json")).default, wanted);
  } catch {
    // Then it speaks English.
  }
}

/** Speaks another language from the next load on, which is now. */
export function choose(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    return;
  }
  window.location.reload();
}
