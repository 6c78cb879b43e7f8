import { useQuery } from "@tanstack/react-query";
import { type SiteDocument, wordsQuery } from "./api";
import { language } from "./i18n";

/** Gives each purpose the title that visitors read, in the dashboard's language where the site speaks it. */
export function usePurposeName(doc?: SiteDocument): (id: string) => string {
  const built = useQuery(wordsQuery(language()));
  return (id) => {
    const key = `purpose.${id}.title`;
    return doc?.texts?.[language()]?.[key] ?? doc?.texts?.[doc.locales[0] ?? "en"]?.[key] ?? built.data?.words[key] ?? id;
  };
}

/** The purposes of a site, to choose from. */
export function usePurposeOptions(doc: SiteDocument): { value: string; label: string }[] {
  const name = usePurposeName(doc);
  return doc.purposes.map(({ id }) => ({ value: id, label: name(id) }));
}
