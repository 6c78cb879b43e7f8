import { Alert, Badge, Button, Checkbox, Code, Group, Modal, MultiSelect, NativeSelect, SimpleGrid, Skeleton, Stack, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type ApiKey } from "../api";
import { Card, Nothing } from "../card";
import { useConfirmed } from "../confirmed";
import { CopyTag } from "../copy";
import { rich, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useMay, useSession } from "../session";
import { Sure } from "../sure";
import { inOrder, permissionName } from "./permissions";
import { When } from "../when";
import { Wide } from "../wide";

const query = ["api-keys"];
const lives = () => [
  { value: "30", label: t("30 days") },
  { value: "90", label: t("90 days") },
  { value: "365", label: t("One year") },
];

export function Keys() {
  const list = useQuery({ queryKey: query, queryFn: ({ signal }) => api.keys(signal) });
  const may = useMay()("keys:write");
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [secret, setSecret] = useState<string>();
  const refresh = () => client.invalidateQueries({ queryKey: query });
  const drop = useConfirmed(api.dropKey, refresh);
  const [revoking, setRevoking] = useState<ApiKey[]>([]);
  if (list.isError) return <ProblemAlert error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton height={200} radius="lg" />;
  return (
    <Card
      title={t("API keys")}
      hint={t("For your own servers: checks, exports, or anything that this dashboard does. A key may do no more than you, and only what you tick.")}
      action={
        may && (
          <Button onClick={open} data-testid="key-new">
            {t("Make a key")}
          </Button>
        )
      }
    >
      {drop.dialog}
      {revoking.map((k) => (
        <Sure key={k.id} opened close={() => setRevoking([])} title={t("Revoke {name}", { name: k.name })} deed={t("Revoke")} run={() => drop.run(k.id)}>
          {t("Every program that sends this key is refused at once, and it never works again.")}
        </Sure>
      ))}
      {drop.error && <ProblemAlert error={drop.error} />}
      {list.data.keys.length === 0 && <Nothing>{t("There is no key. A server that asks for an analytics or ad cookie by subject needs one with the permission “check”.")}</Nothing>}
      {list.data.keys.length > 0 && (
        <Wide stacked minWidth={640}>
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("Name")}</Table.Th>
                <Table.Th>{t("May")}</Table.Th>
                <Table.Th>{t("Last used")}</Table.Th>
                <Table.Th>{t("Ends")}</Table.Th>
                <Table.Th><VisuallyHidden className="unseen">{t("Actions")}</VisuallyHidden></Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.data.keys.map((k) => (
                <Row key={k.id} apiKey={k} drop={may ? () => setRevoking([k]) : undefined} />
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
      )}
      <Making
        opened={opened}
        close={close}
        done={(made) => {
          close();
          setSecret(made);
          void refresh();
        }}
      />
      <Modal opened={secret !== undefined} onClose={() => setSecret(undefined)} title={<b>{t("Keep this key. It is shown once")}</b>}>
        <Stack>
          <Code block className="code" data-testid="key-secret">
            {secret}
          </Code>
          <CopyTag text={secret ?? ""} label={t("Copy")} />
          <Text size="sm" c="dimmed">
            {rich("Send it as {header}. Never put it into a page.", { header: <Code>Authorization: Bearer …</Code> })}
          </Text>
        </Stack>
      </Modal>
    </Card>
  );
}

function Row({ apiKey: k, drop }: { apiKey: ApiKey; drop?: () => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={550} size="sm">
          {k.name}
        </Text>
        <Text size="sm" c="dimmed">
          <Code>{k.prefix}…</Code> {t("by {name}", { name: k.by })}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {k.permissions.map((p) => (
            <Badge key={p} color="gray">
              {permissionName(p)}
            </Badge>
          ))}
          {k.sites?.map((s) => (
            <Badge key={s}>{s}</Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>{k.last_used ? <When at={k.last_used} /> : t("Never")}</Table.Td>
      <Table.Td>
        <When at={k.expires} />
      </Table.Td>
      <Table.Td ta="right">
        {drop && (
          <Button size="xs" variant="default" onClick={drop} aria-label={t("Revoke {name}", { name: k.name })}>
            {t("Revoke")}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Making({ opened, close, done }: { opened: boolean; close: () => void; done: (secret: string) => void }) {
  const session = useSession();
  const [name, setName] = useState("");
  const [permissions, setPermissions] = useState<string[]>(["check"]);
  const [only, setOnly] = useState<string[]>([]);
  const [life, setLife] = useState("90");
  const sites = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal), enabled: opened });
  const make = useConfirmed(
    () =>
      api.newKey({
        name,
        permissions,
        sites: only.length > 0 ? only : undefined,
        expires: new Date(Date.now() + Number(life) * 86_400_000).toISOString(),
      }),
    (made) => {
      setName("");
      done(made.secret);
    },
  );
  return (
    <>
      <Modal opened={opened} onClose={close} onExitTransitionEnd={make.reset} size="lg" title={<b>{t("Make a key")}</b>}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            make.run(undefined);
          }}
        >
          <Stack>
            <TextInput
              label={t("Name")}
              description={t("Which server or program it is for.")}
              required
              withAsterisk={false}
              maxLength={80}
              value={name}
              onChange={(e) => setName(e.currentTarget.value)}
              data-autofocus
              data-testid="key-name"
            />
            <Checkbox.Group label={t("May")} value={permissions} onChange={setPermissions}>
              <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={8} mt={6}>
                {inOrder(session.permissions)
                  .filter((p) => p !== "install")
                  .map((p) => (
                    <Checkbox key={p} value={p} label={permissionName(p)} />
                  ))}
              </SimpleGrid>
            </Checkbox.Group>
            <MultiSelect
              label={t("Only for these sites")}
              placeholder={only.length === 0 ? t("All sites") : undefined}
              data={(sites.data?.sites ?? []).map((s) => ({ value: s.id, label: s.name }))}
              value={only}
              onChange={setOnly}
            />
            <NativeSelect label={t("Ends after")} value={life} onChange={(e) => setLife(e.currentTarget.value)} data={lives()} />
            {permissions.length === 0 && <Alert color="yellow">{t("Tick at least one thing that the key may do.")}</Alert>}
            {make.error && <ProblemAlert error={make.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {t("Cancel")}
              </Button>
              <Button type="submit" loading={make.pending} disabled={permissions.length === 0} data-testid="key-make">
                {t("Make a key")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {make.dialog}
    </>
  );
}
