import { Checkbox, MultiSelect, Radio, Select, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import { useMemo } from "react";
import { languageLabel } from "../coded";
import { t } from "../i18n";
import { placeOptions } from "./places";
import type { Step } from "./wizard";

/** Where visitors come from only decides which languages are offered first: the law follows each visitor by itself. */
const presets = (): { value: string; label: string; hint: string; locales: string[] }[] => [
  { value: "world", label: t("Everywhere"), hint: t("English, German, French and Spanish to begin with"), locales: ["en", "de", "fr", "es"] },
  { value: "europe", label: t("Mostly Europe"), hint: t("Adds Italian, Dutch, Polish and Portuguese"), locales: ["en", "de", "fr", "es", "it", "nl", "pl", "pt"] },
  { value: "america", label: t("Mostly the Americas"), hint: t("English, Spanish, French and Brazilian Portuguese"), locales: ["en", "es", "fr", "pt-BR"] },
  { value: "own", label: t("I choose the languages"), hint: t("46 are built in"), locales: [] },
];

const all = "bg ca cs da de el en es et fi fr ga hr hu is it lt lv mt nl no pl pt pt-BR ro sk sl sr sv tr uk ru ar he fa hi bn ur id ms th vi zh-Hans zh-Hant ja ko".split(" ");

const uses = () => [
  { value: "analytics", label: t("Statistics"), hint: t("Counting visits, measuring pages") },
  { value: "marketing", label: t("Advertising"), hint: t("Ads, pixels, embedded videos and social media") },
  { value: "functional", label: t("Extras"), hint: t("Chat, maps, remembered settings") },
  { value: "recording", label: t("Recording"), hint: t("Calls, voice or sessions, in steps of how much is kept") },
];

/** Step two: who visits, and what the site does beside what it must. */
export function Visitors({ answers: a, set, faults }: Step) {
  const places = useMemo(placeOptions, []);
  return (
    <>
      <Select
        label={t("Where is the company established?")}
        description={t("Its law binds the site for every visitor, together with the law of the visitor's own place.")}
        placeholder={t("Country or state")}
        data={places}
        value={a.country || null}
        onChange={(country) => set({ country: country ?? "" })}
        searchable
        error={faults.country}
        limit={60}
        data-testid="wizard-country"
      />
      <Radio.Group
        label={t("Where do visitors come from?")}
        description={t("Each visitor is asked by the law of their place, wherever that is. This only chooses languages.")}
        value={a.visitors}
        onChange={(visitors) => {
          const found = presets().find((p) => p.value === visitors);
          set({ visitors, ...(found && found.locales.length > 0 ? { locales: found.locales } : {}) });
        }}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
          {presets().map((p) => (
            <Radio.Card key={p.value} value={p.value} className="choice-card" data-testid={`wizard-visitors-${p.value}`}>
              <Text fw={550}>{p.label}</Text>
              <Text size="sm" c="dimmed">
                {p.hint}
              </Text>
            </Radio.Card>
          ))}
        </SimpleGrid>
      </Radio.Group>
      <MultiSelect
        label={t("Languages of the banner")}
        data={all.map((l) => ({ value: l, label: languageLabel(l) }))}
        value={a.locales}
        onChange={(locales) => set({ locales })}
        searchable
        error={faults.locales}
      />
      <Checkbox.Group
        label={t("What does the site do, apart from working?")}
        value={a.uses}
        onChange={(chosen) => set({ uses: chosen })}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
          {uses().map((u) => (
            <Checkbox.Card key={u.value} value={u.value} className="choice-card" data-testid={`wizard-use-${u.value}`}>
              <Stack gap={0}>
                <Text fw={550}>{u.label}</Text>
                <Text size="sm" c="dimmed">
                  {u.hint}
                </Text>
              </Stack>
            </Checkbox.Card>
          ))}
        </SimpleGrid>
      </Checkbox.Group>
      {a.uses.includes("marketing") && (
        <Switch
          label={t("Ask before advertising everywhere")}
          description={t("Also where the law would let it run until somebody objects. Recommended: nobody is surprised.")}
          checked={a.askAds}
          onChange={(e) => set({ askAds: e.currentTarget.checked })}
        />
      )}
    </>
  );
}
