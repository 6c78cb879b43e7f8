// What the browser says about its visitor by itself, and the page by attributes of the script.
import type { Signals } from "./decide.ts";
import { own } from "./own.ts";

export const isMinor = (INLINE ? document.currentScript : own)?.hasAttribute("data-minor") as boolean;
// What is called in one place is written there.
export const sendsGPC = () => SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
export const signals: Signals = { gpc: /* @__PURE__ */ sendsGPC(), minor: isMinor, ...(OPT_OUTS && { sensitive: /* @__PURE__ */ own?.hasAttribute("data-sensitive") as boolean }) };
