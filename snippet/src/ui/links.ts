// The links that some laws want on every page.
import { icon, link } from "lx:view";
import { grow } from "./grow.ts";

/** Gives the page's own triggers the words that the law wants, if they hold nothing but words. */
export const nameTriggers = () => {
  for (const e of document.querySelectorAll('[data-lx-action="settings"]'))
    if (!e.firstElementChild && !e.closest(".lx") && e.textContent !== link) e.replaceChildren(link, icon && grow(icon));
};
