// Writes of declared cookies and storage keys, past document.cookie.
import { declared } from "../jar.ts";
import { note } from "./journal.ts";

/** Whether a write may go; the kind is none for a cookie. */
export type Free = (name: string, kind?: "local" | "session") => boolean;

/** Writes down what may not go; where the site only reports, it goes. */
export const watched =
  (free: Free): Free =>
  (name, kind) => {
    const c = !free(name, kind) && declared(name, kind);
    if (c) note(kind ?? "cookie", name, c._purpose, c._vendor);
    return REPORT_ONLY || !c;
  };

/** Guards the Cookie Store API. */
export const guardCookieStore = (free: Free) => {
  const type = (window as { CookieStore?: { prototype: { set: (...args: unknown[]) => Promise<void> } } }).CookieStore;
  const set = type?.prototype.set;
  if (type && set)
    type.prototype.set = function (this: unknown, ...args) {
      const [first] = args as [string | { name: string }];
      return free(`${(first as { name: string })?.name ?? first}`) ? set.apply(this, args) : Promise.resolve();
    };
};

/** Guards the two storages. A key that is set as a property comes past this, and is swept later. */
export const guardStorage = (free: Free) => {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (this: Storage, key, value) {
    let kind: "local" | "session" | undefined;
    try {
      kind = this === localStorage ? "local" : "session";
    } catch {
      // Storage is blocked; so is the write.
    }
    if (!kind || free(`${key}`, kind)) setItem.call(this, key, value);
  };
};
