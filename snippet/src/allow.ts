// From the names in markup and calls to the purposes behind them.
import { type NamedRule, rules, terms, vendors } from "lx:config";
import { type Choice, decide, type Signals } from "./decide.ts";

/** Seconds since 1970 UTC. */
export const now = () => Math.floor(Date.now() / 1000);

/** What the page says about its visitor, by attributes of the script, and the browser by itself. */
export const signalsOf = (script: Element | null) => {
  const marked = (name: string) => script?.hasAttribute(`data-${name}`);
  return {
    gpc: SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true,
    minor: marked("minor"),
    ...(OPT_OUTS && { sensitive: marked("sensitive") }),
  } as Signals;
};

/** The purposes behind a name: a purpose's own, another platform's, or a vendor's. */
export const purposesOf = (name: string): readonly NamedRule[] =>
  rules.filter((r) => r._names.includes(` ${name} `) || (VENDORS && vendors.some((v) => v._id === name && v._purposes.includes(r._id))));

/** The level at which a purpose runs, 0 when it does not. */
export const levelOf = (rule: NamedRule, choice: Choice | undefined, signals: Signals, vendor?: string, ask?: number): number => {
  const [why, level] = decide(rule, choice, terms, signals, now(), vendor, ask);
  return why < 4 ? level : 0;
};

/** Whether all purposes behind a name may run; a level is a number or a name. */
export const may = (choice: Choice | undefined, signals: Signals, name: string, level: number | string = 0, vendor = name): boolean => {
  const found = purposesOf(name);
  const ask = (r: NamedRule) => +level || (LEVELS && r._levels ? r._levels.indexOf(level as string) + 1 : 0) || 99;
  return !!found[0] && found.every((r) => levelOf(r, choice, signals, vendor, level ? ask(r) : 0));
};
