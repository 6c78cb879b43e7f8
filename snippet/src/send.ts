// Telling the server what was decided.
import { note, site } from "lx:config";
import { quietly } from "./jar.ts";
import type { Given } from "./merge.ts";

type Write = readonly [body: { readonly id: string; readonly [field: string]: unknown }, at: number];

// One decision waits here while it cannot be delivered; a newer one replaces it.
const KEY = "lx_pending";

/** Makes what sends decisions; without one it sends what still waits from an earlier page. */
export const sender = (base: string, answered: (consent: string) => void) => {
  let subject: string | undefined;
  let latest = "";
  return async (given?: Given, before?: string) => {
    try {
      let write: Write | null;
      if (given) {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        const id = btoa(String.fromCharCode(...bytes)).slice(0, 22).replace(/\W/g, "_");
        write = [{ site, id, note, ...given, consent: before }, Date.now()];
        // Without storage the decision has this one try.
        quietly(() => localStorage.setItem(KEY, JSON.stringify(write)));
      } else write = JSON.parse(localStorage.getItem(KEY) as string);
      if (!write) return;
      const [body, at] = write;
      latest = body.id;
      const r = await fetch(`${base}/v1/consents`, {
        method: "POST",
        // A plain string travels as text/plain, which needs no preflight.
        body: JSON.stringify({ ...body, subject, age: Math.max(0, Date.now() - at) }),
        credentials: "include",
        keepalive: true,
      });
      const answer = r.ok && ((await r.json()) as { readonly consent: string; readonly subject?: string });
      if (answer && latest === body.id) {
        subject = answer.subject ?? subject;
        answered(answer.consent);
      }
      // What the server refuses would be refused for ever; all else is tried again.
      if ((r.ok || /^4(?!29)/.test(`${r.status}`)) && localStorage.getItem(KEY)?.includes(body.id)) localStorage.removeItem(KEY);
    } catch {
      // What could be kept stays pending.
    }
  };
};
