// Scripts, frames and pixels that wait for a grant.
import { placeholder } from "./ui/embed.ts";

/** Whether all named purposes run, for a vendor, at a level given by name or number. */
export type Allowed = (names: readonly string[], vendor: string, level: string) => boolean;

/** One waiting element that is not a script, and what stands in its place. */
type Slot = { readonly _inert: Element; _shown: Element; _open: boolean; _once?: boolean };

const INERT = '[data-src],[data-cookieblock-src],script[type="text/plain"]';

/** The purposes that an element names, in our markup or another platform's. */
const namesOf = (e: Element): string[] =>
  (
    e.getAttribute("data-category") ??
    e.getAttribute("data-cookieconsent") ??
    /optanon-category-(\S+)/.exec(e.className)?.[1]?.replace(/-/g, " ") ??
    e.getAttribute("data-name") ??
    ""
  ).split(/[\s,]+/).filter(Boolean);

/** Copies an element with its source live. A copy, because browsers load nothing when a source is set on a node that the parser has just inserted. */
const revive = <E extends Element>(from: Element, to: E): E => {
  for (const { name, value } of from.attributes)
    if (name !== "type" && name !== "data-type" && !/^data-(cookieblock-)?src$/.test(name)) to.setAttribute(name, value);
  return to;
};
const sourceOf = (e: Element) => e.getAttribute("data-src") ?? e.getAttribute("data-cookieblock-src");

/** Arms the gate. The result looks at waiting elements again, in a part of the page or everywhere. */
export const gate = (allowed: Allowed, always: (vendor: string) => void) => {
  const slots = new Set<Slot>();
  const seen = new WeakSet<Element>();
  const queue: Element[] = [];
  let loading: Promise<unknown> | undefined;
  let draining = false;

  const types = (window as { trustedTypes?: { createPolicy: (name: string, rules: object) => Policy } }).trustedTypes;
  type Policy = { createScript: (s: string) => string; createScriptURL: (s: string) => string };
  const plain: Policy = { createScript: (s) => s, createScriptURL: (s) => s };
  let policy = plain;
  try {
    policy = types?.createPolicy("lx-consent", plain) ?? plain;
  } catch {
    // The page's policy forbids ours; its browser will refuse the scripts.
  }

  const open = (e: Element) => allowed(namesOf(e), e.getAttribute("data-vendor") ?? "", e.getAttribute("data-level") ?? "");

  // Order is kept: files load side by side, a script in the page waits for the files before it.
  const drain = async () => {
    if (draining) return;
    draining = true;
    for (let from = queue.shift(); from; from = queue.shift()) {
      const src = sourceOf(from) ?? from.getAttribute("src");
      if (!src) await loading;
      const s = document.createElement("script");
      try {
        revive(from, s);
        s.type = from.getAttribute("data-type") ?? "";
        s.nonce = (from as HTMLScriptElement).nonce;
        s.async = from.hasAttribute("async");
        if (src) {
          s.src = policy.createScriptURL(src);
          if (!s.async) loading = new Promise((done) => (s.onload = s.onerror = done));
        } else s.text = policy.createScript(from.textContent ?? "");
        from.replaceWith(s);
      } catch {
        // It stays blocked; the others must not suffer.
      }
    }
    draining = false;
  };

  const turn = (slot: Slot) => {
    const e = slot._inert;
    const now = slot._once || open(e);
    if (now === slot._open && slot._shown !== e) return;
    let next = e;
    if (now) {
      next = revive(e, document.createElement(e.localName));
      next.append(...e.cloneNode(true).childNodes);
      next.setAttribute("src", sourceOf(e) ?? "");
    } else if (VENDORS && e instanceof HTMLIFrameElement)
      next =
        placeholder(
          e,
          () => {
            slot._once = true;
            turn(slot);
          },
          always,
        ) ?? e;
    slot._open = now;
    seen.add(next);
    slot._shown.replaceWith(next);
    slot._shown = next;
  };

  const take = (e: Element) => {
    if (seen.has(e) || !namesOf(e)[0]) return;
    if (e.localName === "script") {
      // The text of a script at the end of a half-read page may not be whole.
      if (!open(e) || (document.readyState === "loading" && !e.nextSibling && !sourceOf(e))) return;
      seen.add(e);
      queue.push(e);
    } else {
      seen.add(e);
      const slot: Slot = { _inert: e, _shown: e, _open: false };
      slots.add(slot);
      turn(slot);
    }
  };

  const scan = (root: ParentNode) => {
    if (root instanceof Element && root.matches(INERT)) take(root);
    for (const e of root.querySelectorAll(INERT)) take(e);
    void drain();
  };

  return {
    _scan: scan,
    _apply: () => {
      for (const slot of slots)
        if (slot._shown.isConnected) turn(slot);
        else slots.delete(slot);
      scan(document);
    },
  };
};
