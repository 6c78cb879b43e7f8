// Consent for every platform that the site speaks to, where plain Consent Mode
// is not all of it.
import { consentState, google } from "lx:config";
import { command } from "./consentmode.ts";
import { quietly } from "../quietly.ts";
import { clarity, meta, uet } from "./platforms.ts";
import { wordpress } from "./wordpress.ts";

/** Consent signals, as names with `granted` or `denied`. */
export type Stated = Readonly<Record<string, string>>;
type Kind = "default" | "update";

/** States Consent Mode's defaults before any tag can ask: everywhere, then for places that have their own. */
const defaults = (state: Stated) => {
  for (const name of google._set) command("set", name, true);
  const wait = google._wait ? { wait_for_update: google._wait } : {};
  command("consent", "default", { ...state, ...wait });
  for (const [region, granted] of google._regions) {
    const own: Record<string, unknown> = { ...state, ...wait, region };
    for (const name of granted) own[name] = "granted";
    command("consent", "default", own);
  }
};

/** Tells every platform; whether the visitor has decided matters to some. */
export const tell = (kind: Kind, state: Stated, decided?: boolean) => {
  // What the page has frozen must not keep the others from hearing.
  if (CONSENT_MODE) quietly(() => (GOOGLE && kind === "default" ? defaults(state) : command("consent", kind, state)));
  if (UET) quietly(() => uet(kind, state));
  if (CLARITY) quietly(() => clarity(state));
  if (META) quietly(() => meta(state));
  if (WORDPRESS) quietly(() => wordpress(state, decided));
};

let last = "";
/** Tells them what is allowed, unless they were last told the same: `default` before any tag runs, `update` after each change. */
export const tellTags = (kind: Kind, allowed: (purpose: string) => boolean, decided?: boolean) => {
  if (SIGNALS || CONSENT_MODE) {
    const state = consentState(allowed);
    // Defaults of places, and tags that wait, need a word of the visitor's own.
    const now = JSON.stringify(SIGNALS ? [state, WORDPRESS && !!decided, GOOGLE && kind] : state);
    if (now !== last) {
      if (SIGNALS) tell(kind, state, decided);
      else quietly(() => command("consent", kind, state));
    }
    last = now;
  }
};
