// What the browser says about its visitor by itself, and the page by attributes of the script.
import { own } from "./own.ts";

export const sendsGPC = SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
export const isMinor = (INLINE ? document.currentScript : own)?.hasAttribute("data-minor") as boolean;
export const isSensitive = OPT_OUTS && !!own?.hasAttribute("data-sensitive");
