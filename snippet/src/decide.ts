// The twin of consent/decide.go: the one place where it is settled whether a
// purpose may run. Both are bound by contract/vectors/decide.json; the reasons,
// and choices that are not proved or were erased, are the server's alone.
import type { Choice } from "./cookie.ts";

/** Larger is laxer, so the stricter of two modes is the smaller. */
export type Mode = 0 | 1 | 2;
export const OPT_IN = 0;
export const OPT_OUT = 1;
export const NOTICE = 2;

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

export type Lives = {
  readonly _consentMonths: number;
};

/** The mode of a rule on this page. */
export const modeOf = (rule: Rule, signals: Signals): Mode =>
  ((signals.sensitive ? Math.min(rule._mode ?? 0, rule._sensitive ?? 0) : rule._mode) as Mode | undefined) ?? OPT_IN;

/** Whether a grant of this choice no longer covers the purpose: it has changed since, or the law had asked less. */
export const outdated = (rule: Rule, choice: Choice): boolean | undefined =>
  (CHANGED && choice._edition < (rule._since ?? 0)) || (TRAVEL && rule._laxer?.test(choice._regime));

/** Whether a signal stops a purpose that nobody granted in its sight. */
export const stopped = (rule: Rule, signals: Signals): boolean | undefined =>
  (signals.gpc && rule._gpc) || (signals.minor && rule._minor);

/** Moves a second by calendar months in UTC; a day that is missing runs over. */
export const addMonths = (second: number, months: number): number => {
  const d = new Date(second * 1000);
  return d.setUTCMonth(d.getUTCMonth() + months) / 1000;
};

/**
 * The level at which a purpose runs, 0 when it does not. A refusal is a level
 * of 0 and goes before every default; a signal goes before every grant that
 * was not made in its sight. Asking for 0 or 1 both means any grant.
 */
export const decide = (rule: Rule, choice: Choice | undefined, lives: Lives, signals: Signals, now: number, vendor = "", ask = 1): number => {
  if (rule._necessary) return rule._max;
  const own = choice?._said.get(rule._id);
  const said = (VENDORS && choice?._said.get(`@${vendor}`)) || own;
  const gpc = signals.gpc && rule._gpc;
  // What the visitor left out of a grant stays out when the grant has ended.
  const level = said ? Math.min(rule._max, +(said[0] as string)) : rule._max;
  const ended = (n: number) =>
    now >= addMonths((choice as Choice)._clock, LEVEL_MONTHS ? Math.min(lives._consentMonths, rule._months?.[n - 1] || 99) : lives._consentMonths);
  let held = choice && said && (!gpc || own?.[1]) && !((CHANGED || TRAVEL) && outdated(rule, choice)) ? level : 0;
  // A level may end before the ones below it.
  while (held && ended(held)) held = LEVEL_MONTHS ? held - 1 : 0;
  // Only a valid grant overrides the signal; no default does, and none runs on what cannot be read.
  if (OPT_OUTS && !held && modeOf(rule, signals) && !gpc && choice?._edition !== 0) held = level;
  return held < ask || (signals.minor && rule._minor) ? 0 : held;
};
