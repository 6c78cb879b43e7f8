import { useQuery } from "@tanstack/react-query";
import { api } from "../api";
import { t } from "../i18n";
import { told } from "../server-words";
import { partName, placeName } from "../wizard/places";

/** The row that decides where no other says anything. */
const byDefault = "unknown";

/** Names the row of the law table that a code stands for. */
export function useLawName(): (code: string) => string {
  const day = new Date().toISOString().slice(0, 10);
  const list = useQuery({ queryKey: ["laws", day], queryFn: ({ signal }) => api.laws(day, signal), staleTime: 3_600_000 });
  return (given) => {
    const code = given === byDefault ? given : given.toUpperCase();
    if (code === byDefault) return t("the strict default");
    // Browsers know places in every language; the table knows groups of them, too.
    if (/^[A-Z]{2}(-|$)/.test(code)) return partName(code) ?? placeName(code);
    return told(list.data?.laws.find((l) => l.code === code)?.name ?? code);
  };
}

/** Names the laws that a regime joins: the visitor's, and the publisher's where it adds something. */
export function useRegimeName(): (regime: string) => string {
  const name = useLawName();
  return (regime) => regime.split("+").map(name).join(" + ");
}
