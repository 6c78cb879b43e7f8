import { Badge, Skeleton, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api";
import { Card } from "../card";
import { count, language, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { told } from "../server-words";

const colours = { ok: "pine", degraded: "yellow", down: "red" } as const;

function stateName(state: string): string {
  const names: Record<string, string> = { ok: t("answers"), degraded: t("away: choices wait in the node log") };
  return names[state] ?? state;
}

/** Where a choice is safe when the visitor is told that it is. */
function levelName(level: string): string {
  const names: Record<string, string> = {
    local: t("on the disk of this node"),
    redis: t("on the disk of this node and in Redis"),
    replica: t("on the disk of this node, in Redis and in a replica"),
  };
  return names[level] ?? level;
}

const sentences = (...all: (string | undefined)[]) => all.map((text) => told(text ?? "")).filter(Boolean).join(". ");

/** The state of the node that answered. */
export function Health() {
  const health = useQuery({ queryKey: ["health"], queryFn: ({ signal }) => api.health(signal), refetchInterval: 10_000 });
  if (health.isError) return <ProblemAlert error={health.error} retry={() => void health.refetch()} />;
  if (!health.data) return <Skeleton height={300} radius="lg" />;
  const h = health.data;
  const n = (v: number) => v.toLocaleString(language());
  const rows: [string, string][] = [
    [t("Version"), h.version],
    [t("Up for"), h.uptime_seconds < 7200 ? count(Math.round(h.uptime_seconds / 60), "{n} minute", "{n} minutes") : count(Math.round(h.uptime_seconds / 3600), "{n} hour", "{n} hours")],
    [t("Store"), sentences(stateName(h.store), h.store_cause, h.store_fix)],
    [t("An answered choice is"), levelName(h.level)],
    [t("Waiting for the store"), h.waiting > 0 ? t("{choices}, the oldest for {seconds}", { choices: count(h.waiting, "{n} choice", "{n} choices"), seconds: count(Math.round(h.oldest_seconds), "{n} second", "{n} seconds") }) : t("none")],
    [t("Node log"), h.log === "down" ? sentences(t("takes no choices"), h.log_cause, h.log_fix) : t("{n} MB", { n: n(Math.round(h.log_bytes / 100_000) / 10) })],
    [t("Places"), h.geo === "ok" ? [h.geo_source, h.geo_built?.slice(0, 10)].filter(Boolean).join(", ") : t("unknown: every visitor gets the strictest law. Start the server with --geoip or --geo-headers.")],
    [t("Sites"), n(h.sites)],
    [t("Compiled scripts in memory"), n(h.scripts)],
    [t("Signing keys"), n(h.keys)],
  ];
  return (
    <Card
      title={t("Health")}
      hint={t("Of the node that answered you.")}
      action={<Badge color={colours[h.status]}>{h.status === "ok" ? t("All is well") : h.status === "degraded" ? t("Works, with limits") : t("Down")}</Badge>}
    >
      <Table fz="sm">
        <Table.Tbody>
          {rows.map(([k, v]) => (
            <Table.Tr key={k}>
              <Table.Td c="dimmed" w="36%">
                {k}
              </Table.Td>
              <Table.Td>{v}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
