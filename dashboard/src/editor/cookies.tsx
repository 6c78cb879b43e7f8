import { ActionIcon, Button, Group, NativeSelect, Paper, SimpleGrid, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Cookie } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { usePurposeOptions } from "../purpose-names";
import type { Panel } from "./editor";
import { Section } from "./section";
import { VendorSelect } from "./vendors";

const kinds = () => [
  { value: "cookie", label: t("Cookie") },
  { value: "local", label: t("Local storage") },
  { value: "session", label: t("Session storage") },
  { value: "idb", label: t("Database") },
  { value: "cache", label: t("Cache") },
  { value: "worker", label: t("Service worker") },
];

/** What is stored in visitors' browsers: held back before a grant, removed after a withdrawal. */
export function Cookies({ doc, change, findings }: Panel) {
  const list = doc.cookies ?? [];
  const purposes = usePurposeOptions(doc);
  const set = (i: number, part: Partial<Cookie>) =>
    change((d) => ({ ...d, cookies: d.cookies?.map((c, n) => (n === i ? { ...c, ...part } : c)) }));
  const first = doc.purposes.find((p) => !p.classes.includes("necessary"))?.id ?? doc.purposes[0]?.id ?? "";
  return (
    <Section
      title={t("Cookies and storage")}
      hint={t("What is declared is held back until its purpose is granted, and removed when it is withdrawn. A * stands for any characters.")}
    >
      {list.map((c, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name that is being typed is no key.
        <Paper key={i} withBorder p="sm">
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs" className="grow">
              <TextInput
                size="xs"
                label={t("Name")}
                placeholder="_ga_*"
                value={c.name}
                onChange={(e) => set(i, { name: e.currentTarget.value })}
                error={faultOf(findings, `cookies[${i}].name`)}
              />
              <NativeSelect
                size="xs"
                label={t("Purpose")}
                value={c.purpose}
                onChange={(e) => set(i, { purpose: e.currentTarget.value })}
                data={purposes}
              />
              <NativeSelect
                size="xs"
                label={t("Kind")}
                value={c.kind ?? "cookie"}
                onChange={(e) => set(i, { kind: e.currentTarget.value === "cookie" ? undefined : (e.currentTarget.value as Cookie["kind"]) })}
                data={kinds()}
              />
              <VendorSelect labelled doc={doc} value={c.vendor} onChange={(vendor) => set(i, { vendor })} />
              <TextInput
                size="xs"
                label={t("How long it stays")}
                placeholder={t("1 year")}
                value={c.lifetime ?? ""}
                onChange={(e) => set(i, { lifetime: e.currentTarget.value || undefined })}
              />
            </SimpleGrid>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("Remove {name}", { name: c.name })}
              onClick={() => change((d) => ({ ...d, cookies: d.cookies?.filter((_, n) => n !== i) }))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        </Paper>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        className="start"
        onClick={() => change((d) => ({ ...d, cookies: [...(d.cookies ?? []), { name: `name_${list.length + 1}`, purpose: first }] }))}
        data-testid="cookie-add"
      >
        {t("Declare a cookie")}
      </Button>
    </Section>
  );
}
