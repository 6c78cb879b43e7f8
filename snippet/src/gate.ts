// Scripts, frames and pixels that wait for a grant.
import { attr } from "./ui/h.ts";

/** Whether a purpose runs, for a vendor, at a level given by its name or number. */
export type Allowed = (name: string, level: string, vendor: string) => boolean;
/** Makes what stands in an element's place while it waits; calling back shows it once. */
export type Stand = (e: Element, once: () => void) => Element | undefined;
/** Looks at the waiting elements of a part of the page; without one, at all of them again. */
export type Scan = (root?: ParentNode) => void;

/** One waiting element that is not a script, and what is in its place. */
type Slot = { readonly _inert: Element; _shown: Element; _open?: boolean; _once?: boolean };
type Policy = { createScript: (s: string) => string; createScriptURL: (s: string) => string };
declare const trustedTypes: { createPolicy: (name: string, rules: Policy) => Policy };
/**
 * What all gates of a page share. The compiler gives each of these names one
 * fixed short form, so an inline gate of an older edition hands over to a newer script.
 */
export type Shared = {
  /** Who decides, from now on. */
  _may: Allowed;
  readonly _slots: Set<Slot>;
  /** Elements that are in a slot, or on their way to be released. */
  readonly _seen: WeakSet<Element>;
  readonly _policy: Policy;
  _order: Promise<unknown>;
  _loading?: Promise<unknown>;
};

const INERT = INLINE ? '[data-src],script[type="text/plain"]' : '[data-src],[data-cookieblock-src],script[type="text/plain"]';

/** The purposes that an element names, in our markup or another platform's. */
const namesOf = (e: Element): string[] =>
  (INLINE
    ? attr(e, "data-category")
    : attr(e, "data-category") ||
      attr(e, "data-cookieconsent") ||
      /optanon-category-(\S+)/.exec(attr(e, "class"))?.[1]?.replaceAll("-", " ") ||
      attr(e, "data-name")
  ).match(/[^\s,]+/g) ?? [];

const sourceOf = (e: Element) => (INLINE ? attr(e, "data-src") : attr(e, "data-src") || attr(e, "data-cookieblock-src")) || attr(e, "src");

/** Arms the gate of a page, or takes over the one that is there. */
export const gate = (may: Allowed, stand?: Stand, before?: Shared): readonly [Scan, Shared] => {
  let policy: Policy = { createScript: (s) => s, createScriptURL: (s) => s };
  if (INLINE || !before)
    try {
      policy = trustedTypes.createPolicy("lx-consent", policy);
    } catch {
      // There are no such types, or the page forbids ours; then its browser will refuse the scripts.
    }
  const shared: Shared = (!INLINE && before) || { _may: may, _slots: new Set(), _seen: new WeakSet(), _policy: policy, _order: Promise.resolve() };
  const { _slots: slots, _seen: seen } = shared;
  if (!INLINE) shared._may = may;

  const open = (e: Element) => {
    const names = namesOf(e);
    return !!names[0] && names.every((n) => shared._may(n, attr(e, "data-level"), attr(e, "data-vendor") || n));
  };

  // A copy, because browsers load nothing when a source is set on a node that
  // the parser has just inserted, and never run a script twice.
  const revive = (from: Element): Element => {
    const to = from.cloneNode(true) as HTMLScriptElement;
    const src = sourceOf(from);
    to.removeAttribute("data-src");
    if (!INLINE) to.removeAttribute("data-cookieblock-src");
    if (to.localName === "script") {
      to.type = attr(from, "data-type");
      to.nonce = (from as HTMLElement).nonce;
      to.async = from.hasAttribute("async");
      if (!src) to.text = shared._policy.createScript(to.text);
      else if (!to.async)
        shared._loading = new Promise((done) => {
          to.onload = to.onerror = done;
        });
    }
    if (src) to.src = shared._policy.createScriptURL(src);
    return to;
  };

  const turn = (slot: Slot) => {
    if (INLINE) return;
    const e = slot._inert;
    const before = slot._shown;
    const now = slot._once || open(e);
    if (now ? slot._open : slot._open === false && before !== e) return;
    const once = () => {
      slot._once = true;
      turn(slot);
    };
    slot._open = now;
    slot._shown = now ? revive(e) : (stand?.(e, once) ?? e);
    before.replaceWith(slot._shown);
  };

  const release = (e: Element) => {
    const shown = revive(e);
    e.replaceWith(shown);
    if (INLINE && e.localName !== "script") slots.add({ _inert: e, _shown: shown, _open: true });
  };

  const take = (e: Element) => {
    if (seen.has(e) || (!INLINE && !namesOf(e)[0])) return;
    if (!INLINE && e.localName !== "script") {
      const slot: Slot = { _inert: e, _shown: e };
      slots.add(slot);
      turn(slot);
      // The text of a script at the end of a half-read page may not be whole.
    } else if (open(e) && (document.readyState !== "loading" || e.nextSibling || sourceOf(e)))
      // Order is kept: files load side by side, a script in the page waits for the files before it.
      // One that fails stays blocked; the others must not suffer.
      shared._order = shared._order
        .then(() => sourceOf(e) || shared._loading)
        .then(() => (open(e) ? release(e) : seen.delete(e)))
        .catch(() => 0);
    else return;
    seen.add(e);
  };

  const scan: Scan = (root) => {
    if (INLINE) return document.querySelectorAll(INERT).forEach(take);
    if (!root)
      for (const slot of slots)
        if (slot._shown.isConnected) turn(slot);
        else slots.delete(slot);
    root ??= document;
    if (root instanceof Element && root.matches(INERT)) take(root);
    root.querySelectorAll(INERT).forEach(take);
  };
  return [scan, shared];
};
