import { t } from "../i18n";
import { modeName } from "../laws/modes";
import { basisNames, classNames, kinds, transfers, vendorRoles } from "./class-names";

/** What the editor calls a part of a purpose, vendor, cookie, rule or region, or of the details of a site. */
export function partName(key: string): string | undefined {
  const names: Record<string, string> = {
    name: t("Name"),
    // Of a purpose.
    classes: t("Law sees it as"),
    basis: t("Legal basis"),
    levels: t("Levels"),
    own_audience: t("Only for this site's own statistics"),
    // Of a vendor.
    purposes: t("Uses data for"),
    hosts: t("Hosts"),
    country: t("Country"),
    policy_url: t("Its privacy policy"),
    role: t("Its part"),
    transfer: t("Transfer rests on"),
    consent_mode: t("Its tags obey Google Consent Mode by themselves"),
    // Of a cookie or a rule.
    match: t("Address"),
    purpose: t("Purpose"),
    vendor: t("Vendor"),
    kind: t("Kind"),
    lifetime: t("How long it stays"),
    // Of whoever answers for the site.
    address: t("Postal address"),
    email: t("E-mail"),
    phone: t("Telephone"),
    website: t("Website"),
    // Of a region.
    places: t("Where"),
    ...Object.fromEntries(classNames().map(({ value, label }) => [value, label])),
  };
  return names[key];
}

/** What the editor calls a value of such a part. */
export function partValue(key: string, value: string): string {
  const lists: Record<string, () => { value: string; label: string }[]> = { classes: classNames, basis: basisNames, role: vendorRoles, transfer: transfers, kind: kinds };
  const list = lists[key];
  if (list) return list().find((option) => option.value === value)?.label ?? value;
  return classNames().some((c) => c.value === key) ? modeName(value) : value;
}
