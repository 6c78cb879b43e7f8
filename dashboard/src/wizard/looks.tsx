import { ColorInput, Group, Radio, SimpleGrid, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Pictogram } from "../editor/pictograms";
import { Preview } from "../editor/preview";
import { t } from "../i18n";
import { documentOf } from "./start";
import type { Step } from "./wizard";

const layouts = () => [
  { name: "box", label: t("Box") },
  { name: "bar", label: t("Bar") },
  { name: "corner", label: t("Corner") },
  { name: "modal", label: t("Modal") },
];
const colours = ["#0f6b55", "#1d4ed8", "#5546e8", "#be123c", "#b45309", "#111827"];

/** Step three: the look, beside the banner as it will be compiled. */
export function Looks({ answers: a, set, site }: Step & { site: string }) {
  const [typed, setTyped] = useState(a.accent);
  return (
    <Group align="stretch" gap="xl" className="wizard-look">
      <Stack gap="lg" className="wizard-look-fields">
        <Radio.Group label={t("Layout")} value={a.layout} onChange={(layout) => set({ layout })}>
          <SimpleGrid cols={2} spacing="xs" mt="xs">
            {layouts().map(({ name, label }) => (
              <Radio.Card key={name} value={name} className="layout-card" data-testid={`wizard-layout-${name}`}>
                <Pictogram layout={name} />
                <Text size="sm" fw={550}>
                  {label}
                </Text>
              </Radio.Card>
            ))}
          </SimpleGrid>
        </Radio.Group>
        <ColorInput
          label={t("Brand colour")}
          description={t("The buttons take it; their text is chosen so that it can be read.")}
          value={typed}
          swatches={colours}
          eyeDropperButtonProps={{ "aria-label": t("Pick a colour from the screen") }}
          onChange={(next) => {
            setTyped(next);
            if (/^#[0-9a-f]{6}$/i.test(next)) set({ accent: next.toLowerCase() });
          }}
          onBlur={() => setTyped(a.accent)}
          data-testid="wizard-accent"
        />
      </Stack>
      <Preview doc={documentOf(a, site)} />
    </Group>
  );
}
