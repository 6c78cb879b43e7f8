// The browser's cookies and storage keys, reached past whatever guards them.
import { cookieDomain, cookies, maxAge } from "lx:config";
import { match } from "./match.ts";
import { quietly } from "./quietly.ts";
import { has } from "./page.ts";

type Cookie = { get: () => string; set: (text: string) => void };
const native = Object.getOwnPropertyDescriptor(Document.prototype, "cookie") as Cookie;

const put = (name: string, value: string, age: number, path: string, domain: string) =>
  quietly(() =>
    native.set.call(
      document,
      `${name}=${value};Path=${path};Max-Age=${age};SameSite=Lax${domain && `;Domain=${domain}`}${location.protocol === "https:" ? ";Secure" : ""}`,
    ),
  );

const pairs = (): string[] => quietly(() => native.get.call(document).split("; ")) ?? [];

/** The values of lx_consent that the browser holds. */
export const readConsent = (): string[] => pairs().flatMap((p) => (p.startsWith("lx_consent=") ? p.slice(11) : []));

/** Keeps a value unless it is there: the server's own cookie lives longer than one set by a script. */
export const keepConsent = (value: string) => {
  if (!readConsent().includes(value))
    put("lx_consent", value, maxAge, "/", cookieDomain && `.${location.hostname}`.endsWith(`.${cookieDomain}`) ? cookieDomain : "");
};

/** The name in `name=value`, which also stands in front of the attributes of a cookie that is set. */
const nameOf = (pair: string) => `${pair}`.split("=")[0]?.trim() as string;

/** The declared cookie or key behind a name. */
export const declared = (name: string, kind?: string) => cookies.find((c) => c._kind === kind && (GLOBS ? match(c._name, name) : c._name === name));

/** Whether a cookie or key may be there: it is not declared, or its purpose runs. */
export const free = (name: string, kind?: string) => {
  const c = declared(name, kind);
  return !c || has(c._purpose, 0, c._vendor);
};

/** Refuses script writes of declared cookies until their purpose is granted. */
export const guardCookies = (allowed: (name: string) => boolean) =>
  Object.defineProperty(document, "cookie", {
    configurable: true,
    get: () => native.get.call(document),
    set: (v) => {
      if (allowed(nameOf(v))) native.set.call(document, v);
    },
  });

/** Removes whatever is declared and not allowed, wherever it may have been set. */
export const clean = () => {
  for (const name of pairs().map(nameOf)) {
    if (free(name)) continue;
    // Every ending of the host, and none; every beginning of the path, with and without its slash.
    const labels = location.hostname.split(".");
    for (let d = labels.length; d >= 0; d--)
      location.pathname.split("/").reduce((path, part) => {
        for (const end of ["", "/"]) put(name, "", 0, path + part + end, labels.slice(d).join("."));
        return `${path + part}/`;
      }, "");
  }
  if (STORAGE)
    for (const kind of ["local", "session"] as const)
      quietly(() => {
        const store = window[`${kind}Storage`];
        for (const key of Object.keys(store)) if (!free(key, kind)) store.removeItem(key);
      });
};
