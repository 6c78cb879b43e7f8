import { css } from "lx:style";

/**
 * Adds our styles. In a layer, important rules beat every important rule of
 * the page outside of layers, so resets and ids of the page do not reach us.
 */
export const addSheet = () => {
  const text = `@layer lx{${css.replace(/([^{}])(?=[;}])/g, "$1!important")}.lx-embed{width:var(--width);height:var(--height)}}`;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = text;
    document.documentElement.append(style);
  }
};
