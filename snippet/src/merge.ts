// The twin of consent/merge.go: laying a new act over the earlier choice,
// bound by contract/vectors/merge.json. What is given is free of
// contradictions: the script makes no others, and the server refuses them. The server
// alone drops what an earlier choice says about purposes, vendors and levels that are gone.
import { closeRefuses, type NamedRule, rules } from "lx:config";
import type { Choice, Said } from "./cookie.ts";
import { modeOf, outdated, type Signals } from "./decide.ts";

export type Action = "accept_all" | "reject_all" | "save" | "dismiss" | "withdraw" | "embed" | "api" | "gpc";
export type Levels = Readonly<Record<string, number>>;

/** The purposes behind a name: a purpose's own, another platform's, or a vendor's. */
export const purposesOf = (name: string): readonly NamedRule[] => rules.filter((r) => ` ${r._id} ${r._names} `.includes(` ${name} `));

/** What is sent to the server. */
export type Given = {
  readonly action: Action;
  readonly levels: Levels;
  readonly vendors?: Levels | undefined;
  readonly signals: Signals;
};

/** Returns what holds from now on, and what was given. Without levels an action refuses; dismissing leaves what may be left. */
export const merge = (signals: Signals, earlier: Choice, action: Action, levels?: Levels, vendors?: Levels): readonly [Said, Given] => {
  const given: Record<string, number> = {};
  // Of what has changed since, or was asked about less, only refusals keep a
  // meaning; a vendor's grant speaks for all its purposes.
  const said = new Map(
    [...earlier._said].filter(
      ([id, level]) =>
        !((CHANGED || TRAVEL) && level > "0" && rules.some((r) => ((VENDORS && id[0] === "@" && !r._necessary) || r._id === id) && outdated(r, earlier))) &&
        // Ending ends what was said about vendors, too; accepting everything outdoes it.
        (!VENDORS || id[0] !== "@" || !/_all|w$/.test(action)),
    ),
  );
  for (const rule of rules) {
    const id = rule._id;
    const n = levels ? levels[id] : action === "dismiss" && ((OPT_OUTS && !closeRefuses && modeOf(rule, signals)) || earlier._said.has(id)) ? undefined : 0;
    // A signal keeps a purpose from being granted, save in sight of the notice about it.
    const gpc = n && signals.gpc && rule._gpc;
    if (rule._necessary) said.delete(id);
    else if ((n as number) >= 0) {
      given[id] = n as number;
      said.set(id, (signals.minor && rule._minor) || (gpc && action !== "save") ? "0" : `${n}${gpc ? "g" : ""}`);
    }
  }
  // Else the grant of a vendor would come alive when the signal that stops one of its purposes ends. Minors are offered none.
  if (VENDORS) for (const id in vendors) if (purposesOf(id).every((r) => !(signals.gpc && r._gpc))) said.set(`@${id}`, `${vendors[id]}`);
  return [said, { action, levels: given, vendors, signals }];
};
