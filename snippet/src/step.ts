// What happens when: a pure function from state and event to the next state.
import { consentMonths, reaskMonths, rules } from "lx:config";
import { type Choice, chosen, encode, parse } from "./cookie.ts";
import { addMonths, modeOf, NOTICE, OPT_IN, outdated, type Rule, type Signals } from "./decide.ts";
import { type Action, type Given, type Levels, merge } from "./merge.ts";
import { BANNER, HIDDEN, PREFERENCES, type View } from "./views.ts";

/** Where a page stands, and what its latest event asks for. */
export type State = readonly [
  choice: Choice,
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
export const asks = (signals: Signals, choice: Choice, now: number, some: readonly Rule[] = rules): boolean =>
  some.some((rule) => {
    const said = choice._said.get(rule._id) as string;
    return (
      // Where a signal has answered, asking would only wear the visitor down.
      !(rule._necessary || (OPT_OUTS && modeOf(rule, signals) === NOTICE) || (signals.gpc && rule._gpc) || (signals.minor && rule._minor)) &&
      // What runs unless objected to may be left as it is: closing is an answer.
      // What cannot be read may have been no answer.
      (((!OPT_OUTS || !choice._edition || modeOf(rule, signals) === OPT_IN) && !said) ||
        // A refusal is respected for its time, whatever has changed.
        ((CHANGED || TRAVEL) && said !== "0" && outdated(rule, choice)) ||
        now >= addMonths(choice._clock, said > "0" ? consentMonths : reaskMonths))
    );
  });

/** Returns what follows from an event. */
export const step = (signals: Signals, [choice, view]: State, e: Event, now: number): State => {
  const asked = (choice: Choice, otherwise: View): View => (asks(signals, choice, now) ? otherwise : HIDDEN);
  if (e._read) {
    const read = chosen(e._read);
    // The same answers, perhaps with the server's proof, change nothing.
    return [read, view === PREFERENCES ? view : asked(read, BANNER), read._levels === choice._levels ? undefined : "sync"];
  }
  const action = e._show === HIDDEN && view === BANNER ? "dismiss" : e._act;
  if (!action) return [choice, e._show || asked(choice, BANNER)];
  let levels = e._levels;
  // A banner that asks only about what has changed gets no answer to the rest.
  if (CHANGED && action === "accept_all" && view === BANNER)
    levels = Object.fromEntries(rules.filter((r) => !choice._said.has(r._id) || asks(signals, choice, now, [r])).map((r) => [r._id, r._max]));
  const [said, given] = merge(signals, choice, action, levels, e._vendors);
  const next = parse(encode(now, said));
  return [next, asked(next, view), action, given];
};
