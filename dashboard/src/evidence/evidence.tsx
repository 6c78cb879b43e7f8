import { Badge, Button, Code, Group, NativeSelect, SegmentedControl, Skeleton, Stack, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, type EvidenceRow, type Sought } from "../api";
import { Card, Nothing } from "../card";
import { Page } from "../frame";
import { t } from "../i18n";
import { usePurposeName } from "../purpose-names";
import { ProblemAlert } from "../problem";
import { When } from "../when";
import { actionName, actions } from "./actions";
import { Requests } from "./requests";
import { SiteName } from "./site-name";
import { Webhooks } from "./webhooks";
import { Wide } from "../wide";

type By = "time" | "receipt" | "record" | "subject" | "external_id";

/** The records of a site, and what visitors ask for about them. */
export default function Evidence({ id, part }: { id: string; part: string }) {
  useDocumentTitle(`${t("Evidence")} · LeadiumX Consent`);
  const [, go] = useLocation();
  return (
    <Page
      site={id}
      where={<SiteName id={id} />}
      title={t("Evidence")}
      hint={t("What was recorded, what was shown, and how it is proved.")}
      wide
      actions={
        <Group gap="xs">
          <SegmentedControl
            aria-label={t("Which")}
            value={part}
            onChange={(v) => go(v === "records" ? `/sites/${id}/evidence` : `/sites/${id}/evidence/${v}`)}
            data={[
              { value: "records", label: t("Records") },
              { value: "requests", label: t("Requests") },
              { value: "webhooks", label: t("Webhooks") },
            ]}
          />
          {part === "records" && (
            <Button component="a" href={`/v1/sites/${encodeURIComponent(id)}/records?format=csv`} download variant="default" leftSection={<IconDownload size={16} />}>
              CSV
            </Button>
          )}
        </Group>
      }
    >
      {part === "requests" ? <Requests site={id} /> : part === "webhooks" ? <Webhooks site={id} /> : <Records site={id} />}
    </Page>
  );
}

function Records({ site }: { site: string }) {
  const [by, setBy] = useState<By>("time");
  const [typed, setTyped] = useState("");
  const [days, setDays] = useState({ from: "", to: "" });
  const [action, setAction] = useState("");
  const [sought, setSought] = useState<Sought>({});
  const found = useInfiniteQuery({
    queryKey: ["evidence", site, sought],
    queryFn: ({ pageParam, signal }) => api.findEvidence(site, { ...sought, after: pageParam || undefined }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  const rows = found.data?.pages.flatMap((p) => p.records) ?? [];
  const search = () => {
    if (by === "time") {
      // Two days are meant whole, by UTC as everything in a record.
      setSought({
        from: days.from ? `${days.from}T00:00:00Z` : undefined,
        to: days.to ? `${days.to}T23:59:59.999Z` : undefined,
        action: action || undefined,
      });
    } else setSought(typed.trim() ? { [by]: typed.trim() } : {});
  };
  return (
    <Card title={t("Records")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          search();
        }}
      >
        <Group align="flex-end" gap="xs">
          <NativeSelect
            label={t("Look by")}
            value={by}
            onChange={(e) => setBy(e.currentTarget.value as By)}
            data={[
              { value: "time", label: t("Time") },
              { value: "receipt", label: t("Receipt") },
              { value: "record", label: t("Record id") },
              { value: "subject", label: t("Subject") },
              { value: "external_id", label: t("Your own id of the person") },
            ]}
            data-testid="evidence-by"
          />
          {by === "time" ? (
            <>
              <TextInput label={t("From")} type="date" value={days.from} onChange={(e) => setDays({ ...days, from: e.currentTarget.value })} />
              <TextInput label={t("Until")} type="date" value={days.to} onChange={(e) => setDays({ ...days, to: e.currentTarget.value })} />
              <NativeSelect
                label={t("What was done")}
                value={action}
                onChange={(e) => setAction(e.currentTarget.value)}
                data={[{ value: "", label: t("Anything") }, ...actions.map((a) => ({ value: a, label: actionName(a) }))]}
              />
            </>
          ) : (
            <TextInput
              className="grow"
              label={t("Paste it here")}
              value={typed}
              onChange={(e) => setTyped(e.currentTarget.value)}
              data-testid="evidence-text"
            />
          )}
          <Button type="submit" data-testid="evidence-search">
            {t("Search")}
          </Button>
        </Group>
      </form>
      {found.isError && <ProblemAlert error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Skeleton height={220} radius="md" />}
      {found.data && rows.length === 0 && (
        <Nothing>
          {Object.values(sought).some(Boolean)
            ? t("Nothing was found. A receipt or an id is looked up whole, as it was given.")
            : t("Nothing is recorded yet. The first choice of a visitor appears here.")}
        </Nothing>
      )}
      {rows.length > 0 && <List site={site} rows={rows} />}
      {found.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t("Show more")}
          </Button>
        </Group>
      )}
    </Card>
  );
}

/** Records in a table; a row opens its record. */
export function List({ site, rows }: { site: string; rows: EvidenceRow[] }) {
  const [, go] = useLocation();
  const view = useQuery({ queryKey: ["site", site], queryFn: ({ signal }) => api.site(site, signal) });
  const name = usePurposeName(view.data?.draft);
  return (
    <Wide stacked minWidth={720}>
      <Table fz="sm" highlightOnHover verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("When")}</Table.Th>
            <Table.Th>{t("What was done")}</Table.Th>
            <Table.Th>{t("Levels")}</Table.Th>
            <Table.Th>{t("Shown")}</Table.Th>
            <Table.Th><VisuallyHidden className="unseen">{t("Actions")}</VisuallyHidden></Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((r) => (
            <Table.Tr key={r.id}>
              <Table.Td>
                <When at={r.time} />
              </Table.Td>
              <Table.Td>
                <Stack gap={2}>
                  {actionName(r.action)}
                  <Group gap={4}>
                    {r.erased && <Badge color="gray">{t("Erased")}</Badge>}
                    {r.bot && <Badge color="gray">{t("Program")}</Badge>}
                    {r.outdated && <Badge color="yellow">{t("Of an earlier edition")}</Badge>}
                    {r.damaged && <Badge color="red">{t("Damaged")}</Badge>}
                  </Group>
                </Stack>
              </Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {Object.entries(r.levels ?? {}).map(([p, n]) => (
                    <Badge key={p} color={n > 0 ? "pine" : "gray"}>
                      {n > 1 ? t("{purpose}: level {n}", { purpose: name(p), n }) : n === 1 ? t("{purpose}: yes", { purpose: name(p) }) : t("{purpose}: no", { purpose: name(p) })}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td c="dimmed">
                {t("Edition {n}", { n: r.edition })}, <Code>{r.regime}</Code>, {r.locale}
              </Table.Td>
              <Table.Td ta="right">
                <Button size="xs" variant="default" onClick={() => go(`/sites/${site}/evidence/records/${r.id}`)} aria-label={t("Open the record {id}", { id: r.id })}>
                  {t("Open")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length === 0 && <Text size="sm">{t("None")}</Text>}
    </Wide>
  );
}
