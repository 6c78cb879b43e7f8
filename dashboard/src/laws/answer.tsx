import { Badge, Code, Skeleton, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api";
import { className } from "../editor/class-names";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useLawName, useRegimeName } from "./law-names";
import { modeName } from "./modes";
import { Wide } from "../wide";

const classes = ["analytics", "ads", "sale_share", "sensitive", "recording"] as const;

const closing = (means: string) => (means === "refusal" ? t("a refusal") : means === "keep-default" ? t("no choice: what holds goes on") : means);

/** What one visitor is asked, and which row decided it. */
export function Answer({ place, establishment, day }: { place: string; establishment: string; day: string }) {
  const found = useQuery({
    queryKey: ["explain", place, establishment, day],
    queryFn: ({ signal }) => api.explain(place, establishment, day, signal),
  });
  const law = useLawName();
  const regime = useRegimeName();
  if (found.isError) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={220} radius="md" />;
  const e = found.data;
  const months = (n: number) => (n > 0 ? t("{n} months", { n }) : t("no limit"));
  const rows: [string, string, string | undefined][] = [
    ...classes.map((c): [string, string, string | undefined] => [className(c), modeName(e.modes[c]), e.why[c]]),
    [t("Global Privacy Control is a duty"), e.gpc ? t("yes") : t("no, honoured all the same"), e.why.gpc],
    [t("Refusing stands beside accepting"), e.reject_first_layer ? t("yes") : t("not demanded, shown all the same"), e.why.reject_first_layer],
    [t("Closing the banner means"), closing(e.close_means), e.why.close_means],
    [t("A grant holds"), months(e.consent_months), e.why.consent_months],
    [t("A refusal rests"), months(e.reask_months), e.why.reask_months],
    [t("Children below"), e.minor_age > 0 ? t("{n} years", { n: e.minor_age }) : "–", e.why.minor_age],
  ];
  return (
    <>
      <Text size="sm">
        {t("Regime")}: {regime(e.regime)} <Code>{e.regime}</Code>
      </Text>
      <Wide stacked minWidth={520}>
        <Table verticalSpacing={7} fz="sm" data-testid="law-answer">
          <Table.Thead>
            <Table.Tr>
              <Table.Th><VisuallyHidden className="unseen">{t("What")}</VisuallyHidden></Table.Th>
              <Table.Th>{t("What holds")}</Table.Th>
              <Table.Th>{t("Which row decided")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([what, holds, why]) => (
              <Table.Tr key={what}>
                <Table.Td>{what}</Table.Td>
                <Table.Td>{holds === modeName("opt-in") ? <Badge>{holds}</Badge> : holds}</Table.Td>
                <Table.Td>
                  <Text size="sm" c="dimmed">
                    {why ? why.replace(/^[\w-]+/, law) : "–"}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
    </>
  );
}
