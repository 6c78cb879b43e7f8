import { language } from "./i18n";
import { placeName } from "./wizard/places";

/** A language in the words of the dashboard's, as it stands within a sentence. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(language(), { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** As languageName, where the name stands alone: with a capital at its head, by the rules of the dashboard's language. */
export function languageLabel(code: string): string {
  const [head = "", ...rest] = languageName(code);
  return head.toLocaleUpperCase(language()) + rest.join("");
}

/** Says places and languages by name, where the server has filled in their codes: `MY (ms)`, or `US-CA ("Your Privacy Choices")`. */
export function decoded(text: string): string {
  return text.replace(/\b([A-Z]{2}(?:-[A-Z0-9]{1,3})?) \(([a-z]{2,3}(?:, [a-z]{2,3})*\)|(?="))/g, (_, place: string, languages: string) =>
    `${placeName(place)} (${languages.replace(/[a-z]+/g, languageName)}`,
  );
}
