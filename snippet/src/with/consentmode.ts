// Google Consent Mode v2.
import { signals } from "lx:config";

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
export const stateOf = (allowed: (purpose: string) => boolean) => {
  const state: Record<string, string> = { security_storage: "granted" };
  for (const [name, ...purposes] of signals) state[name as string] = purposes.every((p) => allowed(p)) ? "granted" : "denied";
  return state;
};

/** Makes what states the consent signals, unless they were last stated like that. */
export const consentMode = () => {
  let told = "";
  return (kind: "default" | "update", allowed: (purpose: string) => boolean) => {
    const state = stateOf(allowed);
    const now = JSON.stringify(state);
    if (now !== told) command("consent", kind, state);
    told = now;
  };
};
