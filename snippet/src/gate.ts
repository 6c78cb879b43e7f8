// Scripts, frames and pixels that wait for a grant.
import { attr } from "./ui/h.ts";

/** Whether a purpose runs, for a vendor, at a level given by its name or number. */
export type Allowed = (name: string, level: string, vendor: string) => boolean;
/** Makes what stands in an element's place while it waits; calling back shows it once. */
export type Stand = (e: Element, once: () => void) => Element | undefined;
/** Looks at the waiting elements of a part of the page; without one, at all of them again. */
export type Scan = (root?: ParentNode) => void;
/** Sets who decides from now on. */
export type Arm = (allowed: Allowed, stand: Stand) => Scan;

/** One waiting element that is not a script, and what is in its place. */
type Slot = { readonly _inert: Element; _shown: Element; _open?: boolean; _once?: boolean };
type Policy = { createScript: (s: string) => string; createScriptURL: (s: string) => string };
declare const trustedTypes: { createPolicy: (name: string, rules: Policy) => Policy };

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

/** Makes the gate of a page. It is closed until it is armed. */
export const gate = (): Arm => {
  const slots = new Set<Slot>();
  const seen = new WeakSet<Element>();
  let allowed: Allowed;
  let stand: Stand;
  let order: Promise<unknown> = Promise.resolve();
  let loading: Promise<unknown> | undefined;

  let policy: Policy = { createScript: (s) => s, createScriptURL: (s) => s };
  try {
    policy = trustedTypes.createPolicy("lx-consent", policy);
  } catch {
    // There are no such types, or the page forbids ours; then its browser will refuse the scripts.
  }

  const open = (e: Element) => {
    const names = namesOf(e);
    return !!names[0] && names.every((n) => allowed(n, attr(e, "data-level"), attr(e, "data-vendor") || n));
  };

  // A copy, because browsers load nothing when a source is set on a node that
  // the parser has just inserted, and never run a script twice.
  const revive = (from: Element): Element => {
    const to = document.createElement(from.localName) as HTMLScriptElement;
    const src = sourceOf(from);
    for (const { name, value } of from.attributes) if (!/^(data-)?(type|(cookieblock-)?src)$/.test(name)) to.setAttribute(name, value);
    if (to.localName === "script") {
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
    return to;
  };

  const turn = (slot: Slot) => {
    const e = slot._inert;
    const before = slot._shown;
    const now = slot._once || open(e);
    if (now ? slot._open : slot._open === false && before !== e) return;
    const once = () => {
      slot._once = true;
      turn(slot);
    };
    slot._open = now;
    slot._shown = now ? revive(e) : (stand(e, once) ?? e);
    before.replaceWith(slot._shown);
  };

  const take = (e: Element) => {
    if (seen.has(e) || !namesOf(e)[0]) return;
    if (e.localName !== "script") {
      const slot: Slot = { _inert: e, _shown: e };
      slots.add(slot);
      turn(slot);
      // The text of a script at the end of a half-read page may not be whole.
    } else if (open(e) && (document.readyState !== "loading" || e.nextSibling || sourceOf(e)))
      // Order is kept: files load side by side, a script in the page waits for the files before it.
      // One that fails stays blocked; the others must not suffer.
      order = order
        .then(() => sourceOf(e) || loading)
        .then(() => (open(e) ? e.replaceWith(revive(e)) : seen.delete(e)))
        .catch(() => 0);
    else return;
    seen.add(e);
  };

  const scan: Scan = (root) => {
    if (!root)
      for (const slot of slots)
        if (slot._shown.isConnected) turn(slot);
        else slots.delete(slot);
    root ??= document;
    if (root instanceof Element && root.matches(INERT)) take(root);
    root.querySelectorAll(INERT).forEach(take);
  };

  return (a, s) => {
    allowed = a;
    stand = s;
    return scan;
  };
};
