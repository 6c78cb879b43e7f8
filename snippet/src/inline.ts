// The gate alone, for the page itself: it reads the choice that the browser
// holds and releases what that grants, with no request. Whatever it does not
// know waits for the whole script, which takes the gate over.
import { life, limits, since } from "lx:config";
import { signalsOf } from "./allow.ts";
import { gate } from "./gate.ts";
import { glance } from "./glance.ts";
import { command, stateOf } from "./with/consentmode.ts";
import { network } from "./with/network.ts";
import { tell } from "./with/signals.ts";

const page = window as { lxConsent?: { gate?: unknown } };
let cookies = "";
try {
  cookies = document.cookie;
} catch {
  // A sandboxed frame has none.
}
const may = glance(cookies, limits, since, life, signalsOf(document.currentScript), Date.now() / 1000);
if (SIGNALS) tell("default", stateOf(may));
else if (CONSENT_MODE) command("consent", "default", stateOf(may));
const [scan, shared] = gate(may);
if (NETWORK) network(shared, scan);
scan();
new MutationObserver(scan as () => void).observe(document, { childList: true, subtree: true });
addEventListener("DOMContentLoaded", scan as () => void);
// An array is a queue stub: the whole script takes its calls.
// biome-ignore lint/suspicious/noAssignInExpressions: each byte of the gate counts.
(page.lxConsent ??= [] as object).gate = shared;
