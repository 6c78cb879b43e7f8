// Elements that scripts make: an address that must wait is kept under another
// name on the element, which stays the page's own and gets it when the purpose
// is granted. So do copies that the page makes of it.
import type { Inert, Policy } from "../revive.ts";
import { quietly } from "../quietly.ts";
import type { Kind } from "./journal.ts";
import { defuse, follows, OPEN } from "./markup.ts";
import { addresses, type Held, type Keeper } from "./rules.ts";

const kinds: Readonly<Record<string, Kind>> = { script: "script", iframe: "frame", img: "image", link: "link" };
const SOURCES = "script[src],iframe[src],img,link";
/** Before the name of an attribute: what it will hold. */
const LATER = "data-lx-";
const LOADS = /\b(preload|modulepreload|prefetch|preconnect|dns-prefetch|prerender|stylesheet)\b/i;

const attr = (e: Element, name: string) => e.getAttribute(name) ?? "";
/** Whether an element follows its mark, or was let in. */
const marked = (e: Element) => (e as Inert).lx?._open || follows((e as Inert).dataset ?? {}, e.className, attr(e, "type"));
/** The type of a script that waits: it keeps its address, which its page may look for. */
const ASLEEP = "text/x-lx";
const RUNS = /^\s*($|module|\w+\/[\w.-]*script)/i;

type Any = (this: unknown, ...args: unknown[]) => unknown;
/** Replaces a method; the replacement gets the native one. */
const patch = (owner: object | undefined, names: string, make: (native: Any) => Any) => {
  for (const name of names.split(" ")) {
    const native = (owner as Record<string, Any> | undefined)?.[name];
    if (native) Object.defineProperty(owner, name, { configurable: true, writable: true, value: make(native) });
  }
};
/** Replaces the setter of a property, and its getter where one is given. */
const patchValue = (owner: object, name: string, set: (e: never, value: unknown, native: (v: unknown) => void) => void, get?: (e: never) => unknown) => {
  const native = Object.getOwnPropertyDescriptor(owner, name);
  if (native?.set)
    Object.defineProperty(owner, name, {
      ...native,
      get() {
        return get?.(this as never) ?? native.get?.call(this);
      },
      set(v) {
        set(this as never, v, (v) => native.set?.call(this, v));
      },
    });
};

