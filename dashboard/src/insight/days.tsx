import { Button, Group, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Report } from "../api";
import { Card } from "../card";
import { language, t } from "../i18n";
import { number } from "./numbers";
import { Wide } from "../wide";

const parts = ["accepted", "partial", "rejected", "dismissed"] as const;
const names = () => ({ accepted: t("Accepted"), partial: t("In part"), rejected: t("Refused"), dismissed: t("Closed") });
const short = (day: string) => new Date(`${day}T00:00:00Z`).toLocaleDateString(language(), { day: "numeric", month: "short", timeZone: "UTC" });

// Days on which nothing happened are days too.
function everyDay(report: Report): Report["days"] {
  const known = new Map(report.days.map((d) => [d.day, d]));
  const all: Report["days"] = [];
  for (let at = Date.parse(`${report.from}T00:00:00Z`); at <= Date.parse(`${report.to}T00:00:00Z`); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push(known.get(day) ?? { day, shown: 0, accepted: 0, rejected: 0, partial: 0, dismissed: 0, withdrawn: 0, ignored: 0, records: 0 });
  }
  return all;
}

/** The top of a scale with room for the greatest figure, and a whole number at its middle. */
function top(most: number): number {
  for (let ten = 1; ; ten *= 10) for (const n of [2, 4, 6, 10]) if (n * ten >= most) return n * ten;
}

/** Choices by day, as stacked bars or as the same table. */
export function Days({ report }: { report: Report }) {
  const [asTable, { toggle }] = useDisclosure();
  const days = everyDay(report);
  const most = top(Math.max(...days.map((d) => parts.reduce((sum, p) => sum + (d[p] ?? 0), 0))));
  const [height, width] = [180, 18];
  return (
    <Card
      title={t("Choices by day")}
      action={
        <Button variant="default" size="compact-sm" onClick={toggle}>
          {asTable ? t("Show as a chart") : t("Show as a table")}
        </Button>
      }
    >
      {asTable ? (
        <Wide minWidth={520}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("Day")}</Table.Th>
                <Table.Th>{t("Shown")}</Table.Th>
                {parts.map((p) => (
                  <Table.Th key={p}>{names()[p]}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {days.map((d) => (
                <Table.Tr key={d.day}>
                  <Table.Td>{d.day}</Table.Td>
                  <Table.Td>{number(d.shown, report.least)}</Table.Td>
                  {parts.map((p) => (
                    <Table.Td key={p}>{number(d[p], report.least)}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      ) : (
        <div className="days-plot">
          <div className="days-scale" aria-hidden="true">
            {[most, most / 2, 0].map((n) => (
              <span key={n}>{n.toLocaleString(language())}</span>
            ))}
          </div>
          <svg viewBox={`0 0 ${days.length * width} ${height}`} className="days" role="img" aria-label={t("Choices by day, as bars")} preserveAspectRatio="none">
            {[0, height / 2, height].map((y) => (
              <line key={y} x1={0} x2={days.length * width} y1={y} y2={y} className="days-line" />
            ))}
            {days.map((d, i) => {
              let y = height;
              return (
                <g key={d.day}>
                  <title>{`${short(d.day)}: ${parts.map((p) => `${names()[p]} ${number(d[p], report.least)}`).join(", ")}`}</title>
                  <rect x={i * width} y={0} width={width} height={height} className="days-back" />
                  {parts.map((p) => {
                    const h = ((d[p] ?? 0) / most) * height;
                    y -= h;
                    return <rect key={p} x={i * width + 2} y={y} width={width - 4} height={h} data-part={p} />;
                  })}
                </g>
              );
            })}
          </svg>
          <Group justify="space-between" className="days-under">
            <Text size="xs" c="dimmed">
              {days[0] && short(days[0].day)}
            </Text>
            <Group gap="lg" className="days-legend">
              {parts.map((p) => (
                <Group key={p} gap={6}>
                  <span className="days-key" data-part={p} aria-hidden="true" />
                  <Text size="sm">{names()[p]}</Text>
                </Group>
              ))}
            </Group>
            <Text size="xs" c="dimmed">
              {days.at(-1) && short(days.at(-1)?.day ?? "")}
            </Text>
          </Group>
        </div>
      )}
    </Card>
  );
}
