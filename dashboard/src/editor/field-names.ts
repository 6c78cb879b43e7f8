import { t } from "../i18n";
import { languageLabel } from "../coded";
import { partName } from "./part-names";
import { wordLabel } from "./word-keys";

/** Ends the path of a list whose members only stand in another order. */
export const ORDER = " (order)";

/** What people call a member of a list (`purposes`, `vendors`) that the document knows by its id. */
export type Called = (list: string, id: string) => string;

/**
 * A field of the site document as the editor calls it; undefined where the editor has
 * no name for it. Members are called by their ids where nobody says otherwise.
 */
export function fieldName(path: string, called: Called = (_, id) => id): string | undefined {
  if (path.endsWith(ORDER)) return [fieldName(path.slice(0, -ORDER.length)), t("Order")].join(" · ");
  const colours: Record<string, string> = {
    accent: t("Accent"),
    accent_text: t("Text on accent"),
    background: t("Background"),
    text: t("Text"),
    border: t("Border"),
    scheme: t("Scheme"),
    font: t("Font"),
    logo: t("Logo"),
    spacing: t("Room around the words"),
    radius: t("Corner radius"),
    border_width: t("Width of the border in pixels"),
  };
  const whole: Record<string, string> = {
    "banner.layout": t("Layout"),
    "banner.position": t("Position"),
    "banner.reopen": t("Show a button to reopen the banner"),
    "features.insight": t("Count banners"),
    "features.network": t("Hold back by address"),
    "features.cookie_writes": t("Hold back declared cookies"),
    "features.storage_writes": t("Hold back storage"),
    "features.report_only": t("Only report"),
    "features.consent_mode": "Google Consent Mode",
    "features.uet": "Microsoft Advertising (UET)",
    "features.clarity": "Microsoft Clarity",
    "features.meta": t("Meta pixel"),
    "features.wordpress": "WordPress Consent API",
    "features.google.mode": t("Google's own tags before a choice"),
    "features.google.url_passthrough": t("Carry click ids in links while ads are denied"),
    "features.google.ads_data_redaction": t("Send less in ad requests while ads are denied"),
    "features.google.wait_for_update": t("Let tags wait for the choice, milliseconds"),
    "features.google.regions": t("Defaults of their own for these places"),
    name: t("Name"),
    origins: t("Origins"),
    locales: t("The banner speaks"),
    establishment: t("Established in"),
    cookie_domain: t("Cookie domain"),
    policy_url: t("Privacy policy"),
    controller: t("Who answers for it"),
    stricter: t("Regions"),
    rules: t("Rules"),
    texts: t("Words"),
  };
  if (whole[path]) return whole[path];
  const [part = "", member = "", ...rest] = path.split(".");
  const tail = rest.join(".");
  if (part === "banner" && member === "theme") {
    const night = tail.startsWith("dark.");
    const name = colours[night ? tail.slice(5) : tail];
    return name && (night ? `${name} · ${t("Dark")}` : name);
  }
  if (part === "texts" && member) return [t("Words"), languageLabel(member), tail && wordLabel(tail)].filter(Boolean).join(" · ");
  const lists: Record<string, string> = {
    purposes: t("Purposes"),
    vendors: t("Vendors"),
    cookies: t("Cookies and storage"),
    controller: t("Who answers for it"),
    rules: t("Rules"),
    features: t("Signals"),
  };
  const list = lists[part];
  if (!list || !member) return list;
  if (part === "controller") return [list, partName(member) ?? member].join(" · ");
  // Names may have dots in them, and parts have none.
  const end = rest.at(-1) ?? "";
  const months = rest.at(-2) === "level_months";
  const inner = months ? t("Months that a grant of “{level}” holds", { level: end }) : partName(end);
  return [list, [called(part, member), ...(inner ? rest.slice(0, months ? -2 : -1) : rest)].join("."), inner].filter(Boolean).join(" · ");
}
