// Elements from the trees that the compiler makes: texts become text nodes,
// never markup.

/** The properties in the attribute `style` are set so that no rule of the page overrides them, not even one in an earlier layer. */
export type Tree = readonly [tag: string, attributes: Readonly<Record<string, string | number | Readonly<Record<string, string>>>> | 0, ...children: (Tree | string)[]];

/** Makes the elements of a tree. */
export const grow = ([tag, attributes, ...children]: Tree): HTMLElement => {
  const e = (LINKS && /^(svg|polyline)$/.test(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag)) as HTMLElement;
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "object") for (const [property, v] of Object.entries(value as Record<string, string>)) e.style.setProperty(property, v, "important");
    else e.setAttribute(name, value as string);
  e.append(...children.map((c) => (typeof c === "string" ? c : grow(c))));
  return e;
};
