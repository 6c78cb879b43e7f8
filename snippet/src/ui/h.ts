type Child = Node | string | false | undefined;

/** Makes an element from attributes, text and elements; never from markup. What is falsy is left out. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] => {
  const e = document.createElement(tag);
  for (const name in attributes) if (attributes[name]) e.setAttribute(name, attributes[name] as string);
  e.append(...children.flat().filter((c) => c !== false && c !== undefined) as (Node | string)[]);
  return e;
};

/** The value of an attribute, empty when it is missing. */
export const attr = (e: Element, name: string): string => e.getAttribute(name) ?? "";

/** A button of ours; the action is the hook by which it is found. */
export const button = (action: string, label: string, attributes = {}, position?: string): HTMLButtonElement =>
  pin(h("button", { type: "button", "data-lx-action": action, ...attributes }, label), "block", position);

/** Sets properties that no rule of the page may override, not even one in an earlier layer. */
export const pin = <E extends HTMLElement>(e: E, display: string, position = "static"): E => {
  const values = { display, position, visibility: "visible", opacity: "1" };
  for (const name in values) e.style.setProperty(name, values[name as "display"], "important");
  return e;
};
