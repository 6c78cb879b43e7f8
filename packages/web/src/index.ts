// Typed access to the script of a site. Without that script, on a server and
// until it has run, nothing is granted.
import type { ConsentApi, ConsentCall, ConsentEvents, ConsentState, Held, Level, Name } from "./types.js";

export type * from "./types.js";

const browser = typeof window !== "undefined";

// An element of the page may bear the name of the global, so a method decides.
const api = (): ConsentApi | undefined => {
  const found = browser ? (window.lxConsent as Partial<ConsentApi> | undefined) : undefined;
  return typeof found?.has === "function" ? (found as ConsentApi) : undefined;
};

/** Makes a call now, or as soon as the script has run. */
const push = (call: ConsentCall) => {
  if (!browser) return;
  window.lxConsent ??= [];
  window.lxConsent.push?.(call);
};

export type LoadOptions = {
  /** The address of the script, `https://consent.example.com/s/SITE.js`; a TrustedScriptURL where the page asks for one. */
  readonly src: string | { toString(): string };
  /** For a Content Security Policy that trusts nonces. */
  readonly nonce?: string;
  /** Say that the visitor is a minor, or that the page is about sensitive matters. Both only make stricter. */
  readonly minor?: boolean;
  readonly sensitive?: boolean;
};

const loads = new Map<string, Promise<boolean>>();

/**
 * Loads the script, once for each address; resolves to whether it runs. The plain tag, first in the head, is better
 * where you can write it: only what stands before everything else can hold everything else.
 */
export const load = ({ src, nonce, minor, sensitive }: LoadOptions): Promise<boolean> => {
  if (!browser || api()) return Promise.resolve(browser);
  const address = `${src}`;
  const earlier = loads.get(address);
  if (earlier) return earlier;
  const loading = new Promise<boolean>((resolve) => {
    const done = () => {
      const runs = !!api();
      // What has failed may be tried again.
      if (!runs) loads.delete(address);
      resolve(runs);
    };
    try {
      const tag = document.createElement("script");
      tag.src = src as string;
      if (nonce) tag.nonce = nonce;
      if (minor) tag.dataset.minor = "";
      if (sensitive) tag.dataset.sensitive = "";
      tag.onload = tag.onerror = done;
      document.head.prepend(tag);
    } catch {
      queueMicrotask(done);
    }
  });
  loads.set(address, loading);
  return loading;
};

/** Whether a purpose or vendor may run, at a level if one is named. */
export const has = (name: Name, level?: Level): boolean => api()?.has(name, level) === true;

/** What holds now; undefined until that is known. */
export const get = (): ConsentState | undefined => api()?.get();

/** What rules and declared names have held on this page. */
export const held = (): readonly Held[] => api()?.held?.() ?? [];

/** Hears of an event; returns what ends that. */
export const on = <K extends keyof ConsentEvents>(event: K, listener: (detail: ConsentEvents[K]) => void): (() => void) => {
  if (!browser) return () => {};
  const hear = (e: Event) => listener((e as CustomEvent<ConsentEvents[K]>).detail);
  window.addEventListener(`lxconsent:${event}`, hear);
  return () => window.removeEventListener(`lxconsent:${event}`, hear);
};

/** Resolves when the script runs; at once and to undefined on a server. It waits for ever where the script never comes. */
export const ready = (): Promise<ConsentState | undefined> =>
  new Promise((resolve) => {
    if (!browser || api()) return resolve(get());
    const off = on("ready", (detail) => {
      off();
      resolve(detail);
    });
  });

/** Opens the banner, or its second layer. */
export const show = (): void => push(["show"]);
export const showPreferences = (): void => push(["showPreferences"]);

/** Decide. Grants need a click or key of the visitor a moment before, refusals do not. */
export const acceptAll = (): void => push(["acceptAll"]);
export const rejectAll = (): void => push(["rejectAll"]);
export const withdraw = (): void => push(["withdraw"]);
export const set = (levels: Readonly<Record<string, number | boolean>>): void => push(["set", levels]);

/** Looks at marks in a part of the page; needed only where it cannot be seen from the document, as in shadow roots. */
export const rescan = (root?: ParentNode): void => push(root ? ["rescan", root] : ["rescan"]);

/** Links this device to an account, with a proof that your server made; resolves to whether it was, once the script runs. */
export const identify = async (externalId: string, proof: string): Promise<boolean> => {
  await ready();
  return (await api()?.identify?.(externalId, proof)) === true;
};
