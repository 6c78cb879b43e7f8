// Telling the server what was decided.
import { endpoint, note, site } from "lx:config";
import type { Given } from "./merge.ts";
import { quietly } from "./quietly.ts";
import { own } from "./own.ts";

type Write = readonly [body: { readonly id: string; readonly [field: string]: unknown }, at: number];

/** The API lies beside the folder of this address; undefined where it is not known. An image of the page may bear the name of the script's place. */
export const beside = endpoint || (own instanceof HTMLScriptElement ? own.src : undefined);

/** What linking to an account shares with this: the subject's token, in memory alone, where it could not be set as a cookie. */
export const held: { _token?: string | undefined } = {};

/** Makes what sends decisions; without one it sends what still waits from an earlier page. */
export const sender = (answered: (consent: string) => void) => {
  let subject: string | undefined;
  let latest = "";
  return async (given?: Given, before?: string) => {
    try {
      // One decision waits in storage while it cannot be delivered; a newer one
      // replaces it. Without storage it has this one try.
      let pending = "";
      if (given) {
        const id = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).slice(0, 22).replace(/\W/g, "_");
        pending = JSON.stringify([{ site, id, note, ...given, consent: before }, Date.now()]);
        quietly(() => {
          localStorage.lx_pending = pending;
        });
      } else pending = localStorage.lx_pending;
      const [body, at] = JSON.parse(pending) as Write;
      latest = body.id;
      const r = await fetch(new URL("../v1/consents", beside), {
        method: "POST",
        // A plain string travels as text/plain, which needs no preflight.
        body: JSON.stringify({ ...body, subject: (IDENTIFY && held._token) || subject, age: Math.max(0, Date.now() - at) }),
        credentials: "include",
        keepalive: true,
      });
      const answer = r.ok && ((await r.json()) as { readonly consent: string; readonly subject?: string });
      if (answer && latest === body.id) {
        subject = answer.subject ?? subject;
        if (IDENTIFY) held._token = subject;
        answered(answer.consent);
      }
      // What the server refuses would be refused for ever; all else is tried again.
      if (r.status < 500 && r.status !== 429 && localStorage.lx_pending === pending) delete localStorage.lx_pending;
    } catch {
      // Nothing waits, or it goes on waiting.
    }
  };
};
