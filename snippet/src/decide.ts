// The twin of consent/decide.go: the one place where it is settled whether a
// purpose may run. Both are bound by contract/vectors/decide.json.

/** Larger is laxer, so the stricter of two modes is the smaller. */
export type Mode = 0 | 1 | 2;
export const OPT_IN = 0;
export const OPT_OUT = 1;
export const NOTICE = 2;

/** One purpose under one regime. */
export type Rule = {
  readonly _id: string;
  readonly _necessary?: boolean;
  readonly _mode: Mode;
  readonly _sensitive: Mode;
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

export type Levels = Readonly<Record<string, number>>;

/** What the visitor last decided. Records have no prototype. */
export type Choice = {
  readonly _edition: number;
  readonly _regime: string;
  /** Seconds since 1970 UTC. */
  readonly _clock: number;
  readonly _levels: Levels;
  readonly _vendors: Levels;
  /** Purposes granted beside the notice about Global Privacy Control. */
  readonly _over: Readonly<Record<string, boolean>>;
  readonly _unproved?: boolean;
  readonly _forged?: boolean;
  readonly _erased?: boolean;
};

export type Lives = {
  readonly _consentMonths: number;
};

/** The words of reasons; a decision gives the place in this list. The first four allow. */
export const reasons = [
  "necessary",
  "granted",
  "not-objected",
  "notice",
  "denied",
  "no-record",
  "expired",
  "edition-changed",
  "gpc",
  "minor",
  "bad-token",
  "erased",
] as const;

/** [reason, level, until]; until is 0 when it rests on no grant. */
export type Decision = readonly [number, number, number];

/** Whether a grant was made where the law asked less. */
const lax = (rule: Rule, choice: Choice): boolean | undefined => rule._laxer?.test(choice._regime);

/** Whether a grant of this choice no longer covers the purpose. */
export const outdated = (rule: Rule, choice: Choice): boolean | undefined =>
  (CHANGED && choice._edition < (rule._since as number)) || (TRAVEL && lax(rule, choice));

/** The mode of a rule on this page. */
export const modeOf = (rule: Rule, signals: Signals): Mode =>
  signals.sensitive ? (Math.min(rule._mode, rule._sensitive) as Mode) : rule._mode;

/** Whether a signal stops a purpose that nobody granted in its sight. */
export const stopped = (rule: Rule, signals: Signals): boolean | undefined =>
  (signals.gpc && rule._gpc) || (signals.minor && rule._minor);

/**
 * Answers whether a purpose may run at a level (0 and 1 both mean any grant).
 *
 * Do not reorder the steps: a refusal must win over every default, and a
 * signal over every grant that was not made in its sight.
 */
export const decide = (
  rule: Rule,
  choice: Choice | undefined,
  lives: Lives,
  signals: Signals,
  now: number,
  vendor = "",
  ask = 0,
): Decision => {
  const gpc = signals.gpc && rule._gpc;
  let max = rule._max;
  const grant = (why: number, until = 0): Decision => (max < 1 || max < ask ? [4, max, 0] : [why, max, until]);
  const fallback = (why: number): Decision => {
    // Only a valid grant overrides the signal; no default does.
    const mode = OPT_OUTS && !gpc && modeOf(rule, signals);
    return mode ? grant(mode + 1) : [why, 0, 0];
  };

  if (rule._necessary) return [0, max, 0];
  const forged = choice?._forged;
  const level = forged ? undefined : (choice?._vendors[vendor] ?? choice?._levels[rule._id]);
  const why =
    signals.minor && rule._minor
      ? 9
      : level === 0
        ? 4
        : gpc && !(level && choice?._over[rule._id])
          ? 8
          : PROOFS && choice?._erased
            ? 11
            : // It may have held a refusal, so no default may run on it.
              forged
              ? 10
              : 0;
  if (why) return [why, 0, 0];
  if (!choice || !level) return fallback(5);
  // What the visitor left out of a grant stays out when the grant has ended.
  const most = Math.min(level, max);
  max = most;
  if (PROOFS && choice._unproved) return fallback(10);
  if (TRAVEL && lax(rule, choice)) return fallback(5);
  if (CHANGED && choice._edition < (rule._since as number)) return fallback(7);
  // A level may end before the ones below it.
  for (; max > 0; max--) {
    const until = addMonths(choice._clock, Math.min(lives._consentMonths, (LEVEL_MONTHS && rule._months?.[max - 1]) || lives._consentMonths));
    if (now < until) return grant(1, until);
    if (!LEVEL_MONTHS) break;
  }
  max = most;
  return fallback(6);
};

/** Moves a second by calendar months in UTC; a day that is missing runs over. */
export const addMonths = (second: number, months: number): number => {
  const d = new Date(second * 1000);
  return d.setUTCMonth(d.getUTCMonth() + months) / 1000;
};
