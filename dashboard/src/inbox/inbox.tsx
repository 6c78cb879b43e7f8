import { Badge, Button, Code, Group, NativeSelect, Paper, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type InboxItem, type SiteView } from "../api";
import { Card, Nothing } from "../card";
import { Counting } from "../counting";
import { SiteName } from "../evidence/site-name";
import { Page } from "../frame";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { usePurposeOptions } from "../purpose-names";
import { useMay } from "../session";

const states = () => [
  { value: "new", label: t("New") },
  { value: "filed", label: t("Declared") },
  { value: "ignored", label: t("Put aside") },
];

/** Names that pages were seen to hold and that nobody declared. Nothing is filed by itself. */
export default function Inbox({ id }: { id: string }) {
  useDocumentTitle(`${t("Cookies")} · LeadiumX Consent`);
  const [state, setState] = useState("new");
  const list = useQuery({ queryKey: ["inbox", id], queryFn: ({ signal }) => api.inbox(id, signal) });
  const site = useQuery({ queryKey: ["site", id], queryFn: ({ signal }) => api.site(id, signal) });
  const items = (list.data?.items ?? []).filter((i) => i.state === state);
  const reporting = site.data?.draft.features.insight ?? false;
  // Switched on in the draft, and no edition is live with it.
  const waiting = reporting && site.data?.changed === true && (list.data?.items.length ?? 0) === 0;
  return (
    <Page
      site={id}
      where={<SiteName id={id} />}
      title={t("Cookies seen in the wild")}
      hint={t("Names that visitors' browsers held and that the site does not declare. A declared one is held back and cleaned up; filing puts it into the draft, publishing stays with you.")}
    >
      <SegmentedControl aria-label={t("Which")} className="start" data={states()} value={state} onChange={setState} />
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={240} radius="lg" />}
      {site.data && (!site.data.draft.features.insight || waiting) && (
        <Counting site={id} title={t("The script reports no names yet")}>
          {t("With “Count banners” on, it tells the server the names of cookies and storage that nobody declared. It samples, and sends names and nothing else.")}
        </Counting>
      )}
      {list.data && items.length === 0 && (
        <Card title={t("Nothing here")}>
          <Nothing>{state === "new" ? (reporting ? (list.data.items.length > 0 ? t("Every cookie that was seen is declared or put aside.") : t("No name has come yet. One visit in {n} reports, so the first may take a while.", { n: 20 })) : t("Names of undeclared cookies appear here, with a guess at what they are for.")) : t("Nothing has come here yet.")}</Nothing>
        </Card>
      )}
      <Stack gap="sm">
        {site.data && items.map((i) => <Row key={i.kind + i.name} site={site.data} item={i} />)}
      </Stack>
    </Page>
  );
}

function Row({ site, item }: { site: SiteView; item: InboxItem }) {
  const purposes = site.draft.purposes.map((p) => p.id);
  const options = usePurposeOptions(site.draft);
  const hinted = item.suggestion?.purpose;
  const [purpose, setPurpose] = useState(hinted && purposes.includes(hinted) ? hinted : (purposes[1] ?? purposes[0] ?? ""));
  const client = useQueryClient();
  const may = useMay()("site:write", site.id);
  const file = useMutation({
    mutationFn: (to: InboxItem["state"]) =>
      api.file(site.id, {
        name: item.name,
        state: to,
        ...(to === "filed"
          ? {
              cookie: {
                name: item.suggestion?.pattern ?? item.name,
                purpose,
                ...(item.kind === "cookie" ? {} : { kind: item.kind }),
                ...(item.suggestion?.lifetime ? { lifetime: item.suggestion.lifetime } : {}),
              },
            }
          : {}),
      }),
    onSuccess: async (left, to) => {
      client.setQueryData(["inbox", site.id], left);
      await client.invalidateQueries({ queryKey: ["site", site.id] });
      if (to === "filed") notifications.show({ title: t("It is in the draft"), message: t("Publish the banner to make it hold.") });
    },
  });
  return (
    <Paper withBorder radius="md" p="md">
      <Group justify="space-between" gap="md">
        <Stack gap={2} className="grow">
          <Group gap="xs">
            <Code fz="sm">{item.name}</Code>
            {item.kind !== "cookie" && <Badge color="gray">{item.kind === "local" ? t("Local storage") : t("Session storage")}</Badge>}
          </Group>
          {item.suggestion && (
            <Text size="sm">
              {t("Looks like {vendor}: {about}", { vendor: item.suggestion.vendor, about: item.suggestion.about })}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {t("First seen {first}, last {last}", { first: item.first, last: item.last })}
          </Text>
        </Stack>
        {may && (
          <Group gap="xs">
            {item.state === "new" ? (
              <>
                <NativeSelect
                  size="sm"
                  aria-label={t("Purpose of {name}", { name: item.name })}
                  value={purpose}
                  onChange={(e) => setPurpose(e.currentTarget.value)}
                  data={options}
                />
                <Button size="sm" loading={file.isPending} onClick={() => file.mutate("filed")}>
                  {t("Declare")}
                </Button>
                <Button size="sm" variant="default" disabled={file.isPending} onClick={() => file.mutate("ignored")}>
                  {t("Put aside")}
                </Button>
              </>
            ) : (
              <Button size="sm" variant="default" loading={file.isPending} onClick={() => file.mutate("new")}>
                {t("Back to new")}
              </Button>
            )}
          </Group>
        )}
      </Group>
      {file.isError && <ProblemAlert error={file.error} />}
    </Paper>
  );
}
