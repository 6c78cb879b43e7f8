import { Accordion, Button, Group, MultiSelect, NativeSelect, Stack, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Vendor } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { usePurposeName, usePurposeOptions } from "../purpose-names";
import { transfers, vendorRoles } from "./class-names";
import { Cookies } from "./cookies";
import type { Panel } from "./editor";
import { Rules } from "./rules";
import { Section } from "./section";

/** Who uses data, from where, and what they store. */
export function Vendors(panel: Panel) {
  const { doc, change, findings } = panel;
  const [open, setOpen] = useState<string | null>(null);
  const purposes = usePurposeOptions(doc);
  const name = usePurposeName(doc);
  const set = (i: number, part: Partial<Vendor>) =>
    change((d) => ({ ...d, vendors: d.vendors?.map((v, n) => (n === i ? { ...v, ...part } : v)) }));
  const add = () => {
    const taken = doc.vendors?.map((v) => v.id) ?? [];
    let n = taken.length + 1;
    while (taken.includes(`vendor-${n}`)) n++;
    const id = `vendor-${n}`;
    const purpose = doc.purposes.find((p) => !p.classes.includes("necessary"))?.id;
    change((d) => ({ ...d, vendors: [...(d.vendors ?? []), { id, name: t("New vendor"), purposes: purpose ? [purpose] : [] }] }));
    setOpen(id);
  };
  const drop = (id: string) =>
    change((d) => ({
      ...d,
      vendors: d.vendors?.filter((v) => v.id !== id),
      cookies: d.cookies?.map((c) => (c.vendor === id ? { ...c, vendor: undefined } : c)),
      rules: d.rules?.map((r) => (r.vendor === id ? { ...r, vendor: undefined } : r)),
    }));
  return (
    <>
      <Section title={t("Vendors")} hint={t("Others who get or use data. Visitors see them in the settings, and at each placeholder.")}>
        <Accordion variant="separated" chevronPosition="left" value={open} onChange={setOpen}>
          {doc.vendors?.map((v, i) => (
            <Accordion.Item key={v.id} value={v.id}>
              <Accordion.Control>
                <Text fw={550} span>
                  {v.name}
                </Text>{" "}
                <Text span size="sm" c="dimmed">
                  {v.purposes.map(name).join(", ")}
                </Text>
              </Accordion.Control>
              <Accordion.Panel>
                {open === v.id && (
                  <Stack gap="sm">
                    <TextInput label={t("Name")} value={v.name} onChange={(e) => set(i, { name: e.currentTarget.value })} error={faultOf(findings, `vendors[${i}].name`)} />
                    <MultiSelect
                      label={t("Uses data for")}
                      data={purposes}
                      value={v.purposes}
                      onChange={(p) => set(i, { purposes: p })}
                      error={faultOf(findings, `vendors[${i}].purposes`)}
                    />
                    <TagsInput
                      label={t("Hosts")}
                      description={t("Where its scripts, frames and pixels come from. A leading *. means all subdomains.")}
                      placeholder="www.example.com"
                      value={v.hosts ?? []}
                      onChange={(hosts) => set(i, { hosts: hosts.length > 0 ? hosts : undefined })}
                      error={faultOf(findings, `vendors[${i}].hosts`)}
                    />
                    <Group grow align="flex-start">
                      <TextInput
                        label={t("Country")}
                        placeholder="US"
                        maxLength={2}
                        value={v.country ?? ""}
                        onChange={(e) => set(i, { country: e.currentTarget.value.toUpperCase() || undefined })}
                        error={faultOf(findings, `vendors[${i}].country`)}
                      />
                      <TextInput
                        label={t("Its privacy policy")}
                        type="url"
                        placeholder="https://"
                        value={v.policy_url ?? ""}
                        onChange={(e) => set(i, { policy_url: e.currentTarget.value || undefined })}
                        error={faultOf(findings, `vendors[${i}].policy_url`)}
                      />
                    </Group>
                    <Group grow align="flex-start">
                      <NativeSelect
                        label={t("Its part")}
                        value={v.role ?? ""}
                        onChange={(e) => set(i, { role: (e.currentTarget.value || undefined) as Vendor["role"] })}
                        data={vendorRoles()}
                      />
                      <NativeSelect
                        label={t("Transfer rests on")}
                        value={v.transfer ?? ""}
                        onChange={(e) => set(i, { transfer: (e.currentTarget.value || undefined) as Vendor["transfer"] })}
                        data={transfers()}
                      />
                    </Group>
                    <Switch
                      label={t("Its tags obey Google Consent Mode by themselves")}
                      checked={v.consent_mode ?? false}
                      onChange={(e) => set(i, { consent_mode: e.currentTarget.checked || undefined })}
                    />
                    <Group justify="flex-end">
                      <Button variant="subtle" color="red" size="compact-sm" onClick={() => drop(v.id)}>
                        {t("Remove")}
                      </Button>
                    </Group>
                  </Stack>
                )}
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add} className="start" data-testid="vendor-add">
          {t("Add a vendor")}
        </Button>
      </Section>
      <Cookies {...panel} />
      <Rules {...panel} />
    </>
  );
}

/** A choice of the site's vendors, or none. */
export function VendorSelect({ doc, value, labelled, onChange }: { doc: Panel["doc"]; value?: string; labelled?: boolean; onChange: (v?: string) => void }) {
  return (
    <NativeSelect
      size="xs"
      aria-label={labelled ? undefined : t("Vendor")}
      label={labelled && t("Vendor")}
      value={value ?? ""}
      onChange={(e) => onChange(e.currentTarget.value || undefined)}
      data={[{ value: "", label: t("No vendor") }, ...(doc.vendors ?? []).map((v) => ({ value: v.id, label: v.name }))]}
    />
  );
}
