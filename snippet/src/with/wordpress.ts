// The WP Consent API of WordPress: its own script keeps what we tell it.
import { safely } from "../quietly.ts";
import type { Stated } from "./signals.ts";

type Set = (category: string, value: "allow" | "deny") => void;
const page = window as { wp_consent_type?: string; wp_set_consent?: Set };

const signalOf = {
  functional: "functionality_storage",
  preferences: "personalization_storage",
  statistics: "analytics_storage",
  "statistics-anonymous": "analytics_storage",
  marketing: "ad_storage",
};
let waiting: Stated | undefined;
let armed = false;

const flush = () => {
  const set = page.wp_set_consent;
  if (!waiting || typeof set !== "function") return;
  for (const [category, signal] of Object.entries(signalOf)) set(category, waiting[signal] === "granted" ? "allow" : "deny");
  waiting = undefined;
};
const announce = () => {
  document.dispatchEvent(new CustomEvent("wp_consent_type_defined"));
  flush();
};

/** What is not decided is kept by nobody: then the type alone says what holds. */
export const wordpress = (state: Stated, decided?: boolean) => {
  // No type at all would mean that everything is allowed.
  if (decided) waiting = state;
  else page.wp_consent_type = Object.values(state).includes("denied") ? "optin" : "optout";
  if (document.readyState !== "loading") announce();
  else if (!armed) {
    armed = true;
    addEventListener("DOMContentLoaded", safely(announce));
    addEventListener("load", safely(flush));
  }
};
