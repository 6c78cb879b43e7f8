// Scripts, frames and pixels that wait for a grant.
import { attr } from "./ui/h.ts";
import { placeholder } from "./ui/embed.ts";

/** Whether a purpose runs, for a vendor, at a level given by its name or number. */
export type Allowed = (name: string, level: string, vendor: string) => boolean;

/** One waiting element that is not a script, and what stands in its place. */
type Slot = { readonly _inert: Element; _shown: Element; _open?: boolean; _once?: boolean };
type Policy = { createScript: (s: string) => string; createScriptURL: (s: string) => string };

const INERT = '[data-src],[data-cookieblock-src],script[type="text/plain"]';

/** The purposes that an element names, in our markup or another platform's. */
const namesOf = (e: Element): string[] =>
  (
    attr(e, "data-category") ||
    attr(e, "data-cookieconsent") ||
    /optanon-category-(\S+)/.exec(attr(e, "class"))?.[1]?.replaceAll("-", " ") ||
    attr(e, "data-name")
  ).match(/[^\s,]+/g) ?? [];

const sourceOf = (e: Element) => attr(e, "data-src") || attr(e, "data-cookieblock-src") || attr(e, "src");

/** Arms the gate. The results look at waiting elements: in a part of the page, and at all of them again. */
export const gate = (allowed: Allowed, always: (vendor: string) => void) => {
  const slots = new Set<Slot>();
  const seen = new WeakSet<Element>();
  const queue: Element[] = [];
  let loading: Promise<unknown> | undefined;
  let draining = false;

  let policy: Policy = { createScript: (s) => s, createScriptURL: (s) => s };
  try {
    const types = (window as { trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy } }).trustedTypes;
    if (types) policy = types.createPolicy("lx-consent", policy);
  } catch {
    // The page's policy forbids ours; its browser will refuse the scripts.
  }

  const open = (e: Element) => {
    const names = namesOf(e);
    return !!names[0] && names.every((n) => allowed(n, attr(e, "data-level"), attr(e, "data-vendor") || n));
  };

  // A copy, because browsers load nothing when a source is set on a node that
  // the parser has just inserted, and never run a script twice.
  const revive = (from: Element): Element => {
    const to = document.createElement(from.localName) as HTMLScriptElement;
    for (const { name, value } of from.attributes)
      if (!/^(data-)?(type|(cookieblock-)?src)$/.test(name)) to.setAttribute(name, value);
    const src = sourceOf(from);
    if (to instanceof HTMLScriptElement) {
      to.type = attr(from, "data-type");
      to.nonce = (from as HTMLElement).nonce;
      to.async = from.hasAttribute("async");
      if (!src) to.text = policy.createScript(from.textContent ?? "");
      else if (!to.async)
        loading = new Promise((done) => {
          to.onload = to.onerror = done;
        });
    }
    if (src) to.src = policy.createScriptURL(src);
    from.replaceWith(to);
    return to;
  };

  // Order is kept: files load side by side, a script in the page waits for the files before it.
  const drain = async () => {
    if (draining) return;
    draining = true;
    for (let e = queue.shift(); e; e = queue.shift()) {
      if (!sourceOf(e)) await loading;
      try {
        revive(e);
      } catch {
        // It stays blocked; the others must not suffer.
      }
    }
    draining = false;
  };

  const turn = (slot: Slot) => {
    const e = slot._inert;
    const now = slot._once || open(e);
    if (now === slot._open) return;
    slot._open = now;
    const before = slot._shown;
    if (now) {
      before.replaceWith(e);
      slot._shown = revive(e);
    } else {
      slot._shown =
        (VENDORS &&
          e.localName === "iframe" &&
          placeholder(e, (vendor) => {
            slot._once = true;
            turn(slot);
            if (vendor) always(vendor);
          })) ||
        e;
      before.replaceWith(slot._shown);
    }
  };

  const take = (e: Element) => {
    if (seen.has(e) || !namesOf(e)[0]) return;
    if (e.localName !== "script") {
      const slot: Slot = { _inert: e, _shown: e };
      slots.add(slot);
      turn(slot);
      // The text of a script at the end of a half-read page may not be whole.
    } else if (open(e) && (document.readyState !== "loading" || e.nextSibling || sourceOf(e))) queue.push(e);
    else return;
    seen.add(e);
  };

  const scan = (root: ParentNode) => {
    if (root instanceof Element && root.matches(INERT)) take(root);
    root.querySelectorAll(INERT).forEach(take);
    void drain();
  };

  return [
    scan,
    () => {
      for (const slot of slots)
        if (slot._shown.isConnected) turn(slot);
        else slots.delete(slot);
      scan(document);
    },
  ] as const;
};
