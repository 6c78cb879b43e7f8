// The WP Consent API of WordPress: its own script keeps what we tell it.
import { quietly, safely } from "../quietly.ts";
import type { Stated } from "./signals.ts";

type Page = {
  wp_consent_type?: string;
  wp_set_consent?: (category: string, value: "allow" | "deny") => void;
  wp_has_consent?: (category: string) => boolean;
};
const page = window as Page;

const signalOf = {
  functional: "functionality_storage",
  preferences: "personalization_storage",
  statistics: "analytics_storage",
  "statistics-anonymous": "analytics_storage",
  marketing: "ad_storage",
};
let waiting: Stated | undefined;
let chosen: boolean | undefined;
let armed = false;
let news = false;

const flush = () => {
  const set = page.wp_set_consent;
  if (!waiting || typeof set !== "function") return;
  for (const [category, signal] of Object.entries(signalOf)) {
    const granted = waiting[signal] === "granted";
    // Before a choice nothing is kept, and nothing is left of one that has ended.
    if (chosen || (!granted && page.wp_has_consent?.(category))) set(category, granted ? "allow" : "deny");
  }
  waiting = undefined;
};
// Who hears that the type is known asks at once, so what holds stands there by then; and begins, so it is said once.
const announce = () => {
  flush();
  if (news) document.dispatchEvent(new CustomEvent("wp_consent_type_defined"));
  news = false;
};

/** What is not decided is kept by nobody: then the type alone says what holds. */
export const wordpress = (state: Stated, decided?: boolean) => {
  waiting = state;
  chosen = decided;
  const type = Object.values(state).includes("denied") ? "optin" : "optout";
  if (!decided && page.wp_consent_type !== type) {
    // No type at all would mean that everything is allowed.
    page.wp_consent_type = type;
    news = true;
  }
  if (document.readyState !== "loading") {
    // A default is followed by what holds for the visitor, in the same breath.
    if (decided == null) queueMicrotask(() => quietly(announce));
    else announce();
  } else if (!armed) {
    armed = true;
    addEventListener("DOMContentLoaded", safely(announce));
    addEventListener("load", safely(flush));
  }
};