/** Guards elements; gives what looks at nodes that the parser has inserted, what releases, and what forgets. */
export const guardElements = (held: Keeper, changed: (e: Element) => void, policy: Policy) => {
  const { setAttribute, removeAttribute } = Element.prototype;
  const firstHeld = (kind: Kind, name: string, value: unknown) =>
    addresses(name, `${value}`).reduce<Held | undefined>((found, a) => found ?? held(kind, a), undefined);
  /** Scripts and links with such addresses, in their order. Images are found in the page: most are never put into it. */
  const waiting = new Set<Element>();
  const asleep = (e: Element) => attr(e, "type") === ASLEEP;

  const sleep = (e: Element, type: string) => {
    setAttribute.call(e, `${LATER}type`, attr(e, "type"));
    setAttribute.call(e, "type", type);
  };
  const wake = (e: Element) => {
    const type = attr(e, `${LATER}type`);
    if (type) setAttribute.call(e, "type", type);
    else removeAttribute.call(e, "type");
    removeAttribute.call(e, `${LATER}type`);
  };

  /** Makes of an element the markup that the gate of the page knows. */
  const mark = (e: Element, name: string, value: string, { _name, _level, _vendor }: Held) => {
    const put = (to: string, v: string) => v && !e.hasAttribute(to) && setAttribute.call(e, to, v);
    if (e.localName === "script") sleep(e, "text/plain");
    removeAttribute.call(e, name);
    setAttribute.call(e, "data-src", value);
    // Where the page means something else by it, the other name for the same goes first.
    setAttribute.call(e, e.matches("[data-category],[data-cookieconsent]") ? "data-cookieconsent" : "data-category", _name);
    put("data-level", _level);
    put("data-vendor", _vendor);
    // Frameworks ask an element where it is before they move it or take it away.
    if (e.localName === "iframe")
      for (const at of ["parentNode", "parentElement", "nextSibling"]) Object.defineProperty(e, at, { configurable: true, get: () => Reflect.get(Node.prototype, at, standIn(e)) });
  };

  /** Whether an address that a script sets must wait; then it is kept. The page hears of an image once. */
  const keep = (e: Element, name: string, value: unknown, heard?: boolean): boolean => {
    const kind = kinds[e.localName] as Kind;
    // What is marked follows its mark.
    if (marked(e)) {
      const waits = e.hasAttribute("data-src");
      if (waits) setAttribute.call(e, "data-src", value as string);
      return waits;
    }
    // What does not run need not wait; a library may have put a type of its own in the place of ours for a moment.
    if (kind === "script" && !asleep(e) && !RUNS.test(attr(e, "type"))) return false;
    const rule = firstHeld(kind, name, value);
    const later = LATER + name;
    removeAttribute.call(e, later);
    if (kind === "script") {
      if (asleep(e)) wake(e);
      waiting.delete(e);
      if (rule) {
        sleep(e, ASLEEP);
        waiting.add(e);
      }
      return false;
    }
    if (!rule) return false;
    if (kind === "frame") {
      mark(e, name, `${value}`, rule);
      if (e.isConnected) changed(e);
      return true;
    }
    setAttribute.call(e, later, value as string);
    if (kind === "link") waiting.add(e);
    else if (!heard) setTimeout(() => e.hasAttribute(later) && e.dispatchEvent(new Event("error")));
    return true;
  };
  /** An address that was kept is set, unless it must still wait. */
  const settle = (e: Element, name: string) => {
    const value = attr(e, LATER + name);
    if (value && !keep(e, name, value, true)) setAttribute.call(e, name, value);
  };

  /** The same for what a script sets now: a link loads nothing before it is in the page, and is looked at on its way in. */
  const waits = (e: Element, name: string, value: unknown) =>
    quietly(() => (e.localName !== "link" || (e.isConnected && LOADS.test(attr(e, "rel")))) && keep(e, name, value));
  for (const [type, names] of [[HTMLScriptElement, ["src"]], [HTMLIFrameElement, ["src"]], [HTMLImageElement, ["src", "srcset"]], [HTMLLinkElement, ["href"]]] as const)
    for (const name of names)
      patchValue(
        type.prototype,
        name,
        (e: Element, v, native) => {
          if (!waits(e, name, v)) native(v);
        },
        (e: Element) => e.getAttribute(LATER + name),
      );
  const guarded = (e: Element, name: string) => name === "src" ? /^(script|iframe|img)$/.test(e.localName) : e.localName === (name === "srcset" ? "img" : name === "href" && "link");
  patch(Element.prototype, "setAttribute", (native) =>
    function (this: unknown, ...args) {
      const name = `${args[0]}`.toLowerCase();
      if (!guarded(this as Element, name) || !waits(this as Element, name, args[1])) return native.apply(this, args);
      return undefined;
    });

  /** What stands in the page for an element that the page has put there, and goes on to treat as its own. */
  const standIn = (n: unknown): unknown => {
    const slot = (n as Inert | null | undefined)?.lx;
    return slot && slot._inert === n && !slot._inert.isConnected ? slot._shown : n;
  };
  /** The page puts such an element somewhere else, or back: what stood for it goes, and the gate looks anew. */
  const comeBack = (n: unknown) => {
    const shown = standIn(n);
    if (shown === n) return;
    (shown as Element).remove();
    delete (n as Inert).lx;
  };

  /** Looks at an element and all in it, before or just after it comes into the page. */
  const sift = (n: unknown, parsed?: boolean) => {
    if (!(n instanceof Element || n instanceof DocumentFragment)) return;
    const all = n.firstElementChild ? [...n.querySelectorAll(SOURCES)] : [];
    if (n instanceof Element && n.matches(SOURCES)) all.push(n);
    for (const e of all) {
      const link = e.localName === "link";
      // It was away, and may have been granted meanwhile.
      if (asleep(e) && !waiting.has(e)) release(e);
      if (asleep(e) || marked(e) || (link && !LOADS.test(attr(e, "rel")))) continue;
      for (const name of link ? ["href"] : ["src", "srcset"]) {
        const value = attr(e, name);
        // It may come back, or be a copy of one that waits.
        if (!value) settle(e, name);
        else if ((parsed && !link) || e.localName === "iframe") {
          const rule = firstHeld(kinds[e.localName] as Kind, name, value);
          if (rule) mark(e, name, value, rule);
        } else if (keep(e, name, value)) removeAttribute.call(e, name);
      }
    }
  };
  const inserting = (native: Any): Any =>
    function (this: unknown, ...args) {
      quietly(() => args.forEach(comeBack));
      const place = standIn(this);
      if ((place as Node)?.isConnected) quietly(() => args.forEach((n) => void sift(n)));
      return native.apply(place, args);
    };
  for (const type of [Element, DocumentFragment, Document, CharacterData]) {
    patch(type.prototype, "append prepend before after replaceWith replaceChildren insertAdjacentElement", inserting);
    // Only what is there already can be moved.
    patch(type.prototype, "moveBefore", (native) =>
      function (this: unknown, ...args) {
        return native.apply(this, args.map(standIn));
      });
  }
  patch(Node.prototype, "appendChild", inserting);
  // A child of this page, which may be one of ours by now.
  patch(Node.prototype, "insertBefore replaceChild", (native) =>
    function (this: unknown, n, child, ...more) {
      quietly(() => {
        comeBack(n);
        if ((this as Node).isConnected) sift(n);
      });
      const out = native.call(this, n, standIn(child), ...more);
      return out === n ? out : child;
    });
  patch(Node.prototype, "removeChild", (native) =>
    function (this: unknown, child, ...more) {
      native.call(this, standIn(child), ...more);
      return child;
    });
  for (const type of [Element, CharacterData]) patch(type.prototype, "remove", (native) =>
    function (this: unknown) {
      return native.call(standIn(this));
    });
  // A copy of a template starts to load its images before it is in the page.
  patch(Document.prototype, "importNode", (native) =>
    function (this: unknown, ...args) {
      const copy = native.apply(this, args);
      quietly(() => sift(copy));
      return copy;
    });

  // Markup that becomes elements at once, before anyone could look at them.
  const text = (v: unknown) => quietly(() => defuse(v, held, policy)) ?? v;
  for (const [owner, name] of [[Element.prototype, "innerHTML"], [Element.prototype, "outerHTML"], [ShadowRoot.prototype, "innerHTML"]] as const)
    patchValue(owner, name, (_, v, native) => native(text(v)));
  patch(Element.prototype, "insertAdjacentHTML", (native) =>
    function (this: unknown, where, v) {
      return native.call(this, where, text(v));
    });
  for (const [owner, name] of [[Range, "createContextualFragment"], [Element, "setHTMLUnsafe"], [ShadowRoot, "setHTMLUnsafe"]] as const)
    patch(owner.prototype, name, (native) =>
      function (this: unknown, v, ...options) {
        return native.call(this, text(v), ...options);
      });
  // A tag may be written in pieces. The browser begins it when it is whole, so what comes of it waits until then.
  let begun = "";
  const { write } = Document.prototype;
  for (const [name, end] of [["write", ""], ["writeln", "\n"]] as const)
    patch(Document.prototype, name, (native) =>
      function (this: unknown, ...args) {
        if (args.some((v) => v instanceof Object)) return native.apply(this, args.map(text));
        const all = begun + args.map(String).join("") + end;
        const whole = all.replace(OPEN, "");
        // A script in it may write, too, and comes before the rest.
        begun = "";
        write.call(this as Document, text(whole) as string);
        begun += all.slice(whole.length);
        // What is no tag by the end of the script, the browser takes for what it is.
        queueMicrotask(() => {
          if (begun && document.readyState === "loading") write.call(document, begun);
          begun = "";
        });
        return undefined;
      });

  /** Gives an element its addresses, through the guard: what must still wait is kept again. */
  const release = (e: Element) => {
    const src = attr(e, "src");
    if (asleep(e) && src) {
      // A browser looks at a script anew when it gets an address, and has none.
      removeAttribute.call(e, "src");
      (e as HTMLScriptElement).src = policy.createScriptURL(src);
    }
    for (const name of ["src", "srcset", "href"]) settle(e, name);
  };
  const refresh = () => {
    const ready = [...waiting];
    waiting.clear();
    for (const e of [...ready, ...document.querySelectorAll("img")]) release(e);
  };
  /** Lets go of scripts that have left the page, and of all that they stand in. */
  const forget = () => waiting.forEach((e) => void (e.isConnected || !asleep(e) || waiting.delete(e)));
  return [sift, refresh, forget] as const;
};
