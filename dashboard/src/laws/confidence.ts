import { t } from "../i18n";

/** How sure a row of the table is: H, M, L, or one to another. */
export function confidenceName(level: string): string {
  const names: Record<string, string> = { H: t("high"), M: t("medium"), L: t("low") };
  return level
    .split("-")
    .map((l) => names[l] ?? l)
    .join("–");
}
