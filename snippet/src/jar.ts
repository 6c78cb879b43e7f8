// The browser's cookies and storage keys, reached past whatever guards them.
import { cookies } from "lx:config";
import { match } from "./match.ts";
import { quietly } from "./quietly.ts";
import { has } from "./page.ts";

const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, "cookie") as { get: () => string; set: (text: string) => void };

/** Sets a cookie, if the browser lets it. Behind "https" alone something stands in the sixth place, the colon. */
export const put = (text: string) => quietly(() => set.call(document, `${text};SameSite=Lax${location.protocol[5] ? ";Secure" : ""}`));

const pairs = (): string[] => quietly(() => get.call(document).split("; ")) ?? [];

/** When a value says that it was decided, as far as that can be read. */
const clockOf = (raw: string) => +(raw.split(".")[4] as string) || 0;

/** The values of lx_consent that the browser holds, the last decision first: a site that has moved its cookies has left some. */
export const readConsent = (): string[] =>
  PREVIEW ? [] : pairs().flatMap((p) => p.split(/^lx_consent=/).slice(1)).sort((a, b) => clockOf(b) - clockOf(a));

/** The name in `name=value`, which also stands in front of the attributes of a cookie that is set. */
const nameOf = (pair: string) => (`${pair}`.split("=")[0] as string).trim();

/** The declared cookie or key behind a name. */
export const declared = (name: string, kind?: string) => cookies.find((c) => (!KINDS || c._kind === kind) && (GLOBS ? match(c._name, name) : c._name === name));

/** Whether a cookie or key may be there: it is not declared, or its purpose runs. */
export const free = (name: string, kind?: string) => {
  const c = declared(name, kind);
  return !c || has(c._purpose, 0, c._vendor);
};

/** Refuses script writes of declared cookies until their purpose is granted; unless the page has walled its cookies off for good. */
export const guardCookies = (allowed: (name: string) => boolean) =>
  Reflect.defineProperty(document, "cookie", {
    configurable: true,
    get,
    set: (v) => {
      if (allowed(nameOf(v))) set.call(document, v);
    },
  });

/** Removes a cookie wherever it may have been set, but for one place: its path, and its domain where it has one. */
export const wipe = (name: string, home?: string) => {
  // Every ending of the host, and no domain; every beginning of the path, with and without its slash.
  const labels = location.hostname.split(".");
  do {
    let path = "";
    for (const part of `${location.pathname}/`.match(/\/|[^/]+/g) as string[]) {
      path += part;
      if (path + labels.join(".") !== home) put(`${name}=;Max-Age=0;Path=${path};Domain=${labels.join(".")}`);
      // Such a cookie is another one; in a frame of another site no other can be there.
      if (PARTITIONED) quietly(() => set.call(document, `${name}=;Max-Age=0;Path=${path};Domain=${labels.join(".")};SameSite=None;Secure;Partitioned`));
    }
  } while (labels.shift());
};

/** Removes whatever is declared and not allowed. */
export const clean = () => {
  for (const name of pairs().map(nameOf)) if (!free(name)) wipe(name);
  if (STORAGE)
    for (const kind of ["local", "session"] as const)
      quietly(() => {
        const store = window[`${kind}Storage`];
        for (const key of Object.keys(store)) if (!free(key, kind)) store.removeItem(key);
      });
};
