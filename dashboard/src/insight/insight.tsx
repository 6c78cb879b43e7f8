import { Button, Group, NativeSelect, SegmentedControl, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Report } from "../api";
import { Card, Nothing } from "../card";
import { Counting } from "../counting";
import { SiteName } from "../evidence/site-name";
import { Page } from "../frame";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { By } from "./by";
import { Days } from "./days";
import { answered, number, percent } from "./numbers";
import { PurposeBars } from "./purpose-bars";
import { lastDays } from "./span";

const spans = () => [
  { value: "7", label: t("7 days") },
  { value: "30", label: t("30 days") },
  { value: "90", label: t("90 days") },
];

/** How the banner does: figures without anybody behind them. */
export default function Insight({ id }: { id: string }) {
  useDocumentTitle(`${t("Insight")} · LeadiumX Consent`);
  const [span, setSpan] = useState("30");
  const { from, to } = lastDays(Number(span));
  const report = useQuery({ queryKey: ["insight", id, from, to], queryFn: ({ signal }) => api.insight(id, from, to, signal) });
  return (
    <Page
      site={id}
      where={<SiteName id={id} />}
      title={t("Insight")}
      hint={t("Counts only: no visitor stands behind a figure.")}
      wide
      actions={
        <Group gap="xs">
          <SegmentedControl aria-label={t("Time")} data={spans()} value={span} onChange={setSpan} />
          <Button
            component="a"
            href={`/v1/sites/${encodeURIComponent(id)}/insight?from=${from}&to=${to}&format=csv`}
            download
            variant="default"
            leftSection={<IconDownload size={16} />}
          >
            CSV
          </Button>
        </Group>
      }
    >
      {report.isError && <ProblemAlert error={report.error} retry={() => void report.refetch()} />}
      {report.isPending && <Skeleton height={420} radius="lg" />}
      {report.data && <Figures report={report.data} />}
    </Page>
  );
}

function Figures({ report: r }: { report: Report }) {
  const c = r.totals;
  const all = answered(c);
  const empty = !c.shown && [c.accepted, c.rejected, c.partial, c.dismissed].every((n) => n === 0);
  const tiles: [string, number | null, string | undefined][] = [
    [t("Shown"), c.shown, undefined],
    [t("Accepted"), c.accepted, percent(c.accepted, all)],
    [t("Refused"), c.rejected, percent(c.rejected, all)],
    [t("In part"), c.partial, percent(c.partial, all)],
    [t("Closed"), c.dismissed, percent(c.dismissed, all)],
    [t("Ignored"), c.ignored, percent(c.ignored, c.shown ?? 0)],
  ];
  return (
    <Stack gap="lg">
      {!r.seen && (
        <Counting site={r.site} title={t("How often the banner was shown is not counted")}>
          {t("With “Count banners” on, the script tells the server when a banner shows: one small request without anything about the visitor.")}
        </Counting>
      )}
      {/* Grants come from the records, which are there without a counted banner. */}
      {empty && r.purposes.length > 0 && <PurposeBars report={r} />}
      {empty && r.purposes.length === 0 && (
        <Card title={t("Nothing yet")}>
          <Nothing>{t("As soon as visitors choose, their choices are counted here. Figures below {n} are held back, so that nobody can be told apart.", { n: r.least })}</Nothing>
        </Card>
      )}
      {!empty && (
        <>
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
            {tiles.map(([label, n, share]) => (
              <div key={label} className="tile">
                <Text size="sm" c="dimmed">
                  {label}
                </Text>
                <Text className="tile-number">{number(n, r.least)}</Text>
                <Text size="sm" c="dimmed">
                  {share ?? "\u00a0"}
                </Text>
              </div>
            ))}
          </SimpleGrid>
          <Days report={r} />
          <PurposeBars report={r} />
          <Dimension report={r} />
          <Text size="sm" c="dimmed">
            {t("Held back below {least}. Programs that say what they are: {bots}; they are not in the figures.", { least: r.least, bots: r.bots })}
          </Text>
        </>
      )}
    </Stack>
  );
}

function Dimension({ report }: { report: Report }) {
  const names: Record<string, string> = {
    place: t("Place"),
    country: t("Country"),
    region: t("Place"),
    regime: t("Regime"),
    locale: t("Language"),
    language: t("Language"),
    device: t("Device"),
    edition: t("Edition"),
  };
  const all = Object.keys(report.by).filter((k) => (report.by[k]?.length ?? 0) > 0);
  const [chosen, setChosen] = useState<string>();
  const open = chosen && all.includes(chosen) ? chosen : all[0];
  if (!open) return null;
  return (
    <Card
      title={t("Broken down by")}
      action={
        <NativeSelect
          aria-label={t("Broken down by")}
          value={open}
          onChange={(e) => setChosen(e.currentTarget.value)}
          data={all.map((k) => ({ value: k, label: names[k] ?? k }))}
        />
      }
    >
      <By dimension={open} rows={report.by[open] ?? []} least={report.least} />
    </Card>
  );
}
