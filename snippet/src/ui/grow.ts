// Elements from the trees that the compiler makes: texts become text nodes,
// never markup.

export type Tree = readonly [tag: string, attributes: Readonly<Record<string, string | number>> | 0, ...children: (Tree | string)[]];

/** Makes the elements of a tree, with names filled in where the compiler knew none. */
export const grow = ([tag, attributes, ...children]: Tree, names = ""): HTMLElement => {
  const e = document.createElement(tag);
  for (const key in attributes as object) {
    const value = `${(attributes as Record<string, string | number>)[key]}`;
    // Properties that no rule of the page may override, not even one in an earlier layer.
    if (key === "style")
      ["display", "position", "visibility", "opacity"].forEach((property, i) => {
        e.style.setProperty(property, `${value} visible 1`.split(" ")[i] as string, "important");
      });
    else e.setAttribute(key, value);
  }
  e.append(...children.map((c) => (typeof c === "string" ? c.replaceAll("{}", names) : grow(c, names))));
  return e;
};
