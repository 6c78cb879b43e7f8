// The twin of consent/decide.go: the one place where it is settled whether a
// purpose may run. Both are bound by contract/vectors/decide.json; the reasons,
// and choices that are not proved or were erased, are the server's alone.
import { consentMonths } from "lx:config";
import type { Choice } from "./cookie.ts";
import { type Mode, OPT_IN } from "./modes.ts";

/** One purpose under one regime. What is missing denies. */
export type Rule = {
  readonly _id: string;
  readonly _necessary?: boolean;
  readonly _mode?: Mode;
  readonly _sensitive?: Mode;
  /** The highest level. */
  readonly _max: number;
  /** How long a grant of each level holds, lowest first; 0 or none is as long as any grant. */
  readonly _months?: readonly number[];
  readonly _gpc?: boolean;
  readonly _minor?: boolean;
  /** The first edition whose grants of it still hold; none means all. */
  readonly _since?: number;
  /** Fits the regimes that ask less for it than this one does. */
  readonly _laxer?: RegExp;
};

/** Signals can only tighten a decision. */
export type Signals = { readonly gpc?: boolean; readonly minor?: boolean; readonly sensitive?: boolean };

/** The mode of a rule on this page. */
export const modeOf = (rule: Rule, signals: Signals): Mode =>
  ((signals.sensitive ? SENSITIVE && Math.min(rule._mode ?? 0, rule._sensitive ?? 0) : rule._mode) as Mode | undefined) || OPT_IN;

/** Whether a grant of this choice no longer covers the purpose: it has changed since, or the law had asked less. */
export const outdated = (rule: Rule, choice: Choice): boolean | undefined =>
  (CHANGED && choice._edition < (rule._since ?? 0)) || (TRAVEL && rule._laxer?.test(choice._regime));

/** Moves a second by calendar months in UTC; a day that is missing runs over. */
export const addMonths = (second: number, months: number): number => {
  const d = new Date(second * 1000);
  return d.setUTCMonth(d.getUTCMonth() + months) / 1000;
};

/**
 * The level at which a purpose runs, 0 when it does not. A refusal is a level
 * of 0 and goes before every default; a signal goes before every grant that
 * was not made in its sight.
 */
export const decide = (rule: Rule, signals: Signals, choice: Choice, now: number, vendor?: string): number => {
  if (rule._necessary) return rule._max;
  const own = choice._said.get(rule._id);
  const said = (VENDORS && choice._said.get(`@${vendor}`)) || own;
  const gpc = signals.gpc && rule._gpc;
  // What the visitor left out of a grant stays out when the grant has ended.
  const level = OPT_OUTS && !said ? rule._max : Math.min(rule._max, +(said?.[0] as string));
  let held =
    said && (!gpc || own?.[1]) && !((CHANGED || TRAVEL) && outdated(rule, choice)) && (LEVEL_MONTHS || now < addMonths(choice._clock, consentMonths)) ? level : 0;
  // A level may end before the ones below it.
  if (LEVEL_MONTHS) while (held && now >= addMonths(choice._clock, Math.min(consentMonths, rule._months?.[held - 1] || 99))) held--;
  // Only a valid grant overrides the signal; no default does, and none runs on what cannot be read.
  if (OPT_OUTS && !held && modeOf(rule, signals) && !gpc && (choice._edition || !choice._raw)) held = level;
  return signals.minor && rule._minor ? 0 : held;
};
