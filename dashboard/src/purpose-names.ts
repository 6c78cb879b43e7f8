import { useQueries, useQuery } from "@tanstack/react-query";
import { api, type SiteDocument, wordsQuery } from "./api";
import { language, t } from "./i18n";

/** Says what visitors read, in the dashboard's language where the site or the program speaks it. */
function useVisitorsWords(doc?: SiteDocument): (key: string) => string | undefined {
  const built = useQuery(wordsQuery(language()));
  return (key) => doc?.texts?.[language()]?.[key] ?? doc?.texts?.[doc.locales[0] ?? "en"]?.[key] ?? built.data?.words[key];
}

/** Gives each purpose the title that visitors read. */
export function usePurposeName(doc?: SiteDocument): (id: string) => string {
  const word = useVisitorsWords(doc);
  return (id) => word(`purpose.${id}.title`) ?? id;
}

/** The purposes of a site, to choose from. */
export function usePurposeOptions(doc: SiteDocument): { value: string; label: string }[] {
  const name = usePurposeName(doc);
  return doc.purposes.map(({ id }) => ({ value: id, label: name(id) }));
}

export interface Grants {
  purpose: (id: string) => string;
  /** What a level of a purpose is called, or what stands for a plain yes. */
  level: (edition: number, id: string, n: number, yes: string) => string;
}

/** Names what records grant. A number means what it meant in the edition that the visitor saw. */
export function useGrants(site: string, editions: readonly number[]): Grants {
  const view = useQuery({ queryKey: ["site", site], queryFn: ({ signal }) => api.site(site, signal) });
  const word = useVisitorsWords(view.data?.draft);
  const seen = useQueries({
    queries: [...new Set(editions)].map((edition) => ({
      queryKey: ["edition", site, edition],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.edition(site, edition, signal),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  return {
    purpose: (id) => word(`purpose.${id}.title`) ?? id,
    level: (edition, id, n, yes) => {
      const shown = seen.find((e) => e.data?.edition.number === edition)?.data?.site;
      const level = shown?.purposes.find((p) => p.id === id)?.levels?.[n - 1];
      if (level) return shown?.texts?.[language()]?.[`level.${id}.${level}`] ?? word(`level.${id}.${level}`) ?? level.replace(/[_-]/g, " ");
      return n > 1 ? t("level {n}", { n }) : yes;
    },
  };
}
