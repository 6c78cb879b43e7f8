// What happens when: a pure function from state and event to state and effects.
import { chosen, encode, parse } from "./cookie.ts";
import { addMonths, type Choice, type Levels, type Lives, modeOf, NOTICE, OPT_IN, outdated, type Rule, type Signals, stopped } from "./decide.ts";
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

/** Whether the visitor must be asked, or asked again, about any of some purposes. */
export const asks = (t: Terms, { _choice: c, _signals }: State, now: number, rules = t._rules): boolean =>
  rules.some((rule) => {
    const mode = modeOf(rule, _signals);
    const level = c?._levels[rule._id];
    return (
      // Where a signal has answered, asking would only wear the visitor down.
      !(rule._necessary || mode === NOTICE || stopped(rule, _signals)) &&
      (!c ||
        c._forged ||
        // A refusal is respected for its time, whatever has changed.
        ((CHANGED || TRAVEL) && level !== 0 && outdated(rule, c)) ||
        // What runs unless objected to may be left as it is: closing is an answer.
        (level === undefined && mode === OPT_IN) ||
        now >= addMonths(c._clock, level ? t._consentMonths : t._reaskMonths))
    );
  });

/** The levels that an action stands for. */
const levelsOf = (t: Terms, s: State, action: Action, now: number): Levels => {
  const out: Record<string, number> = {};
  for (const rule of t._rules) {
    const id = rule._id;
    const answered = id in (s._choice?._levels ?? {});
    const left =
      (action === "dismiss" && (answered || (!t._closeRefuses && modeOf(rule, s._signals) !== OPT_IN))) ||
      // A banner that asks only about what has changed gets no answer to the rest.
      (CHANGED && action === "accept_all" && s._view === BANNER && answered && !asks(t, s, now, [rule]));
    if (!rule._necessary && !left) out[id] = action === "accept_all" && !stopped(rule, s._signals) ? rule._max : 0;
  }
  return out;
};

/** Returns what follows from an event. */
export const step = (t: Terms, s: State, e: Event, now: number): readonly [State, Effects] => {
  const become = (choice: Choice | undefined, raw: string): State => ({ ...s, _choice: choice, _raw: raw });
  const show = (state: State, view: View, effects: Effects = {}) =>
    [{ ...state, _view: view }, effects] as const;
  const asked = (state: State, otherwise: View): View => (asks(t, state, now) ? otherwise : HIDDEN);
  const view = s._view;

  if (e._read) {
    const [raw, choice] = chosen(e._read);
    const next = become(choice, raw);
    return show(next, view === PREFERENCES ? view : asked(next, BANNER), { _changed: "sync" });
  }
  const proved = e._answer && parse(e._answer);
  if (proved) {
    const same = s._choice && encode({ ...s._choice, _clock: 0 }) === encode({ ...proved, _clock: 0 });
    return show(become(proved, e._answer as string), view, same ? { _store: true } : { _store: true, _changed: "sync" });
  }
  if (e._show) return show(s, e._show);
  if (e._close && view !== BANNER) return show(s, asked(s, BANNER));
  const action = e._close ? "dismiss" : e._act;
  if (!action) return [s, {}];

  const given: Given = { action, levels: e._levels ?? levelsOf(t, s, action, now), vendors: e._vendors, signals: s._signals };
  const choice = { ...merge(t._rules, t._vendors, s._choice, given), _edition: t._edition, _regime: t._regime, _clock: now };
  const next = become(choice, encode(choice));
  return show(next, asked(next, view), { _store: true, _send: [given, s._raw], _changed: action });
};
