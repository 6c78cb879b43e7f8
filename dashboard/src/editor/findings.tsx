import { Alert, Badge, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { Finding } from "../api";
import { t } from "../i18n";
import { sentence } from "../problem";
import { fieldName } from "./field-names";

// Where each part of the document is edited.
const rooms: [RegExp, string][] = [
  [/^banner/, "look"],
  [/^(texts|locales)/, "words"],
  [/^purposes/, "purposes"],
  [/^(vendors|cookies|rules)/, "vendors"],
  [/^stricter/, "regions"],
  [/^features/, "signals"],
  [/./, "site"],
];

/** The tab on which a finding can be mended. */
function roomOf(finding: Finding): string {
  return rooms.find(([pattern]) => pattern.test(finding.path))?.[1] ?? "site";
}

export function findingsIn(findings: Finding[], room: string): Finding[] {
  return findings.filter((f) => roomOf(f) === room);
}

/** A count beside the name of a tab, red where something keeps it from being published. */
export function Count({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null;
  const errors = findings.some((f) => f.severity === "error");
  return (
    <Badge color={errors ? "red" : "yellow"} size="xs" circle aria-label={t("{n} findings", { n: findings.length })}>
      {findings.length}
    </Badge>
  );
}

/** What the rules say of this tab's part of the document, with source and way out. */
export function FindingList({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <Stack gap="xs" py="md" role="status">
      {findings.map((f) => (
        <Alert
          key={`${f.rule}${f.path}${f.message}`}
          p="sm"
          color={f.severity === "error" ? "red" : "yellow"}
          icon={f.severity === "error" ? <IconAlertTriangle size={18} /> : <IconInfoCircle size={18} />}
          // What is no rule is a fault of one field, and says nothing without its name.
          title={f.rule ? sentence(f.message) : `${fieldName(f.path) ?? f.path}: ${sentence(f.message)}`}
          data-testid={`finding-${f.rule ?? f.path}`}
        >
          <Text size="sm">{sentence(f.fix)}</Text>
          {(f.rule || f.source) && (
            <Text size="xs" c="dimmed" mt={4}>
              {f.rule} {f.source}
            </Text>
          )}
        </Alert>
      ))}
      {findings.some((f) => f.severity === "error") && (
        <Text size="xs" c="dimmed">
          {t("What is red keeps the draft from being published.")}
        </Text>
      )}
    </Stack>
  );
}
