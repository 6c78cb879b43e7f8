// The gate alone, for the page itself: it reads the choice that the browser
// holds and releases what that grants, with no request. Whatever it does not
// know waits for the whole script, which takes the gate over.
import { consentState } from "lx:config";
import { GPC, MINOR } from "./flags.ts";
import { glance } from "./glance.ts";
import { quietly } from "./quietly.ts";
import { type Inert, revive, type Slot, shared } from "./revive.ts";
import { isMinor, sendsGPC } from "./signals.ts";
import { command } from "./with/consentmode.ts";
import { network } from "./with/network.ts";
import { tell } from "./with/signals.ts";

// A sandboxed frame has none.
const cookies = quietly(() => document.cookie);
const may = glance(cookies, (+sendsGPC() * GPC) | (+isMinor * MINOR), Date.now() / 1000);
if (SIGNALS) tell("default", consentState(may));
else if (CONSENT_MODE) command("consent", "default", consentState(may));

const look = () =>
  // One attribute: browsers find that fifty times as fast as several.
  document.querySelectorAll<Inert & { type?: string }>("[data-category]").forEach(async (e) => {
    try {
      const { dataset } = e;
      const src = dataset.src || e.src;
      // What names no purpose fails, and stays.
      const names = (dataset.category as string).match(/[^\s,]+/g) as string[];
      // The text of a script at the end of a half-read page may not be whole. What has run, or is the page's own, does not wait.
      if (!(dataset.src || (e.type === "text/plain" && (src || e.nextSibling || document.readyState !== "loading")))) return;
      // A script in the page waits for the file before it; meanwhile another look may have let it in.
      if (!src) await shared._loading;
      if (e.isConnected && names.every((n) => shared._may(n, dataset.level, n))) {
        const shown = revive(e, src);
        const slot: Slot = { _inert: e, _shown: shown, _open: true };
        if (NETWORK) e.lx = shown.lx = slot;
        shared._slots.add(slot);
        e.replaceWith(shown);
      }
    } catch {
      // It stays blocked; the others must not suffer.
    }
  });

shared._may = may;
if (NETWORK) network(shared, look);
shared._watch = new MutationObserver(look);
shared._watch.observe(document, { childList: true, subtree: true });
addEventListener("DOMContentLoaded", look);
look();
// An array is a queue stub: the whole script takes its calls.
((window as { lxConsent?: { gate?: unknown } }).lxConsent ??= [] as object).gate = shared;
