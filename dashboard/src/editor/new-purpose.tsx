import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Purpose } from "../api";
import { t } from "../i18n";
import { usePurposeName } from "../purpose-names";
import type { Panel } from "./editor";

const usual = ["functional", "analytics", "marketing", "recording"];
const classesOf: Record<string, Purpose["classes"]> = {
  analytics: ["analytics"],
  marketing: ["ads", "sale_share"],
  recording: ["recording"],
};

/** The id of a purpose, which stays when its words change. Of a name in other letters nothing would be left: it gets a number. */
function idOf(name: string, taken: (id: string) => boolean): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const id = plain.replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 32).replace(/-+$/, "");
  if (id || !name.trim()) return id;
  let n = 1;
  while (taken(`purpose-${n}`)) n++;
  return `purpose-${n}`;
}

/** Adds a purpose: a usual one, which has its words, or one of the site's own with what visitors are to read. */
export function NewPurpose({ doc, change }: Pick<Panel, "doc" | "change">) {
  const nameOf = usePurposeName(doc);
  const [name, setName] = useState("");
  const [use, setUse] = useState("");
  const taken = (id: string) => doc.purposes.some((p) => p.id === id);
  const id = idOf(name, taken);
  const open = usual.filter((u) => !taken(u));
  const add = (fresh: string, words: Record<string, string>) =>
    change((d) => {
      const main = d.locales[0] ?? "en";
      const texts = Object.keys(words).length > 0 ? { ...d.texts, [main]: { ...d.texts?.[main], ...words } } : d.texts;
      const purpose: Purpose = { id: fresh, classes: classesOf[fresh] ?? ["functional"], basis: "consent" };
      return { ...d, purposes: [...d.purposes, purpose], ...(texts && { texts }) };
    });
  const addOwn = () => {
    const words: Record<string, string> = { [`purpose.${id}.title`]: name.trim() };
    if (use.trim()) words[`purpose.${id}.description`] = use.trim();
    // A usual one has its words in every language.
    add(id, usual.includes(id) ? {} : words);
    setName("");
    setUse("");
  };
  return (
    <Stack gap="xs">
      {open.length > 0 && (
        <Group gap="xs">
          {open.map((u) => (
            <Button key={u} size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={() => add(u, {})}>
              {nameOf(u)}
            </Button>
          ))}
        </Group>
      )}
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (id && !taken(id)) addOwn();
        }}
      >
        <Stack gap="xs">
          <TextInput
            label={t("Another purpose")}
            description={t("Its name, as visitors read it")}
            value={name}
            maxLength={80}
            onChange={(e) => setName(e.currentTarget.value)}
            error={taken(id) ? t("There is a purpose of this name") : undefined}
          />
          <TextInput
            label={t("What it is for")}
            description={t("A sentence that visitors read below the name. Words in other languages have their place in Words.")}
            value={use}
            maxLength={500}
            onChange={(e) => setUse(e.currentTarget.value)}
          />
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {id && !taken(id) && t("Pages will name it “{id}”, which never changes.", { id })}
            </Text>
            <Button type="submit" variant="default" disabled={!id || taken(id)}>
              {t("Add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}
