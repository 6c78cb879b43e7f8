import { language } from "../i18n";

/** A count; one that is held back says so. */
export function number(n: number | null | undefined, least: number): string {
  return n === null || n === undefined ? `< ${least}` : n.toLocaleString(language());
}

export function percent(n: number | null | undefined, of: number): string | undefined {
  if (n === null || n === undefined || of <= 0) return undefined;
  return new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 1 }).format(n / of);
}
