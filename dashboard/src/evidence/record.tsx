import { Alert, Badge, Button, Code, Group, Modal, SimpleGrid, Skeleton, Stack, Table, Text, Textarea } from "@mantine/core";
import { useDocumentTitle, useDisclosure } from "@mantine/hooks";
import { IconDownload, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, type EvidenceView } from "../api";
import { Card } from "../card";
import { useConfirmed } from "../confirmed";
import { languageLabel, languageName } from "../coded";
import { Page } from "../frame";
import { language, t } from "../i18n";
import { confidenceName } from "../laws/confidence";
import { groups, wordLabel } from "../editor/word-keys";
import { useGrants } from "../purpose-names";
import { useLawName, useRegimeName } from "../laws/law-names";
import { modeName } from "../laws/modes";
import { ProblemAlert } from "../problem";
import { useMay } from "../session";
import { actionName } from "./actions";
import { List } from "./evidence";
import { SiteName } from "./site-name";
import { Wide } from "../wide";

const exact = (at: string) => new Date(at).toLocaleString(language() === "en" ? "en-GB" : language(), { dateStyle: "long", timeStyle: "medium" });

/** How the place of a decision was known, in words. */
function placeSource(source: string | undefined): string {
  switch (source) {
    case "header":
      return t("a header of the edge");
    case "database":
      return t("the visitor's address, in a database on the server");
    case "demo":
      return t("the address of the demo page");
    case undefined:
    case "":
    case "none":
      return t("nothing: the place was unknown");
    default:
      return source;
  }
}

/** One record: what was done, what was shown, by which law, and its proof. */
export default function OneRecord({ site, id }: { site: string; id: string }) {
  useDocumentTitle(`${t("Record")} · LeadiumX Consent`);
  const view = useQuery({ queryKey: ["record", site, id], queryFn: ({ signal }) => api.oneEvidence(site, id, signal) });
  return (
    <Page
      site={site}
      where={<SiteName id={site} />}
      title={t("Record")}
      hint={<Code>{id}</Code>}
      wide
      actions={
        <Button component={Link} href={`/sites/${site}/evidence`} variant="default">
          {t("All records")}
        </Button>
      }
    >
      {view.isError && <ProblemAlert error={view.error} retry={() => void view.refetch()} />}
      {view.isPending && <Skeleton height={400} radius="lg" />}
      {view.data && <Whole site={site} view={view.data} refetch={() => void view.refetch()} checking={view.isFetching} />}
    </Page>
  );
}

interface Props {
  site: string;
  view: EvidenceView;
  refetch: () => void;
  checking: boolean;
}

