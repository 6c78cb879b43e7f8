/** Makes an element from attributes, text and elements; never from markup. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | false | undefined>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null && value !== false) e.setAttribute(name, value);
  e.append(...children);
  return e;
};

/** A button of ours; the action is the hook by which it is found. */
export const button = (action: string, label: string, attributes = {}): HTMLButtonElement =>
  h("button", { type: "button", "data-lx-action": action, ...attributes }, label);

/** Sets properties that no rule of the page may override, not even one in an earlier layer. */
export const pin = <E extends HTMLElement>(e: E, display: string, position = "static"): E => {
  for (const [name, value] of Object.entries({ display, position, visibility: "visible", opacity: "1" }))
    e.style.setProperty(name, value, "important");
  return e;
};
