// Google Consent Mode v2.
import { consentState } from "lx:config";

const w = window as { dataLayer?: object[] };
/** The tag managers' queue. */
export const queue = (): object[] => {
  w.dataLayer ??= [];
  return w.dataLayer;
};

/** Gives tag managers a command; they take only real `arguments` objects. */
export function command(..._: unknown[]) {
  // biome-ignore lint/complexity/noArguments: see above
  queue().push(arguments);
}

/** The consent signals, as names with words. */
export const stateOf = (allowed: (purpose: string) => boolean) =>
  consentState((...purposes) => (purposes.every((p) => allowed(p)) ? "granted" : "denied"));
