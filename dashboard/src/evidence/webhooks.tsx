import { Alert, Badge, Button, Checkbox, Code, Group, Modal, Paper, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Delivery, type Webhook } from "../api";
import { Card, Nothing } from "../card";
import { CopyTag } from "../copy";
import { rich, t } from "../i18n";
import { ProblemAlert, sentence } from "../problem";
import { useMay } from "../session";
import { Sure } from "../sure";
import { When } from "../when";
import { Wide } from "../wide";

const events = () => [
  { value: "consent.recorded", label: t("A choice was recorded") },
  { value: "consent.erased", label: t("A subject was erased") },
  { value: "consent.linked", label: t("A device was linked to an account") },
  { value: "edition.published", label: t("An edition was published") },
  { value: "request.opened", label: t("A visitor asked for something") },
];

/** Other servers that are told what happens at this site. */
export function Webhooks({ site }: { site: string }) {
  const key = ["webhooks", site];
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => api.webhooks(site, signal), refetchInterval: 10_000 });
  const may = useMay()("hooks:write");
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure();
  const [secret, setSecret] = useState<string>();
  return (
    <Card
      title={t("Webhooks")}
      hint={t("Signed messages to your own servers. One that cannot be delivered is tried again for days, and nothing is left out.")}
      action={
        may && (
          <Button onClick={open} data-testid="webhook-new">
            {t("Add a webhook")}
          </Button>
        )
      }
    >
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={140} radius="md" />}
      {list.data && list.data.webhooks.length === 0 && (
        <Nothing>{t("No server is told anything. A webhook keeps your own systems up to date with what visitors choose.")}</Nothing>
      )}
      <Stack gap="sm">
        {list.data?.webhooks.map((w) => (
          <One key={w.id} site={site} hook={w} may={may} refresh={() => client.invalidateQueries({ queryKey: key })} onSecret={setSecret} />
        ))}
      </Stack>
      <Adding
        site={site}
        opened={opened}
        close={close}
        done={(made) => {
          close();
          setSecret(made);
          void client.invalidateQueries({ queryKey: key });
        }}
      />
      <Modal opened={secret !== undefined} onClose={() => setSecret(undefined)} title={<b>{t("Keep this secret. It is shown once")}</b>}>
        <Stack>
          <Code block className="code" data-testid="webhook-secret">
            {secret}
          </Code>
          <CopyTag text={secret ?? ""} label={t("Copy")} />
          <Text size="sm" c="dimmed">
            {t("Your server checks the signature of each message with it, by the Standard Webhooks convention.")}
          </Text>
        </Stack>
      </Modal>
    </Card>
  );
}

interface OneProps {
  site: string;
  hook: Webhook;
  may: boolean;
  refresh: () => unknown;
  onSecret: (secret: string) => void;
}

function One({ site, hook: w, may, refresh, onSecret }: OneProps) {
  const [shown, { toggle }] = useDisclosure();
  const [asked, { open: ask, close: leave }] = useDisclosure();
  const test = useMutation({ mutationFn: () => api.testWebhook(site, w.id) });
  const change = useMutation({ mutationFn: (disabled: boolean) => api.changeWebhook(site, w.id, { disabled }), onSuccess: refresh });
  const rotate = useMutation({ mutationFn: () => api.rotateWebhook(site, w.id), onSuccess: (r) => onSecret(r.secret) });
  const drop = useMutation({ mutationFn: () => api.dropWebhook(site, w.id), onSuccess: refresh });
  const fault = test.error ?? change.error ?? rotate.error ?? drop.error;
  return (
    <Paper withBorder radius="md" p="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Stack gap={2} className="grow">
            <Group gap="xs">
              <Code fz="sm" className="break">{w.url}</Code>
              {w.disabled ? <Badge color="red">{t("Off")}</Badge> : w.failing ? <Badge color="yellow">{t("Fails")}</Badge> : <Badge>{t("On")}</Badge>}
            </Group>
            <Text size="sm" c="dimmed">
              {w.description ? `${w.description} · ` : ""}
              {w.events.length > 0 ? w.events.map((e) => events().find(({ value }) => value === e)?.label ?? e).join(" · ") : t("all events")}
            </Text>
            {w.why && <Text size="sm">{sentence(w.why)}</Text>}
            {w.failing && <Failing failing={w.failing} disabled={w.disabled} />}
          </Stack>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={toggle}>
              {shown ? t("Hide deliveries") : t("Deliveries")}
            </Button>
            {may && (
              <>
                <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                  {t("Send a test")}
                </Button>
                <Button size="xs" variant="default" loading={change.isPending} onClick={() => change.mutate(!w.disabled)}>
                  {w.disabled ? t("Switch it on") : t("Switch it off")}
                </Button>
                <Button size="xs" variant="default" loading={rotate.isPending} onClick={() => rotate.mutate()}>
                  {t("New secret")}
                </Button>
                <Button size="xs" variant="subtle" color="red" loading={drop.isPending} onClick={ask} data-testid="webhook-drop">
                  {t("Remove")}
                </Button>
              </>
            )}
          </Group>
        </Group>
        <Sure opened={asked} close={leave} title={t("Remove the webhook?")} deed={t("Remove")} run={() => drop.mutate()}>
          {t("{url} is told nothing any more, and what waits for it is dropped. To pause it, switch it off.", { url: w.url })}
        </Sure>
        {fault && <ProblemAlert error={fault} />}
        {test.data && <Outcome delivery={test.data} />}
        {shown && <Deliveries site={site} id={w.id} />}
      </Stack>
    </Paper>
  );
}

