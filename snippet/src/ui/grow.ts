// Elements from the trees that the compiler makes: texts become text nodes,
// never markup.

/**
 * One line for each step, with a tab in it: an element's name opens it, before
 * the words that it begins with; nothing closes it, before the words that
 * follow; `@` and a name set an attribute; `!` shows the element in this way of
 * display and position, so that no rule of the page overrides it, not even one
 * in an earlier layer. The compiler lets no line end and no tab into words.
 */
export type Tree = string;

/** Makes the elements of a tree. */
export const grow = (tree: Tree): HTMLElement => {
  let e: Element = document.createElement("p");
  for (const [, kind, name, words] of tree.matchAll(/([@!]?)(.*)\t(.*)/g) as Iterable<string[] & [string, string, string, string]>)
    if (kind === "@") e.setAttribute(name, words);
    else if (kind)
      for (const [property, value] of Object.entries({ display: name, position: words, visibility: "visible", opacity: "1" })) (e as HTMLElement).style.setProperty(property, value, "important");
    else {
      if (name) e.append((e = LINKS && /^(svg|polyline)$/.test(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name)));
      else e = e.parentNode as Element;
      e.append(words);
    }
  return e as HTMLElement;
};
