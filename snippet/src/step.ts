// What happens when: a pure function from state and event to state and effects.
import { blank, encode, parse } from "./cookie.ts";
import { addMonths, type Choice, decide, type Levels, type Lives, modeOf, NOTICE, OPT_IN, type Rule, type Signals } from "./decide.ts";
import { type Action, type Given, merge } from "./merge.ts";

export const HIDDEN = 0;
export const BANNER = 1;
export const PREFERENCES = 2;
export type View = 0 | 1 | 2;

/** What the site and its regime ask for; it never changes in a page. */
export type Terms = {
  readonly _rules: readonly Rule[];
  readonly _vendors: readonly string[];
  readonly _lives: Lives & { readonly _reaskMonths: number };
  readonly _edition: number;
  readonly _regime: string;
  readonly _closeRefuses: boolean;
};

export type State = {
  readonly _choice: Choice | undefined;
  /** The value of lx_consent behind the choice. */
  readonly _raw: string;
  readonly _signals: Signals;
  readonly _view: View;
};

export const READ = 0;
export const ACT = 1;
export const ANSWER = 2;
export const SHOW = 3;
export const CLOSE_BOX = 4;

export type Event =
  /** The browser holds these values of lx_consent. */
  | { readonly _do: typeof READ; readonly _values: readonly string[] }
  | { readonly _do: typeof ACT; readonly _action: Action; readonly _levels?: Levels; readonly _vendors?: Levels }
  /** The server has recorded the latest act and proved it. */
  | { readonly _do: typeof ANSWER; readonly _value: string }
  | { readonly _do: typeof SHOW; readonly _view: View }
  | { readonly _do: typeof CLOSE_BOX };

export const STORE = 0;
export const SEND = 1;
export const APPLY = 2;
export const RENDER = 3;
export const TELL = 4;

export type Effect =
  | readonly [typeof STORE, string]
  /** What to send, and the value of lx_consent that it is laid over. */
  | readonly [typeof SEND, Given, string]
  | readonly [typeof APPLY]
  | readonly [typeof RENDER]
  | readonly [typeof TELL, Action | ""];

/** Whether the visitor must be asked, or asked again. */
export const asks = (t: Terms, s: Pick<State, "_choice" | "_signals">, now: number): boolean =>
  t._rules.some((rule) => {
    const c = s._choice;
    const mode = modeOf(rule, s._signals);
    const why = decide(rule, c, t._lives, s._signals, now)[2];
    // A signal has answered already; asking would only wear the visitor down.
    if (mode === NOTICE || why === "necessary" || why === "gpc" || why === "minor") return false;
    if (!c || c._forged || c._edition < t._lives._since) return true;
    const level = c._levels[rule._id];
    // What runs unless objected to may be left as it is: closing is an answer.
    if (level === undefined && mode === OPT_IN) return true;
    return now >= addMonths(c._clock, level ? t._lives._consentMonths : t._lives._reaskMonths);
  });

/** The levels that an action stands for. */
const levelsOf = (t: Terms, s: State, action: Action): Levels => {
  const out: Record<string, number> = {};
  for (const rule of t._rules) {
    const { _id: id } = rule;
    const { gpc, minor } = s._signals;
    if (rule._necessary) continue;
    if (action === "accept_all") out[id] = (gpc && rule._gpc) || (minor && rule._minor) ? 0 : rule._max;
    else if (action !== "dismiss") out[id] = 0;
    else if (s._choice?._levels[id] === undefined && (t._closeRefuses || modeOf(rule, s._signals) === OPT_IN)) out[id] = 0;
  }
  return out;
};

const same = (a: Choice | undefined, b: Choice) => a && encode({ ...a, _clock: 0 }) === encode({ ...b, _clock: 0 });

/** Returns what follows from an event. */
export const step = (t: Terms, s: State, e: Event, now: number): readonly [State, readonly Effect[]] => {
  const act = (action: Action, levels: Levels, vendors?: Levels): readonly [State, readonly Effect[]] => {
    const given: Given = { action, levels, signals: s._signals, ...(vendors && { vendors }) };
    const choice = {
      ...merge(t._rules, t._vendors, s._choice, given),
      _edition: t._edition,
      _regime: t._regime,
      _clock: now,
    };
    const next = { ...s, _choice: choice, _raw: encode(choice) };
    return [
      { ...next, _view: asks(t, next, now) ? s._view : HIDDEN },
      [[STORE, next._raw], [SEND, given, s._raw], [APPLY], [RENDER], [TELL, action]],
    ];
  };

  switch (e._do) {
    case READ: {
      // Of several cookies the first that can be read counts.
      const raw = e._values.find(parse) ?? e._values[0] ?? "";
      const choice = raw ? (parse(raw) ?? { ...blank(), _forged: true }) : undefined;
      const next = { ...s, _choice: choice, _raw: raw };
      const view = s._view === PREFERENCES ? PREFERENCES : asks(t, next, now) ? BANNER : HIDDEN;
      return [{ ...next, _view: view }, [[APPLY], [RENDER], [TELL, ""]]];
    }
    case ACT:
      return act(e._action, e._levels ?? levelsOf(t, s, e._action), e._vendors);
    case ANSWER: {
      const choice = parse(e._value);
      if (!choice) return [s, []];
      const next = { ...s, _choice: choice, _raw: e._value };
      return [next, same(s._choice, choice) ? [[STORE, e._value]] : [[STORE, e._value], [APPLY], [TELL, ""]]];
    }
    case SHOW:
      return [{ ...s, _view: e._view }, [[RENDER]]];
    case CLOSE_BOX:
      if (s._view === BANNER) return act("dismiss", levelsOf(t, s, "dismiss"));
      return [{ ...s, _view: asks(t, s, now) ? BANNER : HIDDEN }, [[RENDER]]];
  }
};
