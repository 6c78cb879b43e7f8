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
export type Policy = { createScript: (s: string) => string; createScriptURL: (s: string) => string; createHTML?: (s: string) => string };
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
  _loading?: Promise<unknown>;
  /** The rules of the site are armed. */
  _net?: boolean;
};

const INERT = INLINE ? '[data-src],script[type="text/plain"]' : '[data-src],[data-cookieblock-src],script[type="text/plain"]';

/** The purposes that an element names, in our markup or another platform's. */
export const namesOf = (e: Element): string[] =>
  (INLINE
    ? attr(e, "data-category")
    : attr(e, "data-category") ||
      attr(e, "data-cookieconsent") ||
      /optanon-category-(\S+)/.exec(attr(e, "class"))?.[1]?.replaceAll("-", " ") ||
      attr(e, "data-name")
  )
    .trim()
    .split(/[\s,]+/);

const sourceOf = (e: Element) => (INLINE ? attr(e, "data-src") : attr(e, "data-src") || attr(e, "data-cookieblock-src")) || attr(e, "src");

/** Arms the gate of a page, or takes over the one that is there. */
export const gate = (may: Allowed, stand?: Stand, before?: Shared): readonly [Scan, Shared] => {
  let policy: Policy = { createScript: (s) => s, createScriptURL: (s) => s };
  if (NETWORK) policy.createHTML = (s) => s;
  if (INLINE || !before)
    try {
      policy = trustedTypes.createPolicy("lx-consent", policy);
    } catch {
      // There are no such types, or the page forbids ours; then its browser will refuse the scripts.
    }
  const shared: Shared = (!INLINE && before) || { _may: may, _slots: new Set(), _seen: new WeakSet(), _policy: policy };
  const { _slots: slots, _seen: seen } = shared;
  if (!INLINE) shared._may = may;

  const open = (e: Element) => namesOf(e).every((n) => shared._may(n, attr(e, "data-level"), INLINE ? n : attr(e, "data-vendor") || n));

  // A copy, because browsers load nothing when a source is set on a node that
  // the parser has just inserted, and never run a script twice.
  const revive = (from: Element): Element => {
    const to = from.cloneNode(true) as HTMLScriptElement;
    const src = sourceOf(from);
    const script = to.localName === "script";
    to.removeAttribute("data-src");
    if (!INLINE) to.removeAttribute("data-cookieblock-src");
    if (script) {
      to.type = attr(to, "data-type");
      to.nonce = (from as HTMLElement).nonce;
      to.async = to.hasAttribute("async");
    }
    if (!src) to.text = shared._policy.createScript(to.text);
    else {
      to.src = shared._policy.createScriptURL(src);
      if (script && !to.async)
        shared._loading = new Promise((done) => {
          to.onload = to.onerror = done;
        });
    }
    return to;
  };

  // Order is kept: files load side by side and run in turn, a script in the
  // page waits for the file before it.
  const release = async (e: Element) => {
    try {
      if (!sourceOf(e)) await shared._loading;
      if (!open(e)) return seen.delete(e);
      const shown = revive(e);
      e.replaceWith(shown);
      // A script has run; all else can be taken back.
      if (INLINE && e.localName !== "script") slots.add({ _inert: e, _shown: shown, _open: true });
    } catch {
      // It stays blocked; the others must not suffer.
    }
    return;
  };

  const turn = (slot: Slot): void => {
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

  const take = (e: Element) => {
    if (seen.has(e) || (!INLINE && !namesOf(e)[0])) return;
    if (!INLINE && e.localName !== "script") {
      const slot: Slot = { _inert: e, _shown: e };
      slots.add(slot);
      turn(slot);
      // The text of a script at the end of a half-read page may not be whole.
    } else if (open(e) && (document.readyState !== "loading" || e.nextSibling || sourceOf(e))) void release(e);
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
