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
  readonly _gpc?: boolean;
  readonly _minor?: boolean;
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
  /** The first edition whose choices still hold. */
  readonly _since: number;
  readonly _consentMonths: number;
};

/** [allow, level, reason, until]; until is 0 when it rests on no grant. */
export type Decision = readonly [boolean, number, string, number];

/** The mode of a rule on this page. */
export const modeOf = (rule: Rule, signals: Signals): Mode =>
  signals.sensitive && rule._sensitive < rule._mode ? rule._sensitive : rule._mode;

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
  const mode = modeOf(rule, signals);
  let max = rule._max;
  const grant = (why: string, until = 0): Decision =>
    max < 1 || max < ask ? [false, max, "denied", 0] : [true, max, why, until];
  const deny = (why: string): Decision => [false, 0, why, 0];
  const fallback = (why: string) =>
    mode === NOTICE ? grant("notice") : mode === OPT_OUT ? grant("not-objected") : deny(why);

  if (rule._necessary) return [true, max, "necessary", 0];
  if (signals.minor && rule._minor) return deny("minor");
  const level = choice && !choice._forged ? (choice._vendors[vendor] ?? choice._levels[rule._id]) : undefined;
  if (level === 0) return deny("denied");
  if (signals.gpc && rule._gpc && !(level && choice?._over[rule._id])) return deny("gpc");
  if (choice?._erased) return deny("erased");
  // It may have held a refusal, so no default may run on it.
  if (choice?._forged) return deny("bad-token");
  if (!choice || !level) return fallback("no-record");
  // What the visitor left out of a grant stays out when the grant has ended.
  if (level < max) max = level;
  const until = addMonths(choice._clock, lives._consentMonths);
  return choice._unproved
    ? fallback("bad-token")
    : choice._edition < lives._since
      ? fallback("edition-changed")
      : now >= until
        ? fallback("expired")
        : grant("granted", until);
};

/** Moves a second by calendar months in UTC; a day that is missing runs over. */
export const addMonths = (second: number, months: number): number => {
  const d = new Date(second * 1000);
  return d.setUTCMonth(d.getUTCMonth() + months) / 1000;
};
