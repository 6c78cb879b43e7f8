// What stands in the place of a frame that waits.
import { vendors } from "lx:config";
import { embedAlways, embedBody, embedOnce } from "lx:words";
import { attr, button, h } from "./h.ts";

/** Makes the placeholder of a frame whose vendor the site knows. */
export const placeholder = (frame: Element, once: () => void, always: (vendor: string) => void): HTMLElement | undefined => {
  const vendor = frame.localName === "iframe" && vendors.find((v) => v._id === attr(frame, "data-vendor"));
  if (!vendor) return;
  const say = (text: string) => text.replaceAll("{vendor}", vendor._name);
  const offer = (action: string, label: string, then: () => void) => {
    const b = button(action, say(label));
    // Only a visitor's own click may grant.
    b.onclick = (e) => e.isTrusted && then();
    return b;
  };
  const box = h(
    "div",
    { class: `${attr(frame, "class")} lx lx-embed` },
    h("p", {}, say(embedBody)),
    h("div", {}, offer("once", embedOnce, once), offer("always", embedAlways, () => always(vendor._id))),
  );
  // The frame's own size, which any rule of the page may override.
  for (const [name, size] of [["width", 300], ["height", 150]] as const)
    box.style.setProperty(`--${name}`, `${parseInt(attr(frame, name), 10) || size}px`);
  return box;
};
