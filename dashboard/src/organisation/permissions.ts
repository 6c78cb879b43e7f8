import { t } from "../i18n";

const names = (): Record<string, string> => ({
  check: t("Ask what may run"),
  "site:read": t("See sites"),
  "site:write": t("Edit drafts"),
  "site:publish": t("Publish"),
  "site:delete": t("Archive and delete sites"),
  "insight:read": t("See figures"),
  "records:read": t("See and export records"),
  "records:erase": t("Erase subjects"),
  "requests:read": t("See requests of visitors"),
  "requests:write": t("Handle requests"),
  "tenant:read": t("See the organisation"),
  "tenant:write": t("Change the organisation"),
  "tenant:own": t("Own the organisation"),
  "members:read": t("See members"),
  "members:write": t("Manage members"),
  "keys:read": t("See API keys"),
  "keys:write": t("Manage API keys"),
  "hooks:read": t("See webhooks"),
  "hooks:write": t("Manage webhooks"),
  "audit:read": t("See changes"),
});

/** What a permission allows, in words. */
export function permissionName(permission: string): string {
  return names()[permission] ?? permission;
}

/** Permissions in the order in which they are named here: what programs ask for most stands first. */
export function inOrder(permissions: readonly string[]): string[] {
  const order = Object.keys(names());
  const rank = (p: string) => (order.includes(p) ? order.indexOf(p) : order.length);
  return [...permissions].sort((a, b) => rank(a) - rank(b));
}
