// What happens when: a pure function from state and event to state and effects.
import { blank, encode, parse } from "./cookie.ts";
import { addMonths, type Choice, type Levels, type Lives, modeOf, NOTICE, OPT_IN, type Rule, type Signals, stopped } from "./decide.ts";
import { type Action, type Given, merge } from "./merge.ts";

export const HIDDEN = 0;
export const BANNER = 1;
export const PREFERENCES = 2;
export type View = 0 | 1 | 2;

/** What the site and its regime ask for; it never changes in a page. */
export type Terms = Lives & {
  readonly _edition: number;
  readonly _regime: string;
  readonly _reaskMonths: number;
  readonly _closeRefuses?: boolean;
  readonly _rules: readonly Rule[];
  readonly _vendors: readonly { readonly _id: string }[];
};

export type State = {
  readonly _choice: Choice | undefined;
  /** The value of lx_consent behind the choice. */
  readonly _raw: string;
  readonly _signals: Signals;
  /** What the visitor sees; showing it is no effect of its own. */
  readonly _view: View;
};

/** One of these happened. */
export type Event = {
  /** The browser holds these values of lx_consent. */
  readonly _read?: readonly string[];
  /** The server has recorded the latest act and proved it. */
  readonly _answer?: string;
  readonly _show?: View;
  readonly _close?: boolean;
  readonly _act?: Action;
  /** What an act says, where its name does not say all. */
  readonly _levels?: Levels | undefined;
  readonly _vendors?: Levels | undefined;
};

export type Effects = {
  /** Keep the value of lx_consent. */
  readonly _store?: boolean;
  /** Send this, laid over that value of lx_consent. */
  readonly _send?: readonly [Given, string];
  /** What may run has changed, through this action; `sync` came from another tab or the server. */
  readonly _changed?: Action | "sync";
};

/** Whether the visitor must be asked, or asked again. */
export const asks = (t: Terms, s: State, now: number): boolean =>
  t._rules.some((rule) => {
    const c = s._choice;
    const mode = modeOf(rule, s._signals);
    // Where a signal has answered, asking would only wear the visitor down.
    if (rule._necessary || mode === NOTICE || stopped(rule, s._signals)) return false;
    if (!c || c._forged || c._edition < t._since) return true;
    const level = c._levels[rule._id];
    // What runs unless objected to may be left as it is: closing is an answer.
    return (level === undefined && mode === OPT_IN) || now >= addMonths(c._clock, level ? t._consentMonths : t._reaskMonths);
  });

/** The levels that an action stands for. */
const levelsOf = (t: Terms, s: State, action: Action): Levels => {
  const out: Record<string, number> = {};
  for (const rule of t._rules) {
    const id = rule._id;
    const left = action === "dismiss" && ((s._choice && id in s._choice._levels) || (!t._closeRefuses && modeOf(rule, s._signals) !== OPT_IN));
    if (!rule._necessary && !left) out[id] = action === "accept_all" && !stopped(rule, s._signals) ? rule._max : 0;
  }
  return out;
};

/** Returns what follows from an event. */
export const step = (t: Terms, s: State, e: Event, now: number): readonly [State, Effects] => {
  const asked = (state: State, otherwise: View): View => (asks(t, state, now) ? otherwise : HIDDEN);

  if (e._read) {
    // Of several cookies the first that can be read counts.
    const raw = e._read.find(parse) ?? e._read[0] ?? "";
    const next = { ...s, _raw: raw, _choice: raw ? (parse(raw) ?? { ...blank(), _forged: true }) : undefined };
    return [{ ...next, _view: s._view === PREFERENCES ? PREFERENCES : asked(next, BANNER) }, { _changed: "sync" }];
  }
  const proved = e._answer && parse(e._answer);
  if (proved) {
    const same = s._choice && encode({ ...s._choice, _clock: 0 }) === encode({ ...proved, _clock: 0 });
    return [{ ...s, _choice: proved, _raw: e._answer }, { _store: true, ...(!same && { _changed: "sync" }) }];
  }
  if (e._show) return [{ ...s, _view: e._show }, {}];
  if (e._close && s._view !== BANNER) return [{ ...s, _view: asked(s, BANNER) }, {}];
  const action = e._close ? "dismiss" : e._act;
  if (!action) return [s, {}];

  const given: Given = {
    action,
    levels: e._levels ?? levelsOf(t, s, action),
    ...(e._vendors && { vendors: e._vendors }),
    signals: s._signals,
  };
  const choice = { ...merge(t._rules, t._vendors, s._choice, given), _edition: t._edition, _regime: t._regime, _clock: now };
  const next = { ...s, _choice: choice, _raw: encode(choice) };
  return [{ ...next, _view: asked(next, s._view) }, { _store: true, _send: [given, s._raw], _changed: action }];
};
