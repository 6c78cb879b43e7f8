// The browser's cookies and storage keys, reached past whatever guards them.
import { cookieDomain, cookies, maxAge } from "lx:config";
import { match } from "./match.ts";

const native = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
const secure = location.protocol === "https:" ? ";Secure" : "";

/** Everything may throw in a sandboxed frame; then there is nothing to read. */
const quietly = <T>(f: () => T): T | undefined => {
  try {
    return f();
  } catch {
    return;
  }
};

const pairs = (): string[] => quietly(() => (native?.get?.call(document) as string).split("; ")) ?? [];
const write = (cookie: string) => quietly(() => native?.set?.call(document, cookie + secure));

/** The values of lx_consent that the browser holds. */
export const readConsent = (): string[] => pairs().flatMap((p) => (p.startsWith("lx_consent=") ? p.slice(11) : []));

/** Keeps a value unless it is there: the server's own cookie lives longer than one set by a script. */
export const keepConsent = (value: string) => {
  if (readConsent().includes(value)) return;
  const host = `.${location.hostname}`;
  const domain = cookieDomain && host.endsWith(`.${cookieDomain}`) ? `;Domain=${cookieDomain}` : "";
  write(`lx_consent=${value};Path=/;SameSite=Lax;Max-Age=${maxAge}${domain}`);
};

/** Refuses script writes of declared cookies until their purpose is granted. */
export const guardCookies = (allowed: (name: string) => boolean) => {
  Object.defineProperty(document, "cookie", {
    configurable: true,
    get: () => native?.get?.call(document),
    set: (v) => {
      if (allowed(`${v}`.split("=")[0]?.trim() ?? "")) native?.set?.call(document, v);
    },
  });
};

/** The declared cookie or key behind a name. */
export const declared = (name: string, kind?: string) => cookies.find((c) => c._kind === kind && match(c._name, name));

/** Removes whatever is declared and not allowed, wherever it may have been set. */
export const clean = (allowed: (name: string, kind?: string) => boolean) => {
  for (const pair of pairs()) {
    const name = pair.split("=")[0] ?? "";
    if (allowed(name)) continue;
    const labels = location.hostname.split(".");
    const steps = location.pathname.split("/");
    for (let d = -1; d < labels.length; d++)
      for (let p = 0; p < steps.length; p++)
        for (const slash of ["/", ""]) {
          const path = steps.slice(0, p + 1).join("/") + slash || "/";
          write(`${name}=;Max-Age=0;Path=${path}${d < 0 ? "" : `;Domain=${labels.slice(d).join(".")}`}`);
        }
  }
  if (STORAGE)
    for (const kind of ["local", "session"] as const)
      quietly(() => {
        const store = window[`${kind}Storage`];
        for (const key of Object.keys(store)) if (!allowed(key, kind)) store.removeItem(key);
      });
};
