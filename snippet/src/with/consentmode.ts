// Google Consent Mode v2.
import { signals } from "lx:config";

const layer = (): unknown[] => {
  const w = window as { dataLayer?: unknown[] };
  w.dataLayer ??= [];
  return w.dataLayer;
};

// Tag managers take only real `arguments` objects for commands.
function command(..._: unknown[]) {
  // biome-ignore lint/complexity/noArguments: see above
  layer().push(arguments);
}

let told = "";

/** States the consent signals: a default that denies first, then each change. */
export const consentMode = (allowed: (purpose: string) => boolean) => {
  const state: Record<string, string> = { security_storage: "granted" };
  const put = (open: boolean) => {
    for (const [names, purposes] of signals)
      for (const name of names.split(" ")) state[name] = open && purposes[0] && purposes.every(allowed) ? "granted" : "denied";
  };
  if (!told) {
    put(false);
    told = JSON.stringify(state);
    command("consent", "default", { ...state });
  }
  put(true);
  const now = JSON.stringify(state);
  if (now !== told) command("consent", "update", state);
  told = now;
};

/** Announces a change to tag managers. */
export const announce = (detail: object) => {
  layer().push({ event: "lxconsent_change", ...detail });
};
