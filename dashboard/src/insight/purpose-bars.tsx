import { Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, type Report } from "../api";
import { Card, Nothing } from "../card";
import { t } from "../i18n";
import { usePurposeName } from "../purpose-names";
import { number, percent } from "./numbers";

/** How many of those who answered grant each purpose. */
export function PurposeBars({ report }: { report: Report }) {
  const site = useQuery({ queryKey: ["site", report.site], queryFn: ({ signal }) => api.site(report.site, signal) });
  const name = usePurposeName(site.data?.draft);
  return (
    <Card title={t("Granted, by purpose")} hint={t("Of those who answered about it.")}>
      {report.purposes.length === 0 && <Nothing>{t("Nobody has answered yet.")}</Nothing>}
      <Stack gap="md">
        {report.purposes.map((p) => (
          <div key={p.purpose}>
            <Group justify="space-between" gap="xs">
              <Text fw={550} size="sm">
                {name(p.purpose)}
              </Text>
              <Text size="sm" c="dimmed">
                {p.rate === null ? t("too few to tell") : percent(p.rate, 1)} · {t("{n} granted", { n: number(p.granted, report.least) })} ·{" "}
                {t("{n} refused", { n: number(p.refused, report.least) })}
              </Text>
            </Group>
            <Progress value={(p.rate ?? 0) * 100} size="lg" mt={4} aria-label={t("Share of grants: {name}", { name: name(p.purpose) })} />
          </div>
        ))}
      </Stack>
    </Card>
  );
}
