// The gate alone, for the page itself: it reads the choice that the browser
// holds and releases what that grants, with no request. Whatever it does not
// know waits for the whole script, which takes the gate over.
import { life, limits, since } from "lx:config";
import { arm, scan, shared } from "./gate.ts";
import { GPC, glance, MINOR } from "./glance.ts";
import { isMinor, sendsGPC } from "./signals.ts";
import { stateOf } from "./with/consentmode.ts";
import { network } from "./with/network.ts";
import { tell } from "./with/signals.ts";

const page = window as { lxConsent?: { gate?: unknown } };
let cookies = "";
try {
  cookies = document.cookie;
} catch {
  // A sandboxed frame has none.
}
const may = glance(cookies, limits, since, life, +sendsGPC * GPC + +isMinor * MINOR, Date.now() / 1000);
if (SIGNALS || CONSENT_MODE) tell("default", stateOf(may));
if (NETWORK) {
  shared._may = may;
  network(shared, scan);
}
arm(may);
// An array is a queue stub: the whole script takes its calls.
page.lxConsent ??= [] as object;
page.lxConsent.gate = shared;
