// Scripts, frames and pixels that wait for a grant.
import { safely } from "./quietly.ts";
import { type Allowed, type Inert, revive, type Slot, shared } from "./revive.ts";
import { placeholder } from "./ui/embed.ts";

const waiting = '[data-src],[data-cookieblock-src],[type="text/plain"],.lx-embed';

/**
 * The purposes that an element names, in our markup or another platform's. Nobody has `data-cookieconsent` for ends of
 * his own, so it goes before `data-category`, which some vendors have.
 */
export const namesOf = ({ dataset: d = {}, className }: Inert): readonly string[] =>
  (d.cookieconsent || d.category || /optanon-category-(\S+)/.exec(className)?.[1]?.replaceAll("-", " ") || d.name)?.match(/[^\s,]+/g) ?? [];

const sourceOf = (e: Inert) => e.dataset.src || e.dataset.cookieblockSrc || e.src;

/** Lets an element in or out of the page, as its purposes ask for, or as `once` says until something changes. */
export const turn = async (slot: Slot, once?: boolean) => {
  try {
    const e = slot._inert;
    const src = sourceOf(e);
    // Order is kept: files load side by side and run in turn, a script in the
    // page waits for the file before it.
    if (!src) await shared._loading;
    const open = once ?? namesOf(e).every((n) => shared._may(n, e.dataset.level, e.dataset.vendor || n));
    // What has run cannot be taken back. What has left the page waits until it comes back: a pixel would be sent from anywhere.
    const was = slot._shown;
    if (open === slot._open || (open && !was.isConnected) || (slot._open && e.localName === "script")) return;
    slot._open = open;
    const shown: Inert = open ? revive(e, src) : (VENDORS && placeholder(slot)) || e;
    slot._shown = shown;
    shown.lx = slot;
    if (shown !== was) was.replaceWith(shown);
    // A script has begun. Routers that run what a new page holds, or keep copies of pages, must not begin it anew. A file
    // with a type keeps that: it is a module's, which no browser runs twice.
    if (open && e.localName === "script" && !(src && shown.type)) shown.type = "off";
  } catch {
    // It stays blocked; the others must not suffer.
  }
};

/** The text of a script at the end of a half-read page may not be whole. */
let half: Inert | undefined;

const take = (e: Inert) => {
  if (!e.lx && namesOf(e)[0]) {
    if (sourceOf(e) || e.nextSibling || document.readyState !== "loading") e.lx = { _inert: e, _shown: e };
    else half = e;
  }
  if (e.lx) {
    shared._slots.add(e.lx);
    void turn(e.lx);
  }
};

/** Looks at the waiting elements in a part of the page, which may be one itself. */
export const scan = (root: Node = document): void => {
  if ((root as Inert).matches?.(waiting)) take(root as Inert);
  (root as Inert).querySelectorAll?.<Inert>(waiting).forEach(take);
};
/** Looks again at all that was seen. */
export const again = () => shared._slots.forEach((slot) => void turn(slot));

/** Arms the gate of a page, or takes over the one that is there; tells when the page has changed. */
export const arm = (may: Allowed, changed: () => void) => {
  shared._may = may;
  shared._watch?.disconnect();
  shared._watch = new MutationObserver(
    safely((records) => {
      if (half) take(half);
      // What has left the page is found again when it comes back. A frame that ran waits there by then, since it must not
      // come back running; one that is held by itself would not be found.
      shared._slots.forEach(
        (slot) => void (slot._shown.isConnected || (slot._open && slot._shown.sandbox && (!slot._shown.parentNode || void turn(slot, false))) || shared._slots.delete(slot)),
      );
      // Only what is new: pages may be large, and change all the time. What lies in something new is seen with it.
      // While it is read, what comes together is a good part of it, and one look at the whole is faster.
      if (records[9] && document.readyState === "loading") scan();
      else {
        const added = new Set(records.flatMap((r) => [...r.addedNodes]));
        for (const node of added) if (!(added as Set<unknown>).has(node.parentNode)) scan(node);
      }
      changed();
    }),
  );
  shared._watch.observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", safely(() => {
    // It may not have been the only one.
    if (half) scan();
  }));
  scan();
};