function Whole({ site, view: v, refetch, checking }: Props) {
  const r = v.record;
  const grants = useGrants(site, [r.edition]);
  const name = grants.purpose;
  const regime = useRegimeName();
  const law = useLawName();
  const rows: [string, React.ReactNode][] = [
    [t("Decided"), exact(r.decided_at)],
    [t("Recorded"), exact(r.time)],
    [t("What was done"), actionName(r.action)],
    [t("Edition"), t("{n}", { n: r.edition })],
    [t("Language"), languageLabel(r.locale)],
    [t("Place known by"), placeSource(v.place_source)],
    [t("Signals"), [v.signals.gpc && "Global Privacy Control", v.signals.minor && t("a minor"), v.signals.sensitive && t("a sensitive page")].filter(Boolean).join(", ") || t("none")],
    [t("Subject"), r.subject ? <Code key="s">{r.subject}</Code> : r.erased ? t("erased") : t("none: a refusal makes no subject")],
  ];
  return (
    <Stack gap="lg">
      <Proof view={v} refetch={refetch} checking={checking} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Card title={t("What was done")}>
          <Table fz="sm">
            <Table.Tbody>
              {rows.map(([k, value]) => (
                <Table.Tr key={k}>
                  <Table.Td c="dimmed">{k}</Table.Td>
                  <Table.Td>{value}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Group gap={6}>
            {Object.entries(r.levels ?? {}).map(([p, n]) => (
              <Badge key={p} color={n > 0 ? undefined : "gray"} title={`${p}: ${n}`}>
                {name(p)}: {n > 0 ? grants.level(r.edition, p, n, t("granted")) : t("refused")}
              </Badge>
            ))}
          </Group>
          <Erase site={site} subject={r.subject} />
        </Card>
        <Card title={t("By which law")}>
          <Group gap={6}>
            {Object.entries(v.modes).map(([c, m]) => (
              <Badge key={c} color="gray">
                {name(c)}: {modeName(m)}
              </Badge>
            ))}
          </Group>
          <Text size="sm">
            {t("Regime")}: {regime(r.regime)} <Code>{r.regime}</Code>
          </Text>
          {v.laws.map((l) => (
            <div key={l.code}>
              <Text size="sm" fw={550}>
                {law(l.code)}
              </Text>
              <Text size="sm" c="dimmed">
                {l.law} · {t("confidence: {level}", { level: confidenceName(l.confidence) })}
              </Text>
            </div>
          ))}
        </Card>
      </SimpleGrid>
      <Shown view={v} />
      {v.history.length > 1 && (
        <Card title={t("Everything of this subject")}>
          <List site={site} rows={v.history} />
        </Card>
      )}
    </Stack>
  );
}

function Proof({ view: v, refetch, checking }: Omit<Props, "site">) {
  const good = v.proof.status === "sealed" && v.edition_match && v.words_match;
  return (
    <Alert
      color={good ? "pine" : v.proof.status === "damaged" || !v.words_match || !v.edition_match ? "red" : "yellow"}
      icon={good ? <IconShieldCheck size={20} /> : <IconShieldX size={20} />}
      title={
        good
          ? t("Unchanged since it was recorded")
          : v.proof.status === "damaged"
            ? t("This record was changed after it was recorded")
            : v.proof.status === "unchained"
              ? t("This record stands in no chain")
              : t("What was shown can no longer be shown as it was")
      }
      data-testid="proof"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {v.proof.node
            ? t("Number {seq} in the chain of node {node}. Its seal binds the choice, the edition, the words, the law and the record before it.", { seq: v.proof.seq ?? 0, node: v.proof.node })
            : t("It was recorded before chains were kept.")}
        </Text>
        <Group gap="xs">
          <Button size="compact-sm" variant="default" loading={checking} onClick={refetch} data-testid="proof-verify">
            {t("Verify again")}
          </Button>
          {v.receipt.jws && (
            <Button
              size="compact-sm"
              variant="default"
              component="a"
              leftSection={<IconDownload size={14} />}
              href={`data:application/jose,${encodeURIComponent(v.receipt.jws)}`}
              download={`receipt-${v.record.id}.jws`}
            >
              {t("Receipt")}
            </Button>
          )}
          {v.proof.link && (
            <Text size="xs" c="dimmed">
              {t("Seal")} <Code title={v.proof.link}>{v.proof.link.slice(0, 16)}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

/** The words as the visitor read them, compiled again and held against their seal. */
function Shown({ view: v }: { view: EvidenceView }) {
  const words = groups(Object.keys(v.words ?? {})).flatMap(([heading, keys]) => keys.map((k) => ({ k, heading, text: v.words?.[k] ?? "" })));
  return (
    <Card
      title={t("What was shown")}
      hint={v.edition ? t("Edition {n}, in {language}.", { n: v.edition.number, language: languageName(v.record.locale) }) : undefined}
      action={v.words_match ? <Badge>{t("Matches its seal")}</Badge> : <Badge color="red">{t("Does not match its seal")}</Badge>}
    >
      {words.length > 0 && (
        <Wide stacked minWidth={480}>
          <Table fz="sm">
            <Table.Tbody>
              {words.map(({ k, heading, text }) => (
                <Table.Tr key={k}>
                  <Table.Td c="dimmed" w={240} className="key-cell">
                    <span title={k}>{`${heading} · ${wordLabel(k)}`}</span>
                  </Table.Td>
                  <Table.Td lang={v.record.locale}>{text}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
    </Card>
  );
}

function Erase({ site, subject }: { site: string; subject?: string }) {
  const [opened, { open, close }] = useDisclosure();
  const [reason, setReason] = useState("");
  const may = useMay()("records:erase", site);
  const client = useQueryClient();
  const erase = useConfirmed(
    () => api.erase(site, { subject: subject ?? "", reason }),
    async () => {
      close();
      await client.invalidateQueries({ queryKey: ["record", site] });
      await client.invalidateQueries({ queryKey: ["evidence", site] });
    },
  );
  if (!may || !subject) return null;
  return (
    <>
      <Button variant="subtle" color="red" size="compact-sm" className="start" onClick={open} data-testid="erase">
        {t("Erase this subject…")}
      </Button>
      <Modal opened={opened} onClose={close} title={<b>{t("Erase this subject?")}</b>}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            erase.run(undefined);
          }}
        >
          <Stack>
            <Text size="sm">
              {t("Who it was and what was chosen is destroyed, everywhere and for good; that something was recorded stays, so that the chain can still be verified.")}
            </Text>
            <Textarea label={t("Reason")} required withAsterisk={false} autosize minRows={2} maxLength={300} value={reason} onChange={(e) => setReason(e.currentTarget.value)} data-autofocus data-testid="erase-reason" />
            {erase.error && <ProblemAlert error={erase.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {t("Cancel")}
              </Button>
              <Button type="submit" color="red" loading={erase.pending} data-testid="erase-confirm">
                {t("Erase")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {erase.dialog}
    </>
  );
}
