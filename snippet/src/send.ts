// Telling the server what was decided.
import { note, site } from "lx:config";
import type { Given } from "./merge.ts";

type Write = { readonly id: string; readonly [field: string]: unknown };
type Answer = { readonly consent: string; readonly subject?: string };

// One decision waits here while it cannot be delivered; a newer one replaces it.
const KEY = "lx_pending";
let subject: string | undefined;
let latest = "";

const pending = (): [Write, number] | undefined => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "") as [Write, number];
  } catch {
    return;
  }
};

const post = async (base: string, write: Write, at: number, answered: (consent: string) => void) => {
  latest = write.id;
  try {
    const r = await fetch(`${base}/v1/consents`, {
      method: "POST",
      // A plain string travels as text/plain, which needs no preflight.
      body: JSON.stringify({ ...write, subject, age: Math.max(0, Date.now() - at) }),
      credentials: "include",
      keepalive: true,
    });
    // What the server refuses would be refused for ever; all else is tried again.
    const done = r.ok || (r.status > 399 && r.status < 500 && r.status !== 429);
    if (done && pending()?.[0].id === write.id) localStorage.removeItem(KEY);
    if (!r.ok || latest !== write.id) return;
    const answer = (await r.json()) as Answer;
    subject = answer.subject ?? subject;
    answered(answer.consent);
  } catch {
    // The write stays pending.
  }
};

/** Sends a decision; before is the cookie that it is laid over. */
export const send = (base: string, given: Given, before: string, answered: (consent: string) => void) => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const id = btoa(String.fromCharCode(...bytes)).slice(0, 22).replace(/\+/g, "-").replace(/\//g, "_");
  const write = { site, id, note, ...given, consent: before };
  const at = Date.now();
  try {
    localStorage.setItem(KEY, JSON.stringify([write, at]));
  } catch {
    // Without storage the decision has this one try.
  }
  void post(base, write, at, answered);
};

/** Sends what an earlier page could not. */
export const resend = (base: string, answered: (consent: string) => void) => {
  const waiting = pending();
  if (waiting) void post(base, waiting[0], waiting[1], answered);
};
