// An element that is let in, and what all gates of a page share.
import { quietly } from "./quietly.ts";

/** Whether a purpose runs, at a level given by its name or number, for a vendor. */
export type Allowed = (name: string, level: string | undefined, vendor: string) => boolean;

/** An element that waits, or may wait; `lx` is ours. */
export type Inert = HTMLElement & { src?: string; type?: string; sandbox?: unknown; lx?: Slot };
/**
 * One waiting element, and what is in its place. The compiler gives each name
 * in Slot and Shared one fixed short form, so an inline gate of an older
 * edition hands over to a newer script.
 */
export type Slot = { readonly _inert: Inert; _shown: Inert; _open?: boolean | undefined };
/** What all gates of a page share. */
export type Shared = {
  /** Who decides, from now on; as long as nobody does, all waits. */
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

const same = (s: string) => s;
const policy: Policy = { createScript: same, createScriptURL: same, ...(NETWORK && { createHTML: same }) };

let made: Policy | undefined;

/** The gate of this page, or what an inline gate has left; nobody decides yet. */
export const shared: Shared =
  (!INLINE && (window as { lxConsent?: { gate?: Shared } }).lxConsent?.gate) ||
  ({
    _slots: new Set(),
    // There may be no such types, or the page forbids ours; then its browser will refuse the scripts.
    // Made when something is let in: most first visits let nothing in.
    get _policy() {
      return (made ??= quietly(() => trustedTypes.createPolicy("lx-consent", policy)) ?? policy);
    },
  } as unknown as Shared);

/**
 * Makes a copy that loads or runs, because browsers load nothing when a source
 * is set on a node that the parser has just inserted, and never run a script
 * twice. Nor do they ever run one that came as text, as frameworks make theirs,
 * nor its clones, so the copy of a script is a new one. The gate in the page has
 * no room for that; it comes before frameworks do.
 */
export const revive = (e: Inert, src: string | undefined): Inert => {
  let copy = e.cloneNode(true) as HTMLScriptElement;
  if (e.localName === "script") {
    if (!INLINE) {
      copy = document.createElement("script");
      for (const a of e.attributes) a.name === "src" || copy.setAttributeNode(a.cloneNode() as Attr);
    }
    // What waits by a rule may have a type of data of the vendor's own.
    copy.type = (NETWORK ? copy.dataset.lxType : undefined) ?? copy.dataset.type ?? "";
    copy.nonce = e.nonce;
    copy.async = copy.hasAttribute("async");
    if (src && !copy.async)
      shared._loading = new Promise((done) => {
        // Beside the handlers that its markup may have.
        copy.addEventListener("load", done);
        copy.addEventListener("error", done);
      });
  }
  // The site's rules look at it as soon as it has its address.
  if (NETWORK) (copy as Inert).lx = e.lx as Slot;
  delete copy.dataset.src;
  if (!INLINE) delete copy.dataset.cookieblockSrc;
  if (src) copy.src = shared._policy.createScriptURL(src);
  else copy.text = shared._policy.createScript((INLINE ? copy : (e as HTMLScriptElement)).text);
  return copy;
};
