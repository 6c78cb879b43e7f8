import { Accordion, Alert, Badge, Button, Code, Group, MultiSelect, NativeSelect, Stack, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import type { Purpose, SiteDocument } from "../api";
import { count, t } from "../i18n";
import { faultOf } from "../problem";
import { usePurposeName } from "../purpose-names";
import { basisNames, className, classNames } from "./class-names";
import type { Panel } from "./editor";
import { NewPurpose } from "./new-purpose";
import { Section } from "./section";

/** Takes the words away of what is no longer there: nothing of the banner would have them. */
function withoutTexts(texts: SiteDocument["texts"], gone: (key: string) => boolean): SiteDocument["texts"] {
  const kept = Object.entries(texts ?? {}).map(([locale, words]) => [locale, Object.fromEntries(Object.entries(words).filter(([key]) => !gone(key)))] as const);
  return texts && Object.fromEntries(kept.filter(([, words]) => Object.keys(words).length > 0));
}

/** What the site asks for. Changing it may mean that visitors are asked again. */
export function Purposes({ doc, change, findings }: Panel) {
  const name = usePurposeName(doc);
  const set = (i: number, part: Partial<Purpose>) =>
    change((d) => {
      const own = `level.${d.purposes[i]?.id}.`;
      return {
        ...d,
        purposes: d.purposes.map((p, n) => (n === i ? { ...p, ...part } : p)),
        ...("levels" in part && { texts: withoutTexts(d.texts, (key) => key.startsWith(own) && !part.levels?.includes(key.slice(own.length))) }),
      };
    });
  const drop = (id: string) =>
    change((d) => ({
      ...d,
      purposes: d.purposes.filter((p) => p.id !== id),
      cookies: d.cookies?.filter((c) => c.purpose !== id),
      vendors: d.vendors?.map((v) => ({ ...v, purposes: v.purposes.filter((p) => p !== id) })).filter((v) => v.purposes.length > 0),
      rules: d.rules?.filter((r) => r.purpose !== id),
      texts: withoutTexts(d.texts, (key) => key === `purpose.${id}.title` || key === `purpose.${id}.description` || key.startsWith(`level.${id}.`)),
    }));
  return (
    <Section
      title={t("Purposes")}
      hint={t("Why data is used. Who had granted a purpose is asked again about that purpose alone when it comes to mean more; fewer or other words ask nobody.")}
    >
      <Accordion variant="separated" chevronPosition="left">
        {doc.purposes.map((p, i) => (
          <Accordion.Item key={p.id} value={p.id}>
            <Accordion.Control>
              <Group gap="xs">
                <Text fw={550}>{name(p.id)}</Text>
                {p.classes.map((c) => (
                  <Badge key={c} color={c === "necessary" ? "gray" : undefined}>
                    {className(c)}
                  </Badge>
                ))}
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <One purpose={p} path={`purposes[${i}]`} findings={findings} set={(part) => set(i, part)} drop={() => drop(p.id)} doc={doc} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <NewPurpose doc={doc} change={change} />
      {doc.purposes.length > 8 && <Alert color="yellow">{t("Few people read more than eight purposes. Join what belongs together.")}</Alert>}
    </Section>
  );
}

interface OneProps {
  purpose: Purpose;
  path: string;
  findings: Panel["findings"];
  set: (part: Partial<Purpose>) => void;
  drop: () => void;
  doc: SiteDocument;
}

function One({ purpose: p, path, findings, set, drop, doc }: OneProps) {
  const necessary = p.classes.length === 1 && p.classes[0] === "necessary";
  const using = (doc.vendors?.filter((v) => v.purposes.includes(p.id)).length ?? 0) + (doc.cookies?.filter((c) => c.purpose === p.id).length ?? 0);
  return (
    <Stack gap="sm">
      <MultiSelect
        label={t("Law sees it as")}
        description={t("The strictest of them counts.")}
        data={classNames()}
        value={p.classes}
        onChange={(classes) => classes.length > 0 && set({ classes: classes as Purpose["classes"] })}
        error={faultOf(findings, `${path}.classes`)}
      />
      <NativeSelect
        label={t("Legal basis")}
        data={basisNames()}
        value={p.basis}
        onChange={(e) => set({ basis: e.currentTarget.value as Purpose["basis"] })}
        error={faultOf(findings, `${path}.basis`)}
      />
      {!necessary && (
        <>
          <TagsInput
            label={t("Levels")}
            description={t("Only where a visitor may grant more or less of it: the least first. Empty for a plain yes or no.")}
            placeholder={p.levels?.length ? undefined : t("None")}
            value={p.levels ?? []}
            onChange={(levels) =>
              set({
                levels: levels.length > 0 ? levels : undefined,
                level_months: p.level_months && Object.fromEntries(Object.entries(p.level_months).filter(([l]) => levels.includes(l))),
              })
            }
            error={faultOf(findings, `${path}.levels`)}
          />
          {p.levels?.map((l) => (
            <TextInput
              key={l}
              label={t("Months that a grant of “{level}” holds", { level: l })}
              description={t("Empty: as long as the law lets a consent hold.")}
              type="number"
              min={1}
              max={36}
              value={p.level_months?.[l] ?? ""}
              onChange={(e) => {
                const { [l]: _, ...rest } = p.level_months ?? {};
                const months = Number(e.currentTarget.value);
                const next = months > 0 ? { ...rest, [l]: months } : rest;
                set({ level_months: Object.keys(next).length > 0 ? next : undefined });
              }}
            />
          ))}
          {p.classes.includes("analytics") && (
            <Switch
              label={t("Only for this site's own statistics")}
              description={t("Some laws let such counting run without a grant. Switch it on only when nobody else uses the data.")}
              checked={p.own_audience ?? false}
              onChange={(e) => set({ own_audience: e.currentTarget.checked || undefined })}
            />
          )}
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              <Code>{p.id}</Code> {using > 0 && count(using, "{n} vendor or cookie uses it", "{n} vendors and cookies use it")}
            </Text>
            <Button variant="subtle" color="red" size="compact-sm" onClick={drop}>
              {t("Remove")}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
