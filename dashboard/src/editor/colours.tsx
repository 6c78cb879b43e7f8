import { Alert, ColorInput, SimpleGrid, Stack } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Colours, Finding } from "../api";
import { contrast } from "../colour";
import { faultOf } from "../problem";
import { language, t } from "../i18n";

const fields = (): { key: keyof Colours; label: string }[] => [
  { key: "accent", label: t("Accent") },
  { key: "accent_text", label: t("Text on accent") },
  { key: "background", label: t("Background") },
  { key: "text", label: t("Text") },
  { key: "border", label: t("Border") },
];

const swatches = ["#0f6b55", "#1d4ed8", "#6d28d9", "#be123c", "#c2410c", "#111827", "#ffffff"];

interface Props {
  value: Colours;
  onChange: (value: Colours) => void;
  findings: Finding[];
  /** Where the colours stand in the document. */
  path: string;
  testid: string;
}

export function ColourFields({ value, onChange, findings, path, testid }: Props) {
  return (
    <Stack gap="sm">
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        {fields().map(({ key, label }) => (
          <ColourField
            key={key}
            label={label}
            value={value[key] ?? ""}
            onChange={(colour) => onChange({ ...value, [key]: colour || undefined })}
            error={faultOf(findings, `${path}.${key}`)}
            testid={`${testid}-${key.replace("_", "-")}`}
          />
        ))}
      </SimpleGrid>
      <Contrast front={value.accent_text} back={value.accent} what={t("Text on accent")} />
      <Contrast front={value.text} back={value.background} what={t("Text on background")} />
    </Stack>
  );
}

const colour = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;

interface FieldProps {
  label: string;
  value: string;
  onChange: (colour: string) => void;
  error?: string;
  testid: string;
}

// Half a colour is kept here and not in the document, so that typing one does
// not make the document faulty at every key.
function ColourField({ label, value, onChange, error, testid }: FieldProps) {
  const [typed, setTyped] = useState(value);
  const [picking, setPicking] = useState(false);
  useEffect(() => setTyped(value), [value]);
  return (
    <ColorInput
      label={label}
      placeholder={t("Built-in")}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        if (next === "" || colour.test(next)) onChange(next.toLowerCase());
      }}
      // The picker serves the pointer; with the keyboard one types the colour.
      popoverProps={{ opened: picking }}
      onClick={() => setPicking(true)}
      onKeyDown={(e) => e.key === "Escape" && setPicking(false)}
      onBlur={() => {
        setPicking(false);
        setTyped(value);
      }}
      eyeDropperButtonProps={{ "aria-label": t("Pick the colour “{name}” from the screen", { name: label }) }}
      fixOnBlur={false}
      leftSection={typed === "" ? <span className="no-colour" /> : undefined}
      swatches={swatches}
      error={error}
      data-testid={testid}
    />
  );
}

function Contrast({ front, back, what }: { front?: string; back?: string; what: string }) {
  if (!front || !back) return null;
  const ratio = contrast(front, back);
  if (ratio >= 4.5) return null;
  return (
    <Alert color="yellow" p="xs" role="status">
      {t("{what}: the contrast is {ratio}:1. Many people cannot read less than 4.5:1.", { what, ratio: ratio.toLocaleString(language(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }) })}
    </Alert>
  );
}
