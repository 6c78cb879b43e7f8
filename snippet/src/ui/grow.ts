// Elements from the trees that the compiler makes: texts become text nodes,
// never markup.

type Values = Readonly<Record<string, string | number>>;
/** Properties under the name `style` are set so that no rule of the page overrides them, not even one in an earlier layer. */
export type Tree = readonly [tag: string, attributes: (Values & { readonly style?: never }) | { readonly style: Values } | 0, ...children: (Tree | string)[]];

/** Makes the elements of a tree, with names filled in where the compiler knew none. */
export const grow = ([tag, attributes, ...children]: Tree, names = ""): HTMLElement => {
  const e = (LINKS && /^(svg|polyline)$/.test(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag)) as HTMLElement;
  const { style, ...plain } = (attributes || {}) as { style?: Values };
  for (const name in plain) e.setAttribute(name, `${(plain as Values)[name]}`);
  for (const name in style) e.style.setProperty(name, `${style[name]}`, "important");
  e.append(...children.map((c) => (typeof c === "string" ? c.replaceAll("{}", names) : grow(c, names))));
  return e;
};
