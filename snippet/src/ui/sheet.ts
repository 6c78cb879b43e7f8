import { css } from "lx:view";
import { grow } from "./grow.ts";

/**
 * Adds our styles. In a layer, important rules beat every important rule of
 * the page outside of layers, so resets and ids of the page do not reach us.
 * In `css` what is to be important ends with a semicolon.
 */
export const addSheet = () => {
  const text = css.replaceAll(";", "!important;");
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  } catch {
    document.documentElement.append(grow(`style\t${text}`));
  }
};
