import { site } from "lx:config";

/** The tag that has loaded us: the first of this site. A module is not told its own, and an image of the page may bear the name of the script's place. */
export const own = INLINE ? null : document.querySelector<HTMLScriptElement>(`script[src*="/s/${site}.js"]`);
