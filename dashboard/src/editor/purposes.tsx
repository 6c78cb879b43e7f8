import { Badge, Code, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Purpose, type SiteDocument, wordsQuery } from "../api";
import { Findings } from "../problem";
import type { Panel } from "./editor";
import { Section } from "./section";

const classNames: Record<string, string> = {
  necessary: "Necessary",
  functional: "Functional",
  analytics: "Analytics",
  ads: "Advertising",
  sale_share: "Sale or sharing",
  sensitive: "Sensitive data",
  recording: "Session recording",
};

const basisNames: Record<string, string> = {
  consent: "Consent",
  contract: "Contract",
  legal_obligation: "Legal obligation",
  legitimate_interest: "Legitimate interest",
};

const stores = { cookie: "cookie", local: "local storage", session: "session storage", idb: "database", cache: "cache", worker: "service worker" };

export function Purposes({ doc, findings }: Panel) {
  const here = findings.filter((f) => /^(purposes|vendors|cookies|stricter)/.test(f.path));
  return (
    <Section
      title="Purposes"
      hint={
        <>
          What the site asks for, and why. Purposes change what earlier choices cover, so they are kept in the site
          document: edit it and run <Code>lxconsent site apply -f site.json</Code>
        </>
      }
    >
      {here.length > 0 && <Findings findings={here} />}
      {doc.purposes.map((p) => (
        <PurposeCard key={p.id} purpose={p} doc={doc} />
      ))}
    </Section>
  );
}

function PurposeCard({ purpose, doc }: { purpose: Purpose; doc: SiteDocument }) {
  const cookies = doc.cookies?.filter((c) => c.purpose === purpose.id) ?? [];
  const vendors = doc.vendors?.filter((v) => v.purposes.includes(purpose.id)) ?? [];
  const locale = doc.locales[0] ?? "en";
  const key = `purpose.${purpose.id}.title`;
  const words = useQuery({ ...wordsQuery(locale), select: (given) => given.words[key] });
  const name = doc.texts?.[locale]?.[key] ?? words.data;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={3} size="h3">
            {name ?? purpose.id} {name && <Code>{purpose.id}</Code>}
          </Title>
          <Text size="sm" c="dimmed">
            {basisNames[purpose.basis] ?? purpose.basis}
          </Text>
        </Group>
        <Group gap={6}>
          {purpose.classes.map((c) => (
            <Badge key={c} color={c === "necessary" ? "gray" : undefined}>
              {classNames[c] ?? c}
            </Badge>
          ))}
          {purpose.own_audience && <Badge color="gray">Own statistics only</Badge>}
        </Group>
        {purpose.levels && purpose.levels.length > 0 && (
          <Text size="sm">
            Levels:{" "}
            {purpose.levels.map((l, i) => (
              <span key={l}>
                {i > 0 && " → "}
                <Code>{l}</Code>
              </span>
            ))}
          </Text>
        )}
        {vendors.length > 0 && <Text size="sm">Used by {vendors.map((v) => v.name).join(", ")}</Text>}
        {cookies.length > 0 && (
          <Table fz="sm" verticalSpacing={4} horizontalSpacing={0}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Kind</Table.Th>
                <Table.Th>Kept for</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {cookies.map((c) => (
                <Table.Tr key={c.name + c.kind}>
                  <Table.Td>
                    <Code>{c.name}</Code>
                  </Table.Td>
                  <Table.Td>
                    {stores[c.kind ?? "cookie"]}
                  </Table.Td>
                  <Table.Td>{c.lifetime || "not stated"}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Paper>
  );
}
