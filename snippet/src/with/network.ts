// Gating by the site's rules: what scripts load, ask and insert.
import type { Shared } from "../revive.ts";
import { safely } from "../quietly.ts";
import { guardElements } from "./elements.ts";
import { guardRequests } from "./requests.ts";
import { keeper } from "./rules.ts";

/** Arms it, once in a page: the gate says who decides, now and later. */
export const network = (gate: Shared, scan: (root: Element) => void) => {
  gate._net = true;
  const held = keeper((name, level, vendor) => gate._may(name, level, vendor));
  guardRequests(held);
  const [sift, refresh, forget] = guardElements(held, scan, gate._policy);
  const changed = safely(refresh);
  // It comes before the gate's own look, and before a script runs that the parser has just inserted.
  new MutationObserver(
    safely((records: readonly MutationRecord[]) => {
      // Who is there is not there twice; a page that is written anew takes all listeners away.
      addEventListener("lxconsent:change", changed);
      for (const r of records) for (const n of r.addedNodes) sift(n, document.readyState === "loading");
      forget();
    }),
  ).observe(document, { childList: true, subtree: true });
  // What comes into a shadow is seen from inside alone.
  const inside = new MutationObserver(
    safely((records: readonly MutationRecord[]) => {
      for (const r of records)
        for (const n of r.addedNodes) {
          sift(n);
          scan(n as Element);
        }
    }),
  );
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (...args) {
    const shadow = attachShadow.apply(this, args);
    inside.observe(shadow, { childList: true, subtree: true });
    return shadow;
  };
  addEventListener("lxconsent:change", changed);
};
