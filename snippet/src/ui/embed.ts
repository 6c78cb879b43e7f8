// What stands in the place of a frame that waits.
import { vendors } from "lx:config";
import { embedAlways, embedBody, embedOnce } from "lx:words";
import { button, h } from "./h.ts";

/** Makes the placeholder of a frame whose vendor the site knows. */
export const placeholder = (frame: HTMLIFrameElement, once: () => void, always: (vendor: string) => void) => {
  const vendor = vendors.find((v) => v._id === frame.getAttribute("data-vendor"));
  if (!vendor) return;
  const choose = (label: string, chosen: () => void) => {
    const b = button("", label);
    b.removeAttribute("data-lx-action");
    // Only a visitor's own click may grant.
    b.onclick = (e) => e.isTrusted && chosen();
    return b;
  };
  const box = h(
    "div",
    { class: `${frame.className} lx-embed`, role: "group", "aria-label": frame.title || vendor._name },
    h("p", {}, embedBody.replace("{vendor}", vendor._name)),
    h(
      "div",
      {},
      choose(embedOnce, once),
      choose(embedAlways, () => {
        once();
        always(vendor._id);
      }),
    ),
  );
  // The frame's own size, which any rule of the page may override.
  box.style.setProperty("--w", `${frame.width || 300}px`);
  box.style.setProperty("--h", `${frame.height || 150}px`);
  return box;
};
