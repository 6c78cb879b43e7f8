// What the server says, in the dashboard's language. The API answers in English,
// with codes for programs; as everywhere in the dashboard the English sentence is
// the key, and {} stands for what the server has filled in.
type Words = Readonly<Record<string, string>>;

interface Pattern {
  fits: RegExp;
  said: string;
}

let exact: Words = {};
let patterns: readonly Pattern[] = [];
let point = ".";

/** Takes the catalogue of a language. */
export function teach(words: Words, language: string): void {
  exact = words;
  point = (1.5).toLocaleString(language).charAt(1);
  patterns = Object.entries(words)
    .filter(([text]) => text.includes("{}"))
    // The more of a sentence is fixed, the surer is the match.
    .sort(([a], [b]) => b.length - a.length)
    .map(([text, said]) => ({ fits: new RegExp(`^${text.split("{}").map(literal).join("([^]+?)")}$`), said }));
}

const literal = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A sentence of the server; one that is not known stays English. */
export function told(text: string): string {
  const whole = exact[text];
  if (whole) return whole;
  if (/^\d+\.\d+$/.test(text)) return text.replace(".", point);
  for (const { fits, said } of patterns) {
    const [, ...filled] = fits.exec(text) ?? [];
    // What is filled in may be a sentence, or a part of one, itself.
    if (filled.length > 0) return said.replace(/\{\}/g, () => told(filled.shift() ?? ""));
  }
  return text;
}
