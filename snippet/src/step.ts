// What happens when: a pure function from state and event to the next state.
import { consentMonths, reaskMonths, rules } from "lx:config";
import { type Choice, chosen, encode, parse } from "./cookie.ts";
import { addMonths, modeOf, outdated, type Rule, type Signals } from "./decide.ts";
import { type Action, type Given, type Levels, merge } from "./merge.ts";
import { NOTICE, OPT_IN } from "./modes.ts";
import { BANNER, HIDDEN, PREFERENCES, type View } from "./views.ts";

/** Where a page stands, and what its latest event asks for. */
export type State = readonly [
  choice: Choice,
  view: View,
  /** What may run has changed, through this action; `sync` came from another tab or the server. */
  changed?: Action | "sync" | undefined,
  /** To be sent to the server. */
  given?: Given | undefined,
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
      // A refusal is respected for its time, whatever has changed.
      (((CHANGED || TRAVEL) && said !== "0" && outdated(rule, choice)) ||
        // What runs unless objected to may be left as it is: closing is an answer.
        // What cannot be read may have been no answer.
        ((!OPT_OUTS || !choice._edition || modeOf(rule, signals) === OPT_IN) && !said) ||
        now >= addMonths(choice._clock, consentMonths === reaskMonths || said > "0" ? consentMonths : reaskMonths))
    );
  });

/** Returns what follows from an event. */
export const step = (signals: Signals, [choice, view]: State, e: Event, now: number): State => {
  let next = choice;
  let changed: State[2];
  let given: Given | undefined;
  // What is shown in any case, and what else while something is to be asked.
  let shown = e._show;
  let asking: View = QUIET ? HIDDEN : BANNER;
  const action = shown === HIDDEN && view === BANNER ? "dismiss" : e._act;
  if (e._read) {
    next = chosen(e._read);
    // The answer to an earlier decision may come late. So what is proved takes no refusal back, be it of a vendor, and
    // leaves none out, unless it is later by the server's clock. What has no proof yet went by another clock: it is
    // outdone by its own answer alone.
    const wait = e._read.includes(choice._raw) ? 0 : choice._raw?.endsWith(".") ? 1e12 : 1;
    if (
      !next._raw.endsWith(".") &&
      next._clock < choice._clock + wait &&
      [...choice._said, ...next._said].some(([id]) => (next._said.get(id) ?? "1") > (choice._said.get(id) ?? "0"))
    )
      next = choice;
    if (view === PREFERENCES) shown = view;
    // The same answers, perhaps with the server's proof, change nothing.
    if (next._levels !== choice._levels) changed = "sync";
  } else if (action) {
    let levels = e._levels;
    // A banner that asks only about what has changed gets no answer to the rest.
    if (CHANGED && action === "accept_all" && view === BANNER)
      levels = Object.fromEntries(rules.filter((r) => !choice._said.has(r._id) || asks(signals, choice, now, [r])).map((r) => [r._id, r._max]));
    const [said, sent] = merge(signals, choice, action, levels, e._vendors);
    next = parse(encode(now, said));
    given = sent;
    asking = view;
    changed = action;
  }
  return [next, shown || (asks(signals, next, now) ? asking : HIDDEN), changed, given];
};
