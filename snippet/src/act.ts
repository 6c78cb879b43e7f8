// The one place that runs what `step` decides.
import { cookieDomain, maxAge, rules } from "lx:config";
import { again } from "./gate.ts";
import type { Choice } from "./cookie.ts";
import { clean, free, put, readConsent, wipe } from "./jar.ts";
import type { Action, Levels } from "./merge.ts";
import { get, has, now } from "./page.ts";
import { quietly } from "./quietly.ts";
import { send } from "./send.ts";
import { signals } from "./signals.ts";
import { type Event as Happening, type State, step } from "./step.ts";
import { draw } from "./ui/draw.ts";
import { HIDDEN } from "./views.ts";
import { cleanDeep } from "./with/clean.ts";
import { tellTags } from "./with/signals.ts";

/** Levels of purposes. */
export type Entries = readonly (readonly [id: string, level: number])[];

/** Where this page stands. At first nothing is read, which differs from everything that can be. */
export let state: State = step(signals, [{} as Choice, HIDDEN], { _read: readConsent() }, now());

/** The value that the browser was last seen to hold, which may keep none. */
let kept: string | undefined;

/** Tells the page of what has happened, and tag managers of what an action has changed. */
export const tell = (name: string, action?: string) => {
  const detail = { ...get(), action };
  dispatchEvent(new CustomEvent(`lxconsent:${name}`, { detail }));
  if (CONSENT_MODE && action) quietly(() => (window.dataLayer ??= []).push({ event: "lxconsent_change", ...detail }));
};

/** Under which domain our cookie stands, if any. */
const domain = DOMAIN && `.${location.hostname}`.endsWith(`.${cookieDomain}`) ? cookieDomain : "";

/** Takes in what the browser holds by now: another tab, or another page, may have decided meanwhile. */
export const reread = () => {
  const values = readConsent();
  // Where no cookie is kept, this page alone knows the choice.
  if (values[0] ? !values.includes(state[0]._raw) : kept) go({ _read: values });
};

/** Lets an event happen, and does what the state then asks for; without an event what it asks for already. */
export const go = (event?: Happening) => {
  // Not every browser tells of other tabs, and what they refused must not come back by what is done here.
  if (event && !event._read) reread();
  const before = state[0]._raw;
  if (event) state = step(signals, state, event, now());
  const [{ _raw: raw }, , changed, given] = state;
  if (!PREVIEW) {
    let held = raw && readConsent();
    // The server's own cookie lives longer than one set by a script, so where it stands alone it stays.
    if (raw && `${held}` !== raw) {
      put(`lx_consent=${raw};Max-Age=${maxAge};Path=/${DOMAIN && domain ? `;Domain=${domain}` : ""}`);
      held = readConsent();
      // Another may stand beside it, and be read in its place. What other tabs read meanwhile is never nothing.
      if (held[1]) wipe("lx_consent", DOMAIN ? `/${domain}` : "/");
    }
    kept = held[0];
    if (given) send(given, before);
  }
  if (changed) {
    if (COOKIES && !(REPORT_ONLY && changed === "sync")) {
      clean();
      if (DEEP) cleanDeep(free);
    }
    tellTags("update", has, WORDPRESS && get().decided);
    again();
  }
  draw();
  if (changed) tell("change", changed);
};

let touched = 0;
/** Takes note of when a hand did something. What browsers call the activation of a page is not enough: tools that run scripts in pages give it, too. */
export const touch = (hand?: boolean) => {
  if (hand) touched = now();
};

/** A grant needs the visitor's own hand, a moment ago; a refusal is taken from anyone. */
export const act = (_act: Action, levels: Entries, _vendors?: Levels) => {
  const hand = now() - touched < 6;
  const kept = levels.filter(([, n]) => hand || !n);
  if (kept[0] || (VENDORS && hand && _vendors)) go({ _act, _levels: Object.fromEntries(kept), _vendors });
};
/** Closes what is shown. */
export const close = () => go({ _show: HIDDEN });

export const everything: Entries = rules.map((r) => [r._id, r._max]);
