// Google Consent Mode v2.
import { consentState } from "lx:config";

/** Puts something into the tag managers' queue. */
export const push = (entry: object) => {
  const w = window as { dataLayer?: object[] };
  w.dataLayer ??= [];
  w.dataLayer.push(entry);
};

/** Gives tag managers a command; they take only real `arguments` objects. */
export function command(..._: unknown[]) {
  // biome-ignore lint/complexity/noArguments: see above
  push(arguments);
}

/** The consent signals, as names with words. */
export const stateOf = (allowed: (purpose: string) => boolean) =>
  consentState((...purposes) => (purposes.every((p) => allowed(p)) ? "granted" : "denied"));
