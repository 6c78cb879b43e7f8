// What happens when: a pure function from state and event to the next state.
import { type Choice, chosen, encode, parse } from "./cookie.ts";
import { addMonths, type Lives, modeOf, NOTICE, OPT_IN, outdated, type Rule, type Signals, stopped } from "./decide.ts";
import { type Action, type Given, type Levels, merge } from "./merge.ts";
import { BANNER, HIDDEN, PREFERENCES, type View } from "./views.ts";

/** What the site and its regime ask for. */
export type Terms = Lives & {
  readonly _edition: number;
  readonly _regime: string;
  readonly _reaskMonths: number;
  readonly _closeRefuses?: boolean;
  readonly _rules: readonly Rule[];
};

/** Where a page stands, and what its latest event asks for. */
export type State = readonly [
  choice: Choice | undefined,
  view: View,
  /** What may run has changed, through this action; `sync` came from another tab or the server. */
  changed?: Action | "sync" | undefined,
  /** To be sent to the server. */
  given?: Given,
];

/** One of these happened. */
export type Event = {
  /** The browser holds these values of lx_consent. */
  readonly _read?: readonly string[];
  /** Something is to be shown; HIDDEN closes what is shown. */
  readonly _show?: View;
  readonly _act?: Action | undefined;
  /** What an act says, where its name does not say all. */
  readonly _levels?: Levels | undefined;
  readonly _vendors?: Levels | undefined;
};

/** Whether the visitor must be asked, or asked again, about any of some purposes. */
export const asks = (t: Terms, signals: Signals, choice: Choice | undefined, now: number, rules = t._rules): boolean =>
  rules.some((rule) => {
    const mode = OPT_OUTS ? modeOf(rule, signals) : OPT_IN;
    const said = choice?._said.get(rule._id);
    return (
      // Where a signal has answered, asking would only wear the visitor down.
      !(rule._necessary || (OPT_OUTS && mode === NOTICE) || stopped(rule, signals)) &&
      // What cannot be read may have been no answer.
      (!choice?._edition ||
        // A refusal is respected for its time, whatever has changed.
        ((CHANGED || TRAVEL) && said !== "0" && outdated(rule, choice)) ||
        // What runs unless objected to may be left as it is: closing is an answer.
        (!said && (!OPT_OUTS || mode === OPT_IN)) ||
        now >= addMonths(choice._clock, said && said > "0" ? t._consentMonths : t._reaskMonths))
    );
  });

/** Returns what follows from an event. */
export const step = (t: Terms, signals: Signals, [choice, view]: State, e: Event, now: number): State => {
  const asked = (choice: Choice | undefined, otherwise: View): View => (asks(t, signals, choice, now) ? otherwise : HIDDEN);
  if (e._read) {
    const read = chosen(e._read);
    // The same answers, perhaps with the server's proof, change nothing.
    return [read, view === PREFERENCES ? view : asked(read, BANNER), choice && read?._levels === choice._levels ? undefined : "sync"];
  }
  const action = e._show === HIDDEN && view === BANNER ? "dismiss" : e._act;
  if (!action) return [choice, e._show || asked(choice, BANNER)];
  let levels = e._levels;
  // A banner that asks only about what has changed gets no answer to the rest.
  if (CHANGED && action === "accept_all" && view === BANNER)
    levels = Object.fromEntries(
      t._rules.filter((r) => !choice?._said.has(r._id) || asks(t, signals, choice, now, [r])).map((r) => [r._id, r._max]),
    );
  const [said, given] = merge(t, signals, choice, action, levels, e._vendors);
  const next = parse(encode(t._edition, t._regime, now, said));
  return [next, asked(next, view), action, given];
};
