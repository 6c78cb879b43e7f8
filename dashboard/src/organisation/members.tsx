import { ActionIcon, Alert, Badge, Button, Code, Group, Menu, Modal, NativeSelect, Skeleton, Stack, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconShieldCheck } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Invite, type Member } from "../api";
import { Card, Nothing } from "../card";
import { useConfirmed } from "../confirmed";
import { CopyTag } from "../copy";
import { rich, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useMay, useSession } from "../session";
import { Sure } from "../sure";
import { When } from "../when";
import { roleName, roles } from "./roles";
import { Wide } from "../wide";

const key = ["members"];

export function Members() {
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => api.members(signal) });
  const may = useMay()("members:write");
  const [opened, { open, close }] = useDisclosure();
  const [link, setLink] = useState<{ url: string; expires: string; email: string }>();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: key });
  const withdraw = useConfirmed(api.dropInvite, refresh);
  if (list.isError) return <ProblemAlert error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton height={260} radius="lg" />;
  return (
    <Stack gap="lg">
      <Card
        title={t("Members")}
        hint={t("Each has a role in the whole organisation; some also in single sites.")}
        action={
          may && (
            <Button onClick={open} data-testid="invite">
              {t("Invite somebody")}
            </Button>
          )
        }
      >
        {list.data.members.length === 0 && (
          <Nothing>{t("Nobody has an account here yet. Whoever opened the setup link can make one under “Your account”.")}</Nothing>
        )}
        {list.data.members.length > 0 && (
          <Wide stacked minWidth={520}>
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("Name")}</Table.Th>
                  <Table.Th>{t("Role")}</Table.Th>
                  <Table.Th>{t("Sites")}</Table.Th>
                  <Table.Th><VisuallyHidden className="unseen">{t("Actions")}</VisuallyHidden></Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.data.members.map((m) => (
                  <Row key={m.email} member={m} may={may} refresh={refresh} onLink={setLink} />
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Card>
      {list.data.invitations.length > 0 && (
        <Card title={t("Open invitations")}>
          {withdraw.dialog}
          {withdraw.error && <ProblemAlert error={withdraw.error} />}
          <Wide stacked minWidth={460}>
            <Table verticalSpacing="sm">
              <Table.Tbody>
                {list.data.invitations.map((i: Invite) => (
                  <Table.Tr key={i.id}>
                    <Table.Td>{i.email}</Table.Td>
                    <Table.Td>{roleName(i.role)}</Table.Td>
                    <Table.Td c="dimmed">{rich("ends {when}", { when: <When at={i.expires} /> })}</Table.Td>
                    <Table.Td ta="right">
                      {may && (
                        <Button size="xs" variant="default" onClick={() => withdraw.run(i.id)}>
                          {t("Withdraw")}
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        </Card>
      )}
      <Inviting
        opened={opened}
        close={close}
        done={(made) => {
          close();
          setLink(made);
          void refresh();
        }}
      />
      <Modal opened={link !== undefined} onClose={() => setLink(undefined)} title={<b>{t("Hand on this link")}</b>}>
        {link && (
          <Stack>
            <Text size="sm">
              {rich("This server sends no mail. Give the link to {email} in a way that you trust; it works once, and ends {when}.", {
                email: <b>{link.email}</b>,
                when: <When at={link.expires} />,
              })}
            </Text>
            <Code block className="code" data-testid="handed-link">
              {link.url}
            </Code>
            <CopyTag text={link.url} label={t("Copy")} />
          </Stack>
        )}
      </Modal>
    </Stack>
  );
}

interface RowProps {
  member: Member;
  may: boolean;
  refresh: () => unknown;
  onLink: (link: { url: string; expires: string; email: string }) => void;
}

function Row({ member: m, may, refresh, onLink }: RowProps) {
  const me = useSession();
  const change = useConfirmed((role: string) => api.changeMember(m.email, { role, sites: m.sites }), refresh);
  const drop = useConfirmed(() => api.dropMember(m.email), refresh);
  const reset = useConfirmed(
    () => api.resetMember(m.email),
    (made) => onLink({ ...made, email: m.email }),
  );
  const [ending, { open: ask, close: leave }] = useDisclosure();
  const fault = change.error ?? drop.error ?? reset.error;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Text fw={550} size="sm">
            {m.name}
          </Text>
          {m.second_factor && <IconShieldCheck size={16} role="img" aria-label={t("Has an authenticator app")} />}
          {m.email === me.email && <Badge color="gray">{t("You")}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {m.email}
        </Text>
        {fault && <ProblemAlert error={fault} />}
        {change.dialog}
        {drop.dialog}
        <Sure opened={ending} close={leave} title={t("End the membership")} deed={t("End the membership")} run={() => drop.run(undefined)}>
          {t("{name} is signed out at once and sees nothing of this organisation any more.", { name: m.name })}
        </Sure>
        {reset.dialog}
      </Table.Td>
      <Table.Td>
        <NativeSelect
          size="xs"
          w={160}
          aria-label={t("Role of {name}", { name: m.name })}
          disabled={!may || change.pending}
          value={m.role}
          onChange={(e) => change.run(e.currentTarget.value)}
          data={[...(m.role ? [] : [{ value: "", label: t("Single sites") }]), ...roles()]}
        />
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {m.role && (
            <Text size="sm" c="dimmed">
              {t("All sites")}
            </Text>
          )}
          {Object.entries(m.sites ?? {}).map(([site, role]) => (
            <Badge key={site} color="gray">
              {site}: {roleName(role)}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td ta="right">
        {may && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t("More for {name}", { name: m.name })}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => reset.run(undefined)}>{t("Link for a new password")}</Menu.Item>
              <Menu.Item color="red" onClick={ask}>
                {t("End the membership")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

interface InvitingProps {
  opened: boolean;
  close: () => void;
  done: (link: { url: string; expires: string; email: string }) => void;
}

function Inviting({ opened, close, done }: InvitingProps) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("editor");
  const sites = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal), enabled: opened });
  const [site, setSite] = useState("");
  const invite = useConfirmed(
    () => api.invite(site ? { email, role: "", sites: { [site]: role } } : { email, role }),
    (made) => {
      setEmail("");
      done({ url: made.url, expires: made.expires, email });
    },
  );
  return (
    <>
      <Modal opened={opened} onClose={close} onExitTransitionEnd={invite.reset} title={<b>{t("Invite somebody")}</b>}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            invite.run(undefined);
          }}
        >
          <Stack>
            <TextInput
              label={t("E-mail")}
              type="email"
              required
              withAsterisk={false}
              value={email}
              onChange={(e) => setEmail(e.currentTarget.value)}
              data-autofocus
              data-testid="invite-email"
            />
            <NativeSelect
              label={t("Role")}
              description={roles().find((r) => r.value === role)?.hint}
              value={role}
              onChange={(e) => setRole(e.currentTarget.value)}
              data={roles()}
              data-testid="invite-role"
            />
            <NativeSelect
              label={t("Where")}
              value={site}
              onChange={(e) => setSite(e.currentTarget.value)}
              data={[
                { value: "", label: t("The whole organisation") },
                ...(sites.data?.sites ?? []).map((s) => ({ value: s.id, label: t("Only {name}", { name: s.name }) })),
              ]}
            />
            {invite.error && <ProblemAlert error={invite.error} />}
            <Alert color="gray" p="sm">
              {t("You get a link to hand on. It works once, within three days, for this address only.")}
            </Alert>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {t("Cancel")}
              </Button>
              <Button type="submit" loading={invite.pending} data-testid="invite-make">
                {t("Make the link")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {invite.dialog}
    </>
  );
}
