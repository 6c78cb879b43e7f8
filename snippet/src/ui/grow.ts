// Elements from the trees that the compiler makes: texts become text nodes,
// never markup.

/**
 * One line for each step, with a tab in it: an element's name opens it, before
 * the words that it begins with; nothing closes it, before the words that
 * follow; `@` and a name set an attribute. Behind its words an element may say
 * its display, and what else of its style no rule of the page may override, not
 * even one in an earlier layer. A carriage return is a gap for what is known in the page
 * alone. The compiler lets none of these into words.
 */
export type Tree = string;

/** Makes the elements of a tree, with words for its gaps. */
export const grow = (tree: Tree, words?: unknown): HTMLElement => {
  let e: Element = document.createElement("p");
  // By index and by call: to iterate costs the first paint a tenth of a millisecond.
  (LIST || CHANGED ? tree.split("\r").join(words as string) : tree).split("\n").forEach((line) => {
    const part = line.split("\t");
    const head = part[0];
    const text = part[1] as string;
    const last = part[2] as string;
    if (head === "@") e.setAttribute(text, last);
    else {
      if (head) e.append((e = LINKS && /^(svg|polyline)$/.test(head) ? document.createElementNS("http://www.w3.org/2000/svg", head) : document.createElement(head)));
      else e = e.parentNode as Element;
      e.append(text);
      if (last) (e as HTMLElement).style.cssText = `position:static;visibility:visible;opacity:1;display:${last};`.replaceAll(";", "!important;");
    }
  });
  return e as HTMLElement;
};
