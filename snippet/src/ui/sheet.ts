import { css } from "lx:view";
import { grow } from "./grow.ts";

/**
 * Adds the styles that are missing: those of the first layer, which every page
 * with a banner waits for, then the rest, and then none. In a layer, important
 * rules beat every important rule of the page outside of layers, so resets and
 * ids of the page do not reach us. In `css` what is to be important ends with a semicolon.
 */
export const addSheet = () => {
  const part = css.shift();
  if (!part) return;
  const text = `@layer lx{${part.replaceAll(";", "!important;")}}`;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  } catch {
    document.documentElement.append(grow(`style\t${text}`));
  }
};
