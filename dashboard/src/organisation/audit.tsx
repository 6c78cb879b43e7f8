import { Button, Code, Group, Skeleton, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../api";
import { Card, Nothing } from "../card";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { deedName, viaName } from "./deeds";
import { When } from "../when";
import { Wide } from "../wide";

/** Who changed what, as it was written down at the time. */
export function Audit() {
  const pages = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam, signal }) => api.audit(pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.changes.length === 50 && last.next > 0 ? last.next : undefined),
  });
  if (pages.isError) return <ProblemAlert error={pages.error} retry={() => void pages.refetch()} />;
  if (!pages.data) return <Skeleton height={300} radius="lg" />;
  const changes = pages.data.pages.flatMap((p) => p.changes);
  return (
    <Card title={t("Changes")} hint={t("Every change of the organisation and its sites. No entry can be changed or taken out.")}>
      {changes.length === 0 && <Nothing>{t("Nothing has been changed yet.")}</Nothing>}
      {changes.length > 0 && (
        <Wide stacked minWidth={640}>
          <Table verticalSpacing="xs" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("When")}</Table.Th>
                <Table.Th>{t("Who")}</Table.Th>
                <Table.Th>{t("What")}</Table.Th>
                <Table.Th>{t("Content")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changes.map((c) => (
                <Table.Tr key={c.number}>
                  <Table.Td>
                    <When at={c.at} />
                  </Table.Td>
                  <Table.Td>
                    {c.by}
                    <Text span size="xs" c="dimmed">
                      {` ${viaName(c.via)}`}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    {deedName(c.action)} <Code>{c.object}</Code>
                    {c.note && <Text size="xs">{c.note}</Text>}
                  </Table.Td>
                  <Table.Td>
                    {!!(c.before || c.after) && (
                      <Code title={`${c.before ?? ""} → ${c.after ?? ""}`}>
                        {(c.before ?? "").slice(0, 8) || "–"} → {(c.after ?? "").slice(0, 8) || "–"}
                      </Code>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
      {pages.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t("Show more")}
          </Button>
        </Group>
      )}
    </Card>
  );
}
