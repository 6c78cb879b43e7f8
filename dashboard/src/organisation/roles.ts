import { t } from "../i18n";

/** The roles in the order of what they may do, in words. */
export const roles = () => [
  { value: "owner", label: t("Owner"), hint: t("Everything, also other owners and the organisation itself") },
  { value: "admin", label: t("Administrator"), hint: t("Everything but owners") },
  { value: "publisher", label: t("Publisher"), hint: t("Edits banners and publishes them") },
  { value: "editor", label: t("Editor"), hint: t("Edits drafts; somebody else publishes") },
  { value: "analyst", label: t("Analyst"), hint: t("Sees banners and figures") },
  { value: "auditor", label: t("Auditor"), hint: t("Sees everything, records and changes included; changes nothing") },
];

export function roleName(role: string): string {
  return roles().find((r) => r.value === role)?.label ?? role;
}
