import { Badge, Button, Group, NativeSelect, SegmentedControl, Skeleton, Stack, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, type EvidenceRow, recordsFile, type Sought } from "../api";
import { Card, Nothing } from "../card";
import { languageName } from "../coded";
import { Page } from "../frame";
import { t } from "../i18n";
import { evidenceParts } from "../nav";
import { useRegimeName } from "../laws/law-names";
import { useGrants } from "../purpose-names";
import { ProblemAlert } from "../problem";
import { useMay } from "../session";
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
  const may = useMay();
  const names = { records: t("Records"), requests: t("Requests"), webhooks: t("Webhooks") };
  const parts = evidenceParts.filter(({ sees }) => may(sees, id));
  const open = parts.find(({ value }) => value === part)?.value ?? parts[0]?.value;
  return (
    <Page
      site={id}
      where={<SiteName id={id} />}
      title={t("Evidence")}
      hint={t("What was recorded, what was shown, and how it is proved.")}
      wide
      actions={
        parts.length > 1 && (
          <SegmentedControl
            aria-label={t("Which")}
            value={open}
            onChange={(v) => go(v === "records" ? `/sites/${id}/evidence` : `/sites/${id}/evidence/${v}`)}
            data={parts.map(({ value }) => ({ value, label: names[value] }))}
          />
        )
      }
    >
      {open === "records" && <Records site={id} />}
      {open === "requests" && <Requests site={id} />}
      {open === "webhooks" && <Webhooks site={id} />}
      {!open && <Nothing>{t("Your role does not see what is recorded. Ask an owner of your organisation.")}</Nothing>}
    </Page>
  );
}

interface Search {
  by: By;
  typed: string;
  days: { from: string; to: string };
  action: string;
  sought: Sought;
}

/** What was looked for at this place of the browser's history. */
const keptSearch = () => (window.history.state as { search?: Search } | null)?.search;

function Records({ site }: { site: string }) {
  const [kept] = useState(keptSearch);
  const [by, setBy] = useState<By>(kept?.by ?? "time");
  const [typed, setTyped] = useState(kept?.typed ?? "");
  const [days, setDays] = useState(kept?.days ?? { from: "", to: "" });
  const [action, setAction] = useState(kept?.action ?? "");
  const [sought, setSought] = useState<Sought>(kept?.sought ?? {});
  const found = useInfiniteQuery({
    queryKey: ["evidence", site, sought],
    queryFn: ({ pageParam, signal }) => api.findEvidence(site, { ...sought, after: pageParam || undefined }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  const rows = found.data?.pages.flatMap((p) => p.records) ?? [];
  const narrowed = Object.values(sought).some(Boolean);
  const search = () => {
    const next: Sought =
      by !== "time"
        ? { [by]: typed.trim() || undefined }
        : // Two days are meant whole, by UTC as everything in a record.
          { from: days.from ? `${days.from}T00:00:00Z` : undefined, to: days.to ? `${days.to}T23:59:59.999Z` : undefined, action: action || undefined };
    setSought(next);
    // Who comes back from a record finds the list as it was. In the address it would stand in logs.
    const search: Search = { by, typed, days, action, sought: next };
    window.history.replaceState({ ...window.history.state, search }, "");
  };
  return (
    <Card
      title={t("Records")}
      action={
        rows.length > 0 && (
          <Button component="a" href={recordsFile(site, sought)} download variant="default" leftSection={<IconDownload size={16} />} data-testid="evidence-file">
            {narrowed ? t("What is found, as CSV") : t("All records, as CSV")}
          </Button>
        )
      }
    >
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
      {found.data && rows.length === 0 && !found.hasNextPage && (
        <Nothing>
          {narrowed
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
  const regime = useRegimeName();
  const name = useGrants(
    site,
    rows.map((r) => r.edition),
  );
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
                  {Object.keys(r.levels ?? {}).length === 0 && <Text span c="dimmed">–</Text>}
                  {Object.entries(r.levels ?? {}).map(([p, n]) => (
                    // What a program reads of it, for who writes one.
                    <Badge key={p} color={n > 0 ? "pine" : "gray"} title={`${p}: ${n}`}>
                      {name.purpose(p)}: {n > 0 ? name.level(r.edition, p, n, t("yes")) : t("no")}
                    </Badge>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td c="dimmed" className="keep">
                {t("Edition {n}", { n: r.edition })}, {languageName(r.locale)}
                <br />
                <span title={r.regime}>{regime(r.regime)}</span>
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
