// Telling the server what was decided.
import { endpoint, note, site } from "lx:config";
import { go, state } from "./act.ts";
import type { Given } from "./merge.ts";
import { quietly } from "./quietly.ts";
import { own } from "./own.ts";

type Write = readonly [body: { readonly id: string; readonly [field: string]: unknown }, at: number];

/** The API lies beside the folder of this address; false where it is not known. An image of the page may bear the name of the script's place. */
export const beside = endpoint || (own?.localName === "script" && (own as HTMLScriptElement).src);

/** The subject's token, in memory alone, where it could not be set as a cookie. */
export let subject: string | undefined;
/** Keeps a newer one. */
export const keepSubject = (token: string | undefined) => {
  subject = token ?? subject;
};

/** The choice that was sent last, as it was before any answer. */
let mine: string | undefined;
let before: Promise<void> | undefined;
/** What choices without a proof have become, by their values. */
const proofs: Record<string, string> = {};
/** Sends a decision, laid over the choice before; without one what still waits from an earlier page. */
export const send = (given?: Given, consent?: string, raw = state[0]._raw): void => {
  // Another tab may still wait for its answer: asked for again, it tells us, too, whose decision comes next.
  if (consent !== mine && consent?.endsWith(".")) send(undefined, undefined, consent);
  mine = raw;
  before = (async (turn) => {
    try {
      const [body, at]: Write = given
        ? // 108 random bits as letters of base64url, of which the last stands for zero bits alone.
          [{ site, id: `${[...crypto.getRandomValues(new Uint8Array(21))].map((n) => (n % 36).toString(36)).join("")}A`, note, ...given, consent }, Date.now()]
        : JSON.parse(localStorage.lx_pending);
      // One decision waits in storage while it cannot be delivered; a newer one
      // replaces it. Without storage it has this one try.
      const pending = JSON.stringify([body, at]);
      quietly(() => (localStorage.lx_pending = pending));
      // Only the answer to the one before may tell whose decision this is, and
      // prove the choice that this one comes after.
      await turn;
      const post = () =>
        fetch(new URL("../v1/consents", beside as string), {
          method: "POST",
          // A plain string travels as text/plain, which needs no preflight.
          body: JSON.stringify({ ...body, consent: proofs[body.consent as string] ?? body.consent, subject, age: Math.max(0, Date.now() - at) }),
          credentials: "include",
          keepalive: true,
        });
      let r = await post();
      // A subject that no key of the server proves any more was taken away with the refusal.
      if (r.status === 403) r = await post();
      if (r.ok) {
        const answer = (await r.json()) as { readonly consent: string; readonly subject?: string };
        subject = answer.subject ?? subject;
        proofs[raw] = answer.consent;
        // Somebody may have decided anew meanwhile.
        if (state[0]._raw === raw) go({ _read: [answer.consent, raw] });
      }
      // What the server refuses would be refused for ever; all else is tried again.
      if (r.status < 500 && r.status !== 429 && localStorage.lx_pending === pending) delete localStorage.lx_pending;
    } catch {
      // Nothing waits, or it goes on waiting.
    }
  })(before);
};
