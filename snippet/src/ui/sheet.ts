import { css } from "lx:view";
import { grow } from "./grow.ts";

let sheet: CSSStyleSheet | undefined;
let text = "";

/**
 * Adds more of the styles: those of the first layer, which every page with a
 * banner waits for, then the rest, and then none. In a layer, important
 * rules beat every important rule of the page outside of layers, so resets and
 * ids of the page do not reach us. In `css` what is to be important ends with a semicolon.
 * All of them come back where the page has put a list of its own in the place of this one.
 */
export const addSheet = (more?: unknown) => {
  const part = (more && css.shift()) as string | undefined;
  if (part) text += `@layer lx{${part.replaceAll(";", "!important;")}}`;
  try {
    sheet ??= new CSSStyleSheet();
    if (part) sheet.replaceSync(text);
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  } catch {
    if (part) document.documentElement.append(grow(`style\t${text}`));
  }
};
