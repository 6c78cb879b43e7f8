// The twin of consent/merge.go: laying a new act over the earlier choice,
// bound by contract/vectors/merge.json. What is given is free of
// contradictions: the script makes no others, and the server refuses them. The
// server alone drops what an earlier choice says about vendors and levels that are gone.
import type { Choice, Said } from "./cookie.ts";
import { modeOf, outdated, type Rule, type Signals } from "./decide.ts";

export type Action = "accept_all" | "reject_all" | "save" | "dismiss" | "withdraw" | "embed" | "api" | "gpc";
export type Levels = Readonly<Record<string, number>>;

/** What is sent to the server. */
export type Given = {
  readonly action: Action;
  readonly levels: Levels;
  readonly vendors?: Levels | undefined;
  readonly signals: Signals;
};
type Terms = { readonly _rules: readonly Rule[]; readonly _closeRefuses?: boolean };

/** Returns what holds from now on, and what was given. Without levels an action refuses; dismissing leaves what may be left. */
export const merge = (t: Terms, signals: Signals, earlier: Choice | undefined, action: Action, levels?: Levels, vendors?: Levels): readonly [Said, Given] => {
  const said = new Map<string, string>();
  const given: Record<string, number> = {};
  // Of what has changed since, or was asked about less, only refusals keep a
  // meaning; a vendor's grant speaks for all its purposes.
  const ended = (CHANGED || TRAVEL) && earlier && t._rules.some((r) => !r._necessary && outdated(r, earlier));
  // Ending ends what was said about vendors, too; accepting everything outdoes it.
  if (VENDORS && earlier && !/_all|w$/.test(action)) for (const [id, level] of earlier._said) if (id[0] === "@" && !((CHANGED || TRAVEL) && ended && level > "0")) said.set(id, level);
  for (const rule of t._rules) {
    const id = rule._id;
    const before = earlier?._said.get(id);
    const left = action === "dismiss" && (before || (OPT_OUTS && !t._closeRefuses && modeOf(rule, signals)));
    const n = levels ? levels[id] : left ? undefined : 0;
    if (rule._necessary) continue;
    if (n === undefined) {
      if (before && !((CHANGED || TRAVEL) && earlier && before > "0" && outdated(rule, earlier))) said.set(id, before);
      continue;
    }
    given[id] = n;
    // A signal keeps a purpose from being granted, save in sight of the notice about it.
    const gpc = n && signals.gpc && rule._gpc;
    said.set(id, (signals.minor && rule._minor) || (gpc && action !== "save") ? "0" : n + (gpc ? "g" : ""));
  }
  if (VENDORS) for (const id in vendors) said.set(`@${id}`, `${vendors[id]}`);
  return [said, { action, levels: given, vendors, signals }];
};
