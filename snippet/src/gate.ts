// Scripts, frames and pixels that wait for a grant.
import { safely } from "./quietly.ts";
import { placeholder } from "./ui/embed.ts";

/** Whether a purpose runs, at a level given by its name or number, for a vendor. */
export type Allowed = (name: string, level: string | undefined, vendor: string) => boolean;

/** An element that waits, or may wait; `lx` is ours. */
export type Inert = HTMLElement & { src?: string; lx?: Slot };
/**
 * One waiting element, and what is in its place. The compiler gives each name
 * in Slot and Shared one fixed short form, so an inline gate of an older
 * edition hands over to a newer script.
 */
export type Slot = { readonly _inert: Inert; _shown: Element; _open?: boolean | undefined; _once?: boolean };
/** What all gates of a page share. */
export type Shared = {
  /** Who decides, from now on. */
  _may: Allowed;
  readonly _slots: Set<Slot>;
  readonly _policy: Policy;
  _loading?: Promise<unknown>;
  _watch?: MutationObserver;
  /** The rules of the site are armed. */
  _net?: boolean;
};
export type Policy = { createScript: (s: string) => string; createScriptURL: (s: string) => string; createHTML?: (s: string) => string };
declare const trustedTypes: { createPolicy: (name: string, rules: Policy) => Policy };

const waiting = INLINE ? '[data-src],script[type="text/plain"]' : '[data-src],[data-cookieblock-src],script[type="text/plain"]';

/** The purposes that an element names, in our markup or another platform's. */
export const namesOf = ({ dataset: d = {}, className }: Inert): readonly string[] =>
  (INLINE
    ? d.category
    : d.category || d.cookieconsent || /optanon-category-(\S+)/.exec(className)?.[1]?.replaceAll("-", " ") || d.name
  )?.match(/[^\s,]+/g) ?? [];

const sourceOf = (e: Inert) => e.dataset.src || (!INLINE && e.dataset.cookieblockSrc) || e.src;

const loading = () => document.readyState === "loading";

const policyOf = (): Policy => {
  const createScript = (s: string) => s;
  const policy: Policy = { createScript, createScriptURL: createScript, ...(NETWORK && { createHTML: createScript }) };
  try {
    return trustedTypes.createPolicy("lx-consent", policy);
  } catch {
    // There are no such types, or the page forbids ours; then its browser will refuse the scripts.
    return policy;
  }
};

/** What an inline gate has left in the page, or the start. */
export const shared: Shared = (!INLINE && (window as { lxConsent?: { gate?: Shared } }).lxConsent?.gate) || { _may: () => false, _slots: new Set(), _policy: policyOf() };

// A copy, because browsers load nothing when a source is set on a node that
// the parser has just inserted, and never run a script twice.
const revive = (from: Inert, script: boolean): Element => {
  const to = from.cloneNode(true) as HTMLScriptElement;
  const src = sourceOf(from);
  const { dataset } = to;
  delete dataset.src;
  if (!INLINE) delete dataset.cookieblockSrc;
  if (script) {
    to.type = dataset.type ?? "";
    to.nonce = from.nonce;
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

/** Lets an element in or out of the page, as its purposes ask for. */
export const turn = async (slot: Slot) => {
  try {
    const e = slot._inert;
    const script = e.localName === "script";
    const { dataset } = e;
    // Order is kept: files load side by side and run in turn, a script in the
    // page waits for the file before it.
    if (!sourceOf(e)) await shared._loading;
    const open = (!INLINE && slot._once) || namesOf(e).every((n) => shared._may(n, dataset.level, (!INLINE && dataset.vendor) || n));
    if (INLINE) {
      // The whole script has yet to fill in for what waits here.
      if (!open || slot._open) return;
      slot._open = open;
      slot._shown = revive(e, script);
      e.replaceWith(slot._shown);
    } else {
      // What has run cannot be taken back.
      if (open === slot._open || (script && slot._open)) return;
      slot._open = open;
      const shown = open ? revive(e, script) : (VENDORS && placeholder(slot)) || e;
      if (shown !== slot._shown) slot._shown.replaceWith(shown);
      slot._shown = shown;
    }
  } catch {
    // It stays blocked; the others must not suffer.
  }
};

const take = (e: Inert) => {
  // The text of a script at the end of a half-read page may not be whole.
  if (e.lx || !namesOf(e)[0] || !(sourceOf(e) || e.nextSibling || !loading())) return;
  e.lx = { _inert: e, _shown: e };
  shared._slots.add(e.lx);
  void turn(e.lx);
};

/** Looks at the waiting elements of a part of the page. */
export const scan = (root: ParentNode & { matches?: Element["matches"] } = document) => {
  if (!INLINE && root.matches?.(waiting)) take(root as Inert);
  (INLINE ? document : root).querySelectorAll?.<Inert>(waiting).forEach(take);
};
/** Looks again at all that was seen. */
export const again = () => shared._slots.forEach(turn);

/** Arms the gate of a page, or takes over the one that is there; tells when the page has changed. */
export const arm = (may: Allowed, changed?: () => void) => {
  shared._may = may;
  if (!INLINE) shared._watch?.disconnect();
  const look = safely(() => scan());
  shared._watch = new MutationObserver(
    INLINE
      ? look
      : safely((records) => {
          // While the page is read, an element may be the missing end of an earlier one.
          if (loading()) scan();
          else for (const r of records) for (const n of r.addedNodes) scan(n as Element);
          changed?.();
        }),
  );
  shared._watch.observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", look);
  scan();
};
