import { Button, Group, NativeSelect, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { IconChevronDown, IconPlus, IconSearch } from "@tabler/icons-react";
import { memo, useCallback, useState } from "react";
import type { Cookie } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { usePurposeName, usePurposeOptions } from "../purpose-names";
import { kinds } from "./class-names";
import type { Panel } from "./editor";
import { Section } from "./section";
import { VendorSelect } from "./vendors";

// Fewer than this are seen at a glance.
const MANY = 12;

/** What is stored in visitors' browsers: held back before a grant, removed after a withdrawal. There may be hundreds, so only the open one has its fields. */
export function Cookies({ doc, change, findings }: Panel) {
  const list = doc.cookies ?? [];
  const purpose = usePurposeName(doc);
  const [open, setOpen] = useState<number>();
  const [typed, setTyped] = useState("");
  const turn = useCallback((i: number) => setOpen((now) => (now === i ? undefined : i)), []);
  const set = (i: number, part: Partial<Cookie>) =>
    change((d) => ({ ...d, cookies: d.cookies?.map((c, n) => (n === i ? { ...c, ...part } : c)) }));
  const first = doc.purposes.find((p) => !p.classes.includes("necessary"))?.id ?? doc.purposes[0]?.id ?? "";
  const vendor = (id?: string) => doc.vendors?.find((v) => v.id === id)?.name ?? id;
  const said = (c: Cookie) => [purpose(c.purpose), vendor(c.vendor), c.lifetime].filter(Boolean).join(" · ");
  const fits = (c: Cookie) => `${c.name} ${said(c)}`.toLowerCase().includes(typed.trim().toLowerCase());
  return (
    <Section
      title={t("Cookies and storage")}
      hint={t("What is declared is held back until its purpose is granted, and removed when it is withdrawn. A * stands for any characters.")}
    >
      {list.length > MANY && (
        <TextInput
          leftSection={<IconSearch size={16} />}
          aria-label={t("Find a cookie")}
          placeholder={t("Find a cookie")}
          value={typed}
          onChange={(e) => setTyped(e.currentTarget.value)}
          data-testid="cookies-find"
        />
      )}
      <ul className="folds">
        {list.map((c, i) =>
          i === open || fits(c) ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a name that is being typed is no key.
            <li key={i}>
              <Head i={i} name={c.name} said={said(c)} open={i === open} wrong={findings.some((f) => f.path.startsWith(`cookies[${i}]`))} turn={turn} />
              {i === open && (
                <Fields
                  cookie={c}
                  doc={doc}
                  fault={faultOf(findings, `cookies[${i}].name`)}
                  set={(part) => set(i, part)}
                  drop={() => {
                    setOpen(undefined);
                    change((d) => ({ ...d, cookies: d.cookies?.filter((_, n) => n !== i) }));
                  }}
                />
              )}
            </li>
          ) : null,
        )}
      </ul>
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        className="start"
        onClick={() => {
          change((d) => ({ ...d, cookies: [...(d.cookies ?? []), { name: `name_${list.length + 1}`, purpose: first }] }));
          setTyped("");
          setOpen(list.length);
        }}
        data-testid="cookie-add"
      >
        {t("Declare a cookie")}
      </Button>
    </Section>
  );
}

interface HeadProps {
  i: number;
  name: string;
  said: string;
  open: boolean;
  wrong: boolean;
  turn: (i: number) => void;
}

/** One line of the list; it is drawn anew only when it says something else. */
const Head = memo(function Head({ i, name, said, open, wrong, turn }: HeadProps) {
  return (
    <button type="button" className="fold" aria-expanded={open} data-wrong={wrong || undefined} onClick={() => turn(i)}>
      <IconChevronDown size={16} aria-hidden="true" />
      <span>
        <b>{name}</b> <span>{said}</span>
      </span>
    </button>
  );
});

interface FieldsProps {
  cookie: Cookie;
  doc: Panel["doc"];
  fault?: string;
  set: (part: Partial<Cookie>) => void;
  drop: () => void;
}

function Fields({ cookie: c, doc, fault, set, drop }: FieldsProps) {
  const purposes = usePurposeOptions(doc);
  return (
    <Stack gap="xs" className="unfolded">
      <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs" className="level">
        <TextInput size="xs" label={t("Name")} placeholder="_ga_*" value={c.name} onChange={(e) => set({ name: e.currentTarget.value })} error={fault} data-testid="cookie-name" />
        <NativeSelect size="xs" label={t("Purpose")} value={c.purpose} onChange={(e) => set({ purpose: e.currentTarget.value })} data={purposes} />
        <NativeSelect
          size="xs"
          label={t("Kind")}
          value={c.kind ?? "cookie"}
          onChange={(e) => set({ kind: e.currentTarget.value === "cookie" ? undefined : (e.currentTarget.value as Cookie["kind"]) })}
          data={kinds()}
        />
        <VendorSelect labelled doc={doc} value={c.vendor} onChange={(vendor) => set({ vendor })} />
        <TextInput
          size="xs"
          label={t("How long it stays")}
          placeholder={t("1 year")}
          value={c.lifetime ?? ""}
          onChange={(e) => set({ lifetime: e.currentTarget.value || undefined })}
        />
      </SimpleGrid>
      <Group justify="flex-end">
        <Button variant="subtle" color="red" size="compact-sm" aria-label={t("Remove {name}", { name: c.name })} onClick={drop}>
          {t("Remove")}
        </Button>
      </Group>
    </Stack>
  );
}
