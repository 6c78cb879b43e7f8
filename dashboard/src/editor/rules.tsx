import { ActionIcon, Alert, Button, Group, NativeSelect, Paper, Stack, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { SiteDocument } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { usePurposeOptions } from "../purpose-names";
import type { Panel } from "./editor";
import { Section } from "./section";
import { VendorSelect } from "./vendors";

type Rule = NonNullable<SiteDocument["rules"]>[number];

/** What waits for which purpose, by its address; the first that fits counts, so the order can be changed. */
export function Rules({ doc, change, findings }: Panel) {
  const list = doc.rules ?? [];
  const purposes = usePurposeOptions(doc);
  const [dragged, setDragged] = useState<number>();
  const put = (rules: Rule[]) => change((d) => ({ ...d, rules: rules.length > 0 ? rules : undefined }));
  const set = (i: number, part: Partial<Rule>) => put(list.map((r, n) => (n === i ? { ...r, ...part } : r)));
  const move = (from: number, to: number) => {
    const next = [...list];
    const [taken] = next.splice(from, 1);
    if (taken && to >= 0 && to < list.length) put([...next.slice(0, to), taken, ...next.slice(to)]);
  };
  const first = doc.purposes.find((p) => !p.classes.includes("necessary"))?.id ?? doc.purposes[0]?.id ?? "";
  return (
    <Section
      title={t("Rules")}
      hint={t("Holds back what pages load or send without being marked, by address. The first rule that fits counts; a rule for a necessary purpose lets its address pass. Hosts of vendors come after them.")}
    >
      {list.length > 0 && !doc.features.network && (
        <Alert color="yellow" p="sm">
          <Stack gap={6} align="flex-start">
            {t("Rules rest until “Hold back by address” is on, under Signals.")}
            <Button size="compact-xs" variant="default" onClick={() => change((d) => ({ ...d, features: { ...d.features, network: true } }))}>
              {t("Switch it on")}
            </Button>
          </Stack>
        </Alert>
      )}
      {list.map((r, i) => (
        <Paper
          // biome-ignore lint/suspicious/noArrayIndexKey: an address that is being typed is no key.
          key={i}
          withBorder
          p="sm"
          className="rule"
          data-dragged={dragged === i || undefined}
          onDragOver={(e) => {
            if (dragged === undefined) return;
            e.preventDefault();
            if (dragged !== i) {
              move(dragged, i);
              setDragged(i);
            }
          }}
          onDrop={() => setDragged(undefined)}
        >
          <Group gap={6} wrap="nowrap" align="flex-start">
            <span className="grip" draggable onDragStart={() => setDragged(i)} onDragEnd={() => setDragged(undefined)} aria-hidden="true">
              <IconGripVertical size={16} />
            </span>
            <Stack gap={6} className="grow">
              <TextInput
                size="xs"
                aria-label={t("Address")}
                placeholder="*.stats.example.com/collect*"
                value={r.match}
                onChange={(e) => set(i, { match: e.currentTarget.value })}
                error={faultOf(findings, `rules[${i}].match`)}
              />
              <Group gap={6} grow>
                <NativeSelect
                  size="xs"
                  aria-label={t("Purpose")}
                  value={r.purpose}
                  onChange={(e) => set(i, { purpose: e.currentTarget.value, level: undefined })}
                  data={purposes}
                />
                <VendorSelect doc={doc} value={r.vendor} onChange={(vendor) => set(i, { vendor })} />
              </Group>
            </Stack>
            <Stack gap={2}>
              <ActionIcon size="sm" variant="subtle" color="gray" disabled={i === 0} aria-label={t("Move up")} onClick={() => move(i, i - 1)}>
                <IconArrowUp size={14} />
              </ActionIcon>
              <ActionIcon size="sm" variant="subtle" color="gray" disabled={i === list.length - 1} aria-label={t("Move down")} onClick={() => move(i, i + 1)}>
                <IconArrowDown size={14} />
              </ActionIcon>
            </Stack>
            <ActionIcon variant="subtle" color="gray" aria-label={t("Remove {name}", { name: r.match })} onClick={() => put(list.filter((_, n) => n !== i))}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        </Paper>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        className="start"
        onClick={() => put([...list, { match: "cdn.example.com", purpose: first }])}
        data-testid="rule-add"
      >
        {t("Add a rule")}
      </Button>
    </Section>
  );
}
