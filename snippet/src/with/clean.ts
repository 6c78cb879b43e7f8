// What a withdrawal removes besides cookies and keys.
import { cookies } from "lx:config";
import { match } from "../match.ts";

type Allowed = (name: string, kind?: "idb" | "cache" | "worker") => boolean;

/** Every part may be missing or forbidden; then there is nothing to remove. */
const each = async (kind: "idb" | "cache" | "worker", names: () => Promise<readonly string[]>, remove: (name: string) => unknown, allowed: Allowed) => {
  if (!cookies.some((c) => c._kind === kind)) return;
  try {
    for (const name of await names()) if (!allowed(name, kind)) void remove(name);
  } catch {
    // A browser without it, or a page that must not.
  }
};

/** Removes databases, caches and service workers that are declared and not allowed. */
export const cleanDeep = (allowed: Allowed) => {
  void each("idb", async () => (await indexedDB.databases()).map((d) => d.name ?? ""), (name) => indexedDB.deleteDatabase(name), allowed);
  void each("cache", () => caches.keys(), (name) => caches.delete(name), allowed);
  // A worker is known by the path of its scope.
  void each("worker", async () => (await navigator.serviceWorker.getRegistrations()).map((r) => new URL(r.scope).pathname), async (path) => {
    for (const r of await navigator.serviceWorker.getRegistrations()) if (new URL(r.scope).pathname === path) void r.unregister();
  }, allowed);
};

const native = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");

/** Removes partitioned cookies, which plain deletions do not reach. */
export const cleanPartitioned = (allowed: (name: string) => boolean) => {
  for (const { _name, _kind, _partitioned } of cookies)
    if (_partitioned && !_kind)
      for (const pair of `${native?.get?.call(document)}`.split("; ")) {
        const name = pair.split("=")[0] ?? "";
        if (match(_name, name) && !allowed(name)) {
          const labels = location.hostname.split(".");
          for (let d = labels.length; d > 0; d--) {
            const domain = labels.slice(d).join(".");
            native?.set?.call(document, `${name}=;Path=/;Max-Age=0;SameSite=None;Secure;Partitioned${domain && `;Domain=${domain}`}`);
          }
        }
      }
};
