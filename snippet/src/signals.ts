// What the browser says about its visitor by itself, and the page by attributes of the script.

const marked = (name: string) => !!document.currentScript?.hasAttribute(`data-${name}`);

export const sendsGPC = SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
export const isMinor = marked("minor");
export const isSensitive = OPT_OUTS && marked("sensitive");
