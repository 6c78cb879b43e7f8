import { t } from "../i18n";

/** What a mode asks of a visitor, in words. */
export function modeName(mode: string): string {
  switch (mode) {
    case "opt-in":
      return t("Asked first");
    case "opt-out":
      return t("May refuse");
    case "notice":
      return t("Told");
    default:
      return mode;
  }
}
