// What this page knows of its visitor, and what that allows.
import { edition, locale, type NamedRule, regime, rules, site } from "lx:config";
import { state } from "./act.ts";
import { decide } from "./decide.ts";
import { purposesOf } from "./merge.ts";
import { signals } from "./signals.ts";
import { asks } from "./step.ts";

/** Seconds since 1970 UTC. */
export const now = () => Math.floor(Date.now() / 1000);

/** The level at which a purpose runs, 0 when it does not. */
export const levelOf = (rule: NamedRule, vendor?: string): number => decide(rule, signals, state[0], now(), vendor);

/** Whether all purposes behind a name may run; a level is a number or a name. */
export const has = (name: string, level?: number | string, vendor = name): boolean => {
  const found = purposesOf(name);
  // What is no level denies.
  return !!found[0] && found.every((r) => levelOf(r, vendor) / (+(level || 1) || (LEVELS && (r._levels as string[])?.indexOf(level as string) + 1) || 99) >= 1);
};

/** What a page may know of all this. */
export const get = () => ({
  site,
  edition,
  regime,
  locale,
  levels: Object.fromEntries(rules.map((r) => [r._id, levelOf(r)])),
  decided: !asks(signals, state[0], now()),
  gpc: signals.gpc,
});