/** Since when and why a webhook has taken nothing, and what becomes of it. */
function Failing({ failing: f, disabled }: { failing: NonNullable<Webhook["failing"]>; disabled: boolean }) {
  return (
    <Text size="sm" data-testid="webhook-failing">
      {rich("It takes nothing. The first failure was {when}.", { when: <When at={f.since} /> })} {f.error && `${sentence(f.error)} `}
      {f.next
        ? rich("It is tried again {when}.", { when: <When at={f.next} ahead /> })
        : !disabled && t("Nothing is tried again by itself: what it did not take was given up.")}
    </Text>
  );
}

function Outcome({ delivery: d }: { delivery: Delivery }) {
  const good = d.status >= 200 && d.status < 300;
  return (
    <Alert color={good ? "pine" : "yellow"} p="sm" role="status">
      {good
        ? t("Answered {status} in {ms} ms", { status: d.status, ms: d.took_ms })
        : d.error
          ? sentence(d.error)
          : t("Answered {status}", { status: d.status })}
    </Alert>
  );
}

function Deliveries({ site, id }: { site: string; id: string }) {
  const view = useQuery({ queryKey: ["webhook", site, id], queryFn: ({ signal }) => api.webhook(site, id, signal), refetchInterval: 5000 });
  if (view.isError) return <ProblemAlert error={view.error} />;
  const list = view.data?.status.recent ?? [];
  if (list.length === 0) return <Nothing>{t("Nothing was sent yet.")}</Nothing>;
  return (
    <Wide stacked minWidth={480}>
      <Table fz="sm">
        <Table.Tbody>
          {list.map((d) => (
            <Table.Tr key={`${d.event}${d.attempt}${d.at}`}>
              <Table.Td>
                <When at={d.at} />
              </Table.Td>
              <Table.Td>{d.type}</Table.Td>
              <Table.Td>{t("try {n}", { n: d.attempt })}</Table.Td>
              <Table.Td>{d.status > 0 ? d.status : sentence(d.error ?? "")}</Table.Td>
              <Table.Td c="dimmed">{d.took_ms} ms</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}

interface AddingProps {
  site: string;
  opened: boolean;
  close: () => void;
  done: (secret: string) => void;
}

function Adding({ site, opened, close, done }: AddingProps) {
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [chosen, setChosen] = useState<string[]>(["consent.recorded", "consent.erased"]);
  const make = useMutation({
    mutationFn: () => api.newWebhook(site, { url, description: description || undefined, events: chosen }),
    onSuccess: (made) => {
      setUrl("");
      done(made.secret);
    },
  });
  return (
    <Modal opened={opened} onClose={close} onExitTransitionEnd={make.reset} title={<b>{t("Add a webhook")}</b>}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t("Address")}
            type="url"
            placeholder="https://"
            required
            withAsterisk={false}
            value={url}
            onChange={(e) => setUrl(e.currentTarget.value)}
            data-autofocus
            data-testid="webhook-url"
          />
          <TextInput label={t("What it is for")} maxLength={200} value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
          <Checkbox.Group label={t("Tell it when")} value={chosen} onChange={setChosen}>
            <Stack gap={8} mt={6}>
              {events().map((e) => (
                <Checkbox key={e.value} value={e.value} label={e.label} />
              ))}
            </Stack>
          </Checkbox.Group>
          {make.isError && <ProblemAlert error={make.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {t("Cancel")}
            </Button>
            <Button type="submit" loading={make.isPending} data-testid="webhook-make">
              {t("Add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
