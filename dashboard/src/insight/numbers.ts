import { language } from "../i18n";

/** A count; one that is held back says so. */
export function number(n: number | null | undefined, least: number): string {
  return n === null || n === undefined ? `< ${least}` : n.toLocaleString(language());
}

/** How many answered; unknown while one of the counts is held back, for a share of the rest would mislead. */
export function answered(c: { accepted: number | null; rejected: number | null; partial: number | null; dismissed: number | null }): number {
  const all = [c.accepted, c.rejected, c.partial, c.dismissed];
  return all.includes(null) ? 0 : all.reduce<number>((sum, n) => sum + (n ?? 0), 0);
}

export function percent(n: number | null | undefined, of: number): string | undefined {
  if (n === null || n === undefined || of <= 0) return undefined;
  return new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 1 }).format(n / of);
}
