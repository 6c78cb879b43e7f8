import { Badge, Button, Group, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Profile } from "../api";
import { Card } from "../card";
import { Page } from "../frame";
import { t } from "../i18n";
import { roleName } from "../organisation/roles";
import { ProblemAlert } from "../problem";
import { useSession } from "../session";
import { FirstAccount } from "../sign-in/own";
import { ChangePassword } from "./change-password";
import { SecondFactor } from "./second-factor";

const key = ["me"];

/** The person's own account. */
export default function Account() {
  useDocumentTitle(`${t("Your account")} · LeadiumX Consent`);
  const session = useSession();
  const known = session.kind === "password";
  const me = useQuery({ queryKey: key, queryFn: ({ signal }) => api.me(signal), enabled: known });
  return (
    <Page title={t("Your account")} hint={me.data?.email}>
      {!known && (
        <Card title={t("Make your account")} hint={t("You are here by a setup link, which works once. With an account you can come back.")}>
          <FirstAccount done={() => window.location.reload()} />
        </Card>
      )}
      {me.isError && <ProblemAlert error={me.error} retry={() => void me.refetch()} />}
      {known && me.isPending && <Skeleton height={200} radius="lg" />}
      {me.data && (
        <>
          <Name me={me.data} />
          {me.data.tenants.length > 1 && <Organisations me={me.data} here={session.tenant} />}
          <ChangePassword />
          <SecondFactor me={me.data} />
          <Sessions />
        </>
      )}
    </Page>
  );
}

function Name({ me }: { me: Profile }) {
  const [name, setName] = useState(me.name);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => api.rename(name),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key });
      notifications.show({ message: t("Saved") });
    },
  });
  return (
    <Card title={t("Name")} hint={t("Others see it beside what you change.")}>
      <Group align="flex-end" gap="xs">
        <TextInput label={t("Your name")} className="grow" value={name} maxLength={120} onChange={(e) => setName(e.currentTarget.value)} />
        <Button variant="default" loading={save.isPending} disabled={name === me.name} onClick={() => save.mutate()}>
          {t("Save")}
        </Button>
      </Group>
      {save.isError && <ProblemAlert error={save.error} />}
    </Card>
  );
}

function Organisations({ me, here }: { me: Profile; here: string }) {
  const enter = useMutation({
    mutationFn: api.enter,
    onSuccess: () => window.location.assign("/dashboard/"),
  });
  return (
    <Card title={t("Organisations")} hint={t("You belong to more than one. Everything you see and do is in one of them at a time.")}>
      <Stack gap="sm">
        <Select
          label={t("You are in")}
          data={me.tenants.map((o) => ({ value: o.id, label: o.name }))}
          value={here}
          onChange={(id) => id && id !== here && enter.mutate(id)}
          allowDeselect={false}
        />
        <Group gap="xs">
          {me.tenants.map((o) => (
            <Badge key={o.id} color="gray">
              {o.name}: {roleName(o.role)}
            </Badge>
          ))}
        </Group>
        {enter.isError && <ProblemAlert error={enter.error} />}
      </Stack>
    </Card>
  );
}

function Sessions() {
  const end = useMutation({
    mutationFn: api.endOthers,
    onSuccess: () => notifications.show({ message: t("Every other session has ended") }),
  });
  return (
    <Card
      title={t("Sessions")}
      hint={t("Signed in on a computer that is not yours? End every session but this one.")}
      action={
        <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          {t("End all others")}
        </Button>
      }
    >
      {end.isError && <ProblemAlert error={end.error} />}
    </Card>
  );
}
