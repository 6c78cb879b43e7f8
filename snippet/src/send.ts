// Telling the server what was decided.
import { note, site } from "lx:config";
import type { Given } from "./merge.ts";

type Write = { readonly id: string; readonly [field: string]: unknown };

// One decision waits here while it cannot be delivered; a newer one replaces it.
const KEY = "lx_pending";
let subject: string | undefined;
let latest = "";

/** Sends what waits: the newest decision, of this page or an earlier one. */
export const deliver = async (base: string, answered: (consent: string) => void, fresh?: readonly [Write, number]) => {
  try {
    const kept = fresh ?? (JSON.parse(localStorage.getItem(KEY) ?? "null") as typeof fresh);
    if (!kept) return;
    const [write, at] = kept;
    const { id } = write;
    latest = id;
    const r = await fetch(`${base}/v1/consents`, {
      method: "POST",
      // A plain string travels as text/plain, which needs no preflight.
      body: JSON.stringify({ ...write, subject, age: Math.max(0, Date.now() - at) }),
      credentials: "include",
      keepalive: true,
    });
    const answer = r.ok && ((await r.json()) as { readonly consent: string; readonly subject?: string });
    if (answer && latest === id) {
      subject = answer.subject ?? subject;
      answered(answer.consent);
    }
    // What the server refuses would be refused for ever; all else is tried again.
    if ((r.ok || (r.status > 399 && r.status < 500 && r.status !== 429)) && localStorage.getItem(KEY)?.includes(id)) localStorage.removeItem(KEY);
  } catch {
    // What could be kept stays pending.
  }
};

/** Sends a decision; before is the cookie that it is laid over. */
export const send = (base: string, answered: (consent: string) => void, given: Given, before: string) => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const id = btoa(String.fromCharCode(...bytes)).slice(0, 22).replaceAll("+", "-").replaceAll("/", "_");
  const fresh = [{ site, id, note, ...given, consent: before }, Date.now()] as const;
  try {
    localStorage.setItem(KEY, JSON.stringify(fresh));
  } catch {
    // Without storage the decision has this one try.
  }
  void deliver(base, answered, fresh);
};
