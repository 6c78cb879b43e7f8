import { language, t } from "./i18n";

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

function ago(at: string, ahead = false, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) return at;
  const words = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return ahead ? t("in a moment") : t("just now");
}

const region = () => (language() === "en" ? "en-GB" : language());

/** The day of a moment, for what somebody is held to. */
export const day = (at: string) => new Date(at).toLocaleDateString(region(), { dateStyle: "long" });

/** A moment in relative words, with the exact time on hover; `ahead` is one of which a clock that differs makes no past. */
export function When({ at, ahead }: { at: string; ahead?: boolean }) {
  const exact = new Date(at);
  const title = Number.isNaN(exact.getTime())
    ? at
    : exact.toLocaleString(region(), { dateStyle: "long", timeStyle: "short" });
  return (
    <time dateTime={at} title={title}>
      {ago(at, ahead)}
    </time>
  );
}
