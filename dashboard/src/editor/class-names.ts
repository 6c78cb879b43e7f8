import type { Purpose } from "../api";
import { t } from "../i18n";

type Class = Purpose["classes"][number];

/** The classes that law speaks about, in words. */
export const classNames = (): { value: Class; label: string; hint: string }[] => [
  { value: "necessary", label: t("Necessary"), hint: t("The site does not work without it") },
  { value: "functional", label: t("Functional"), hint: t("Convenience that somebody asked for") },
  { value: "analytics", label: t("Statistics"), hint: t("Counting and measuring") },
  { value: "ads", label: t("Advertising"), hint: t("Showing and measuring ads") },
  { value: "sale_share", label: t("Sale or sharing"), hint: t("Others may use the data for themselves") },
  { value: "sensitive", label: t("Sensitive data"), hint: t("Health, belief, exact place and the like") },
  { value: "recording", label: t("Recording"), hint: t("Voices, calls, sessions") },
];

export function className(value: string): string {
  return classNames().find((c) => c.value === value)?.label ?? value;
}

export const basisNames = (): { value: Purpose["basis"]; label: string }[] => [
  { value: "consent", label: t("Consent") },
  { value: "contract", label: t("Contract") },
  { value: "legal_obligation", label: t("Legal obligation") },
  { value: "legitimate_interest", label: t("Legitimate interest") },
];
