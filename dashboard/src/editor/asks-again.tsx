import { Alert, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Anew, api, type SiteDocument, type SiteView } from "../api";
import { language, t } from "../i18n";
import { usePurposeName } from "../purpose-names";
import type { Draft } from "./draft";
import { FindingList } from "./findings";

/**
 * Says before a publication which visitors it will ask again, and why. One that is
 * planned is judged by what is live and law on its day.
 */
export function AsksAgain({ site, draft, from }: { site: SiteView; draft: Draft; from?: string }) {
  const found = useQuery({
    queryKey: ["asks", site.id, site.edition, site.version, from],
    queryFn: ({ signal }) => api.findings(site.id, from, signal),
    // What is still on its way to the server would not be in the answer.
    enabled: draft.state.kind === "saved",
  });
  const errors = from ? found.data?.findings.filter((f) => f.severity === "error") : undefined;
  return (
    <>
      {errors && errors.length > 0 && <FindingList findings={errors} />}
      <Asked doc={draft.doc} anew={found.data?.asks_again} pending={found.isPending && draft.state.kind !== "failed"} />
    </>
  );
}

/** As AsksAgain, of an edition that is published again. */
export function RollbackAsks({ site, edition, live }: { site: string; edition: number; live: number }) {
  const found = useQuery({ queryKey: ["asks", site, live, `edition ${edition}`], queryFn: ({ signal }) => api.edition(site, edition, signal) });
  return <Asked doc={found.data?.site} anew={found.data?.asks_again} pending={found.isPending} />;
}

/** Where the answer cannot be had, what asks for it fails with a message of its own. */
function Asked({ doc, anew, pending }: { doc?: SiteDocument; anew?: Anew[]; pending: boolean }) {
  const name = usePurposeName(doc);
  if (pending) return <Skeleton height={22} />;
  if (!anew || !doc) return null;
  if (anew.length === 0)
    return (
      <Text size="sm" data-testid="asks-again">
        {t("Visitors who have already chosen keep their choice: nobody is asked again.")}
      </Text>
    );
  const list = (parts: string[]) => new Intl.ListFormat(language()).format(parts);
  // Purposes of which the same is to be said are named together.
  const groups = new Map<string, string[]>();
  for (const a of anew) {
    const why = a.because.includes("purpose") ? "" : list(a.because.map((b) => reason(b, list(vendors(doc, a)))));
    groups.set(why, [...(groups.get(why) ?? []), name(a.purpose)]);
  }
  return (
    <Alert color="yellow" title={t("Some who have already chosen will be asked again")} data-testid="asks-again">
      <ul className="faults">
        {[...groups].map(([why, of]) => (
          <li key={why}>
            <b>{list(of)}</b>: {why ? t("whoever agreed, because {why}", { why }) : t("everybody, because it is new")}
          </li>
        ))}
      </ul>
      <Text size="sm" mt={6}>
        {t("Refusals and all other answers stay. Where the law asks for no choice, nobody is asked.")}
      </Text>
    </Alert>
  );
}

const vendors = (doc: SiteDocument, a: Anew) => (a.vendors ?? []).map((id) => doc.vendors?.find((v) => v.id === id)?.name || id);

function reason(because: Anew["because"][number], vendors: string): string {
  switch (because) {
    case "controller":
      return t("another name answers for the data");
    case "classes":
      return t("the data is used for more");
    case "basis":
      return t("the legal basis is another");
    case "levels":
      return t("the levels mean something else");
    case "vendors":
      return t("these vendors were not named: {vendors}", { vendors });
    default:
      return t("it is new");
  }
}
