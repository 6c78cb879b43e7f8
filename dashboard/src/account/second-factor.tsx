import { Anchor, Badge, Button, Code, Group, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { encode } from "uqr";
import { api, type Profile } from "../api";
import { Card } from "../card";
import { useConfirmed } from "../confirmed";
import { CopyTag } from "../copy";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { takeFocus } from "../sign-in/focus";

/** An authenticator app beside the password. */
export function SecondFactor({ me }: { me: Profile }) {
  const client = useQueryClient();
  const [codes, setCodes] = useState<string[]>([]);
  const refresh = () => client.invalidateQueries({ queryKey: ["me"] });
  // At most one: what is being set up.
  const [begun, setBegun] = useState<Awaited<ReturnType<typeof api.enrol>>[]>([]);
  const begin = useConfirmed(api.enrol, (enrolment) => setBegun([enrolment]));
  const drop = useConfirmed(api.dropSecondFactor, refresh);
  return (
    <Card
      title={t("Authenticator app")}
      hint={t("A code from your phone beside the password: a stolen password alone then opens nothing.")}
      action={
        me.second_factor ? (
          <Group gap="xs">
            <Badge>{t("On")}</Badge>
            <Button variant="default" loading={drop.pending} onClick={() => drop.run(undefined)}>
              {t("Remove")}
            </Button>
          </Group>
        ) : (
          begun.length === 0 && (
            <Button loading={begin.pending} onClick={() => begin.run(undefined)} data-testid="totp-begin">
              {t("Set it up")}
            </Button>
          )
        )
      }
    >
      {begin.dialog}
      {drop.dialog}
      {(begin.error ?? drop.error) && <ProblemAlert error={begin.error ?? drop.error} />}
      {codes.length > 0 ? (
        <Recovery codes={codes} done={() => setCodes([])} />
      ) : (
        !me.second_factor &&
        begun.map(({ secret, url }) => (
          <Enrol
            key={secret}
            secret={secret}
            url={url}
            done={(given) => {
              setCodes(given);
              setBegun([]);
              void refresh();
            }}
          />
        ))
      )}
      {me.second_factor && codes.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("Unused recovery codes: {n}", { n: me.recovery_left })}
        </Text>
      )}
    </Card>
  );
}

function Enrol({ secret, url, done }: { secret: string; url: string; done: (codes: string[]) => void }) {
  const [code, setCode] = useState("");
  const finish = useMutation({ mutationFn: () => api.enrolled(code), onSuccess: (r) => done(r.recovery) });
  return (
    <Group align="flex-start" gap="xl">
      <Qr text={url} />
      <Stack gap="sm" className="grow">
        <Text size="sm">{t("Scan the picture with your authenticator app, then type the six digits that it shows.")}</Text>
        <Text size="sm" c="dimmed">
          {t("On this device?")}{" "}
          <Anchor href={url} size="sm">
            {t("Open the app")}
          </Anchor>{" "}
          · {t("No camera? Type this key:")} <Code>{secret}</Code>
        </Text>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            finish.mutate();
          }}
        >
          <Group align="flex-end" gap="xs">
            <TextInput
              label={t("Code")}
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(e) => setCode(e.currentTarget.value.trim())}
              ref={takeFocus}
              data-testid="totp-code"
            />
            <Button type="submit" loading={finish.isPending}>
              {t("Switch it on")}
            </Button>
          </Group>
        </form>
        {finish.isError && <ProblemAlert error={finish.error} />}
      </Stack>
    </Group>
  );
}

function Qr({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={168} height={168} role="img" aria-label={t("The key as a picture for your app")} className="qr">
      <path d={path} />
    </svg>
  );
}

function Recovery({ codes, done }: { codes: string[]; done: () => void }) {
  return (
    <Stack gap="sm" role="alert">
      <Text fw={550}>{t("Keep these codes. They are shown once")}</Text>
      <Text size="sm" c="dimmed">
        {t("Each signs you in once, when your phone is lost. Print them, or keep them in a password manager.")}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={6}>
        {codes.map((c) => (
          <Code key={c}>{c}</Code>
        ))}
      </SimpleGrid>
      <Group gap="xs">
        <CopyTag text={codes.join("\n")} label={t("Copy")} />
        <Button onClick={done}>{t("I have kept them")}</Button>
      </Group>
    </Stack>
  );
}
