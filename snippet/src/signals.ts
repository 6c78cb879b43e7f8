// What the browser says about its visitor by itself, and the page by attributes of the script.

export const sendsGPC = SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
export const isMinor = document.currentScript?.hasAttribute("data-minor") as boolean;
export const isSensitive = OPT_OUTS && !!document.currentScript?.hasAttribute("data-sensitive");
