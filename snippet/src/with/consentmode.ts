// Google Consent Mode v2.
import { signals } from "lx:config";

/** Puts something into the tag managers' queue. */
export const push = (entry: object) => {
  const w = window as { dataLayer?: object[] };
  w.dataLayer ??= [];
  w.dataLayer.push(entry);
};

// Tag managers take only real `arguments` objects for commands.
function command(..._: unknown[]) {
  // biome-ignore lint/complexity/noArguments: see above
  push(arguments);
}

/** Makes what states the consent signals, unless they were last stated like that. */
export const consentMode = () => {
  let told = "";
  return (kind: "default" | "update", allowed: (purpose: string) => boolean) => {
    const state: Record<string, string> = { security_storage: "granted" };
    for (const [names, purposes] of signals)
      for (const name of names.split(" ")) state[name] = purposes[0] && purposes.every(allowed) ? "granted" : "denied";
    const now = JSON.stringify(state);
    if (now !== told) command("consent", kind, state);
    told = now;
  };
};
