import { Alert, Badge, Code, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api";
import { Card, Nothing } from "../card";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { placeName } from "../wizard/places";
import { Wide } from "../wide";

/** What the edge in front of the server says of this very request. */
export function EdgeTab() {
  const edge = useQuery({ queryKey: ["edge"], queryFn: ({ signal }) => api.edge(signal), staleTime: 0 });
  if (edge.isError) return <ProblemAlert error={edge.error} retry={() => void edge.refetch()} />;
  if (!edge.data) return <Skeleton height={240} radius="lg" />;
  const e = edge.data;
  const known = e.place !== "" && e.place !== "unknown";
  return (
    <Card title={t("The edge")} hint={t("Where a proxy or CDN writes visitors' places into headers, this is what it wrote for you, just now.")}>
      <Alert color={known ? "pine" : "yellow"} title={known ? placeName(e.place) : t("Your place is unknown to the server")}>
        {known ? t("Known by: {source}", { source: e.source }) : t("So you get the strictest law. On your own machine that is as it should be; behind an edge, name its headers and its addresses.")}
      </Alert>
      <Text size="sm">
        {e.trusted
          ? t("The request came from a trusted proxy: its headers count.")
          : t("The request did not come from a trusted proxy: no header counts, whatever it says.")}
      </Text>
      {e.arrived.length === 0 && <Nothing>{t("No header about a place arrived.")}</Nothing>}
      {e.arrived.length > 0 && (
        <Wide minWidth={420}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("Header")}</Table.Th>
                <Table.Th>{t("Value")}</Table.Th>
                <Table.Th>{t("Counts")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {e.arrived.map((h) => (
                <Table.Tr key={h.name}>
                  <Table.Td>
                    <Code>{h.name}</Code>
                  </Table.Td>
                  <Table.Td>{h.valid ? h.value : t("not a place")}</Table.Td>
                  <Table.Td>{e.trusted && e.used.includes(h.name) ? <Badge>{t("yes")}</Badge> : <Badge color="gray">{t("no")}</Badge>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
      {e.schemes.length > 0 && (
        <Text size="sm" c="dimmed">
          {t("Fits: {schemes}. Start the server with --geo-headers and --trusted-proxies to use it.", { schemes: e.schemes.map((s) => s.scheme).join(", ") })}
        </Text>
      )}
    </Card>
  );
}
