// What a withdrawal removes besides cookies and keys.
import { cookies } from "lx:config";

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
