// The twin of consent/merge.go: laying a new act over the earlier choice,
// bound by contract/vectors/merge.json.
import { blank } from "./cookie.ts";
import { type Choice, type Levels, outdated, type Rule, type Signals, stopped } from "./decide.ts";

export type Action = "accept_all" | "reject_all" | "save" | "dismiss" | "withdraw" | "embed" | "api" | "gpc";

export type Given = {
  readonly action: Action;
  readonly levels: Levels;
  readonly vendors?: Levels | undefined;
  readonly signals: Signals;
};

type Named = { readonly _id: string };

/** A signal keeps a purpose from being granted, save in sight of the notice about it. */
const barred = (rule: Rule, { signals, action }: Given) =>
  stopped(rule, signals) && (action !== "save" || (signals.minor && rule._minor));

/**
 * Returns the levels that hold from now on; edition, regime and clock are for
 * the caller to set. What is given must have passed `fault`.
 */
export const merge = (rules: readonly Rule[], vendors: readonly Named[], earlier: Choice | undefined, given: Given) => {
  const out = blank();
  const { action, levels } = given;
  const old: Choice = !earlier || earlier._forged || (PROOFS && earlier._erased) ? out : earlier;
  let changed = PROOFS && old._unproved;
  // Of an unproved choice only refusals keep a meaning, and of what has changed since or was asked about less.
  const kept = (n: number | undefined, ended: boolean | undefined) => (PROOFS || CHANGED || TRAVEL) && n && ((PROOFS && old._unproved) || ended) ? undefined : n;
  const ends = action === "reject_all" || action === "withdraw";
  for (const rule of rules) {
    const id = rule._id;
    const said = ends ? 0 : levels[id];
    const ended = (CHANGED || TRAVEL) && !rule._necessary && outdated(rule, old);
    if (ended) changed = true;
    const n = said === undefined ? kept(old._levels[id], ended) : barred(rule, given) ? 0 : said;
    if (rule._necessary || n === undefined) continue;
    out._levels[id] = Math.min(n, rule._max);
    if (n && (said === undefined ? old._over[id] : given.signals.gpc && rule._gpc)) out._over[id] = true;
  }
  if (VENDORS && !ends) {
    if (action !== "accept_all")
      for (const { _id } of vendors) {
        const n = kept(old._vendors[_id], changed);
        if (n !== undefined) out._vendors[_id] = n;
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
export const fault = (rules: readonly Rule[], vendors: readonly Named[], given: Given): string | undefined => {
  const refuses = refusals.includes(given.action);
  const all = given.action === "accept_all";
  for (const [id, n] of Object.entries(given.levels)) {
    const rule = rules.find((r) => r._id === id);
    if (!rule || n < 0 || n > rule._max) return "invalid";
    if (n ? refuses : rule._necessary || (all && !barred(rule, given))) return "contradictory";
  }
  for (const [id, n] of Object.entries(given.vendors ?? {})) {
    if (!vendors.some((v) => v._id === id) || n < 0 || n > 1) return "invalid";
    if (n ? refuses : all) return "contradictory";
  }
  return actions.includes(given.action) ? undefined : "invalid";
};
