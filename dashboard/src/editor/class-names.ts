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

/** What a vendor is in the words of data protection law. */
export const vendorRoles = () => [
  { value: "", label: t("Not said") },
  { value: "processor", label: t("Processor") },
  { value: "controller", label: t("Controller") },
  { value: "joint_controller", label: t("Joint controller") },
];

/** What a transfer to another country rests on. */
export const transfers = () => [
  { value: "", label: t("Not said") },
  { value: "none", label: t("No transfer abroad") },
  { value: "adequacy", label: t("Adequacy decision") },
  { value: "dpf", label: t("Data Privacy Framework") },
  { value: "scc", label: t("Standard contractual clauses") },
  { value: "bcr", label: t("Binding corporate rules") },
  { value: "consent", label: t("Consent") },
];

/** Where something is stored in a browser. */
export const kinds = () => [
  { value: "cookie", label: t("Cookie") },
  { value: "local", label: t("Local storage") },
  { value: "session", label: t("Session storage") },
  { value: "idb", label: t("Database") },
  { value: "cache", label: t("Cache") },
  { value: "worker", label: t("Service worker") },
];
