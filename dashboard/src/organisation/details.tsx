import { Button, ColorInput, Group, Radio, SimpleGrid, Skeleton, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Tenant } from "../api";
import { Card } from "../card";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useMay } from "../session";

export function Details() {
  const tenant = useQuery({ queryKey: ["tenant"], queryFn: ({ signal }) => api.tenant(signal) });
  if (tenant.isError) return <ProblemAlert error={tenant.error} retry={() => void tenant.refetch()} />;
  if (!tenant.data) return <Skeleton height={320} radius="lg" />;
  return <Form tenant={tenant.data} />;
}

/** What somebody has changed and not saved yet. */
interface Typed {
  own?: Partial<Tenant>;
  contact?: Partial<Tenant["contact"]>;
  dpa?: Partial<Tenant["dpa"]>;
  branding?: Partial<Tenant["branding"]>;
}

function Form({ tenant }: { tenant: Tenant }) {
  // Kept apart from what the server says, so that a fetch brings what others changed and takes away nothing that is typed.
  const [typed, setTyped] = useState<Typed>({});
  const now: Tenant = {
    ...tenant,
    ...typed.own,
    contact: { ...tenant.contact, ...typed.contact },
    dpa: { ...tenant.dpa, ...typed.dpa },
    branding: { ...tenant.branding, ...typed.branding },
  };
  const client = useQueryClient();
  const locked = !useMay()("tenant:write");
  const set = (part: Typed["own"]) => setTyped((o) => ({ ...o, own: { ...o.own, ...part } }));
  const contact = (part: Typed["contact"]) => setTyped((o) => ({ ...o, contact: { ...o.contact, ...part } }));
  const dpa = (part: Typed["dpa"]) => setTyped((o) => ({ ...o, dpa: { ...o.dpa, ...part } }));
  const brand = (part: Typed["branding"]) => setTyped((o) => ({ ...o, branding: { ...o.branding, ...part } }));
  const save = useMutation({
    mutationFn: () => api.saveTenant(now),
    onSuccess: (saved) => {
      client.setQueryData(["tenant"], saved);
      setTyped({});
      notifications.show({ message: t("Saved") });
    },
  });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={locked} className="plain">
        <Stack gap="lg">
          <Card title={t("Who you are")} hint={t("New sites start with this contact block. It is what visitors are shown as the one who answers.")}>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput label={t("Name")} value={now.name} onChange={(e) => set({ name: e.currentTarget.value })} required withAsterisk={false} data-testid="tenant-name" />
              <TextInput
                label={t("Name for visitors")}
                value={now.contact.name}
                onChange={(e) => contact({ name: e.currentTarget.value })}
              />
              <TextInput label={t("E-mail")} type="email" value={now.contact.email} onChange={(e) => contact({ email: e.currentTarget.value })} />
              <TextInput label={t("Telephone")} value={now.contact.phone ?? ""} onChange={(e) => contact({ phone: e.currentTarget.value || undefined })} />
              <TextInput label={t("Website")} type="url" value={now.contact.website ?? ""} onChange={(e) => contact({ website: e.currentTarget.value || undefined })} />
              <Textarea label={t("Postal address")} autosize minRows={1} value={now.contact.address} onChange={(e) => contact({ address: e.currentTarget.value })} />
            </SimpleGrid>
          </Card>
          <Card title={t("Part in data protection")}>
            <Radio.Group value={now.kind} onChange={(kind) => set({ kind: kind as Tenant["kind"] })} aria-label={t("Part in data protection")}>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <Radio.Card value="controller" className="choice-card">
                  <Text fw={550}>{t("Controller")}</Text>
                  <Text size="sm" c="dimmed">
                    {t("The sites are your own: you decide why data is used.")}
                  </Text>
                </Radio.Card>
                <Radio.Card value="processor" className="choice-card">
                  <Text fw={550}>{t("Processor")}</Text>
                  <Text size="sm" c="dimmed">
                    {t("You run consent for a client, under a data processing agreement.")}
                  </Text>
                </Radio.Card>
              </SimpleGrid>
            </Radio.Group>
            {(now.kind === "processor" || Object.values(now.dpa).some(Boolean)) && (
              <SimpleGrid cols={{ base: 1, sm: 3 }}>
                <TextInput label={t("Agreement")} description={t("Its number or name.")} value={now.dpa.reference ?? ""} onChange={(e) => dpa({ reference: e.currentTarget.value || undefined })} />
                <TextInput label={t("Signed on")} description={t("Year, month, day.")} type="date" value={now.dpa.signed_on ?? ""} onChange={(e) => dpa({ signed_on: e.currentTarget.value || undefined })} />
                <TextInput label={t("Where it is kept")} description={t("A web address.")} type="url" value={now.dpa.url ?? ""} onChange={(e) => dpa({ url: e.currentTarget.value || undefined })} />
              </SimpleGrid>
            )}
          </Card>
          <Card title={t("Look")} hint={t("New sites start with these.")}>
            <SimpleGrid cols={{ base: 1, sm: 3 }}>
              <ColorInput label={t("Brand colour")} format="hex" value={now.branding.accent ?? ""} onChange={(c) => brand({ accent: c || undefined })} withEyeDropper={false} leftSection={now.branding.accent ? undefined : <span className="no-colour" />} />
              <ColorInput label={t("Text on it")} format="hex" value={now.branding.accent_text ?? ""} onChange={(c) => brand({ accent_text: c || undefined })} withEyeDropper={false} leftSection={now.branding.accent_text ? undefined : <span className="no-colour" />} />
              <TextInput label={t("Logo")} type="url" placeholder="https://" value={now.branding.logo_url ?? ""} onChange={(e) => brand({ logo_url: e.currentTarget.value || undefined })} />
            </SimpleGrid>
          </Card>
          {save.isError && <ProblemAlert error={save.error} />}
          {!locked && (
            <Group justify="flex-end">
              <Button type="submit" loading={save.isPending} data-testid="tenant-save">
                {t("Save")}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
