// The twin of consent/merge.go: laying a new act over the earlier choice,
// bound by contract/vectors/merge.json.
import { blank } from "./cookie.ts";
import type { Choice, Levels, Rule, Signals } from "./decide.ts";

export type Action = "accept_all" | "reject_all" | "save" | "dismiss" | "withdraw" | "embed" | "api" | "gpc";

export type Given = {
  readonly action: Action;
  readonly levels: Levels;
  readonly vendors?: Levels;
  readonly signals: Signals;
};

/** The signal that keeps a purpose from being granted by this act, if any. */
const barred = (rule: Rule, { signals, action }: Given): boolean | undefined =>
  (signals.minor && rule._minor) || (signals.gpc && rule._gpc && action !== "save");

/**
 * Returns the levels that hold from now on; edition, regime and clock are for
 * the caller to set. What is given must have passed `fault`.
 */
export const merge = (rules: readonly Rule[], vendors: readonly string[], earlier: Choice | undefined, given: Given) => {
  const out = blank();
  const { action } = given;
  const old: Choice = earlier && !earlier._forged && !earlier._erased ? earlier : out;
  // Of an unproved choice only refusals keep a meaning.
  const kept = (n: number | undefined): n is number => n !== undefined && !(old._unproved && n);
  const ends = action === "reject_all" || action === "withdraw";
  for (const rule of rules) {
    const id = rule._id;
    if (rule._necessary) continue;
    let n = old._levels[id];
    let over = n && old._over[id];
    if (!kept(n)) n = undefined;
    if (ends) n = 0;
    else if (id in given.levels) {
      n = barred(rule, given) ? 0 : (given.levels[id] as number);
      over = given.signals.gpc && rule._gpc;
    }
    if (n === undefined) continue;
    out._levels[id] = Math.min(n, rule._max);
    if (n && over) out._over[id] = true;
  }
  if (!ends) {
    if (action !== "accept_all")
      for (const v of vendors) {
        const n = old._vendors[v];
        if (kept(n)) out._vendors[v] = n;
      }
    Object.assign(out._vendors, given.vendors);
  }
  return out;
};

const actions: readonly string[] = ["accept_all", "reject_all", "save", "dismiss", "withdraw", "embed", "api", "gpc"];
const refusals: readonly string[] = ["reject_all", "withdraw", "dismiss", "gpc"];

/**
 * The code of the error that the server would answer with, or nothing. The
 * compiled script leaves this out: it makes only acts that pass.
 */
export const fault = (rules: readonly Rule[], vendors: readonly string[], given: Given): string | undefined => {
  const refuses = refusals.includes(given.action);
  const all = given.action === "accept_all";
  const ids = Object.keys(given.levels).sort();
  for (const id of ids) {
    const n = given.levels[id] as number;
    const rule = rules.find((r) => r._id === id);
    if (!rule || n < 0 || n > rule._max) return "invalid";
    if (rule._necessary ? !n : n ? refuses : all && !barred(rule, given)) return "contradictory";
    if (rule._necessary && n && refuses) return "contradictory";
  }
  for (const [id, n] of Object.entries(given.vendors ?? {})) {
    if (!vendors.includes(id) || n < 0 || n > 1) return "invalid";
    if (n ? refuses : all) return "contradictory";
  }
  return actions.includes(given.action) ? undefined : "invalid";
};
