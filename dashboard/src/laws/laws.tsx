import { Anchor, Badge, Button, Group, Select, SimpleGrid, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, type Law } from "../api";
import { Card, Nothing } from "../card";
import { Page } from "../frame";
import { t } from "../i18n";
import { confidenceName } from "./confidence";
import { usePurposeName } from "../purpose-names";
import { ProblemAlert } from "../problem";
import { useSession } from "../session";
import { placeOptions } from "../wizard/places";
import { Answer } from "./answer";
import { useLawName } from "./law-names";
import { modeName } from "./modes";
import { WorldMap } from "./world-map";
import { Wide } from "../wide";

const today = () => new Date().toISOString().slice(0, 10);

/** The law table as the server applies it: a map, one visitor, and every row. */
export default function Laws() {
  useDocumentTitle(`${t("Laws")} · LeadiumX Consent`);
  const [day, setDay] = useState(today);
  const [place, setPlace] = useState("FR");
  const [site, setSite] = useState<string>();
  const session = useSession();
  const sites = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal) });
  const chosen = site ?? sites.data?.sites[0]?.id;
  const [purpose, setPurpose] = useState<string>();
  const places = useMemo(placeOptions, []);
  const view = useQuery({
    queryKey: ["site", chosen],
    queryFn: ({ signal }) => api.site(chosen ?? "", signal),
    enabled: chosen !== undefined,
  });
  const map = useQuery({
    queryKey: ["map", chosen, day],
    queryFn: ({ signal }) => api.map(chosen ?? "", day, signal),
    enabled: chosen !== undefined && session.permissions.includes("site:read"),
  });
  const purposes = Object.keys(map.data?.places[0]?.purposes ?? {});
  const name = usePurposeName(view.data?.draft);
  const coloured = purpose ?? purposes.find((p) => p === "analytics") ?? "";
  return (
    <Page
      title={t("Laws")}
      hint={t("The table that decides what each visitor is asked. It is data with sources and dates, and no legal advice: let your counsel read it.")}
      wide
    >
      <Card
        title={t("What visitors are asked")}
        action={
          <Group gap="xs">
            {sites.data && sites.data.sites.length > 0 && (
              <Select
                aria-label={t("Site")}
                data={sites.data.sites.map((s) => ({ value: s.id, label: s.name }))}
                value={chosen ?? null}
                onChange={(v) => v && setSite(v)}
                allowDeselect={false}
              />
            )}
            {purposes.length > 0 && (
              <Select
                aria-label={t("Purpose")}
                data={[{ value: "", label: t("The strictest") }, ...purposes.map((p) => ({ value: p, label: name(p) }))]}
                value={coloured}
                onChange={(v) => setPurpose(v ?? "")}
                allowDeselect={false}
                w={150}
              />
            )}
            <TextInput type="date" aria-label={t("On which day")} value={day} onChange={(e) => e.currentTarget.value && setDay(e.currentTarget.value)} />
          </Group>
        }
      >
        {map.isError && <ProblemAlert error={map.error} retry={() => void map.refetch()} />}
        {sites.isError && <ProblemAlert error={sites.error} retry={() => void sites.refetch()} />}
        {chosen === undefined && sites.isSuccess && <Nothing>{t("The map shows a site. Add one first.")}</Nothing>}
        {map.isPending && chosen !== undefined && <Skeleton height={360} radius="md" />}
        {map.data && <WorldMap places={map.data.places} purpose={coloured} open={place} onOpen={setPlace} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t("What would a visitor see in …")}
            data={[{ value: "unknown", label: t("An unknown place") }, ...places]}
            value={place}
            onChange={(v) => v && setPlace(v)}
            searchable
            limit={80}
            data-testid="law-place"
          />
        </SimpleGrid>
        <Answer place={place} establishment={view.data?.draft.establishment ?? ""} day={day} />
      </Card>
      <Rows day={day} />
    </Page>
  );
}

function Rows({ day }: { day: string }) {
  const list = useQuery({ queryKey: ["laws", day], queryFn: ({ signal }) => api.laws(day, signal) });
  const [filter, setFilter] = useState("");
  const [all, setAll] = useState(false);
  const lawName = useLawName();
  const wanted = filter.trim().toLowerCase();
  const rows = (list.data?.laws ?? []).filter((l) => `${l.code} ${l.name} ${lawName(l.code)} ${l.law} ${l.notes ?? ""}`.toLowerCase().includes(wanted));
  const shown = all || wanted ? rows : rows.slice(0, 20);
  return (
    <Card
      title={t("Every row")}
      hint={t("A row that states nothing in a field takes it from the row above it in rank: a state from its country, a country from its group.")}
      action={
        <TextInput
          aria-label={t("Find a row")}
          placeholder={t("Find a row")}
          leftSection={<IconSearch size={16} />}
          value={filter}
          onChange={(e) => setFilter(e.currentTarget.value)}
          data-testid="law-filter"
        />
      }
    >
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={300} radius="md" />}
      {list.data && rows.length === 0 && <Nothing>{t("No row fits.")}</Nothing>}
      {shown.length > 0 && (
        <Wide stacked minWidth={760}>
          <Table verticalSpacing="sm" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("Place")}</Table.Th>
                <Table.Th>{t("Law")}</Table.Th>
                <Table.Th>{t("Statistics")}</Table.Th>
                <Table.Th>{t("Advertising")}</Table.Th>
                <Table.Th>{t("Sale or sharing")}</Table.Th>
                <Table.Th>{t("Checked")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((l) => (
                <Row key={`${l.code}${l.valid_from ?? ""}`} law={l} name={lawName(l.code)} />
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
      {shown.length < rows.length && (
        <Group justify="center">
          <Button variant="default" onClick={() => setAll(true)}>
            {t("Show all {n} rows", { n: rows.length })}
          </Button>
        </Group>
      )}
    </Card>
  );
}

function Row({ law: l, name }: { law: Law; name: string }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {l.code}
        </Text>
        {!l.in_force && (
          <Badge color="yellow" mt={4}>
            {l.valid_from && l.valid_from > today() ? t("from {day}", { day: l.valid_from }) : t("until {day}", { day: l.valid_to ?? "" })}
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        <Stack gap={2}>
          <span>{l.law}</span>
          {l.notes && (
            <Text size="xs" c="dimmed">
              {l.notes}
            </Text>
          )}
          <Group gap={8}>
            {l.source.map((s, i) =>
              /^https:/.test(s) ? (
                <Anchor key={s} href={s} size="xs" target="_blank" rel="noreferrer">
                  {l.source.length > 1 ? t("Source {n}", { n: i + 1 }) : t("Source")}
                </Anchor>
              ) : (
                <Text key={s} size="xs" c="dimmed">
                  {s}
                </Text>
              ),
            )}
          </Group>
        </Stack>
      </Table.Td>
      {["analytics", "ads", "sale_share"].map((c) => (
        <Table.Td key={c}>{l.modes[c] ? modeName(l.modes[c]) : <Text span c="dimmed">–</Text>}</Table.Td>
      ))}
      <Table.Td>
        {l.checked}
        <Text size="xs" c="dimmed">
          {t("confidence: {level}", { level: confidenceName(l.confidence) })}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
