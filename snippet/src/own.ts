import { site } from "lx:config";

/** The tag that has loaded us. A module is not told its own; in the page it is the first of this site. */
export const own = INLINE ? null : document.currentScript || document.querySelector(`script[src*="/s/${site}.js"]`);
