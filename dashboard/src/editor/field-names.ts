import { t } from "../i18n";
import { languageLabel } from "../coded";
import { wordLabel } from "./word-keys";

/** A field of the site document as the editor calls it; undefined where the editor has no name for it. */
export function fieldName(path: string): string | undefined {
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
  };
  const whole: Record<string, string> = {
    "banner.layout": t("Layout"),
    "banner.position": t("Position"),
    "banner.reopen": t("Show a button to reopen the banner"),
    "features.insight": t("Count banners"),
    "features.network": t("Hold back by address"),
    "features.consent_mode": "Google Consent Mode",
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
  return lists[part] && member ? [lists[part], member].join(" · ") : undefined;
}
