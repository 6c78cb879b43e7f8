// Elements from the trees that the compiler makes: texts become text nodes,
// never markup.

/**
 * The values of the attribute `style` are those of the properties below, and
 * set so that no rule of the page overrides them, not even one in an earlier
 * layer.
 */
export type Tree = readonly [tag: string, attributes: Readonly<Record<string, string | number>> | 0, ...children: (Tree | string)[]];

const pinned = ["display", "position", "visibility", "opacity"];

/** Makes the elements of a tree, with names filled in where the compiler knew none. */
export const grow = ([tag, attributes, ...children]: Tree, names = ""): HTMLElement => {
  const e = (LINKS && /^(svg|polyline)$/.test(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag)) as HTMLElement;
  for (const [name, value] of Object.entries(attributes))
    if (name === "style") for (const [i, v] of `${value}`.split(" ").entries()) e.style.setProperty(pinned[i] as string, v, "important");
    else e.setAttribute(name, `${value}`);
  e.append(...children.map((c) => (typeof c === "string" ? c.replaceAll("{}", names) : grow(c, names))));
  return e;
};
