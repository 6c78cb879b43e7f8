// Linking this device to an account, with a proof that the site's own server made.
import { site } from "lx:config";
import { go, state } from "../act.ts";
import { beside, keepSubject, subject } from "../send.ts";

/** Asks the server to link, and obeys the choice that counts from now on. Resolves to whether it was linked. */
export const identify = async (external_id: string, proof: string): Promise<boolean> => {
  try {
    const r = await fetch(new URL("../v1/identify", beside as string), {
      method: "POST",
      body: JSON.stringify({ site, external_id, proof, consent: state[0]._raw, subject }),
      credentials: "include",
    });
    const answer = r.ok && ((await r.json()) as { readonly consent?: string; readonly subject?: string });
    if (!answer) return false;
    keepSubject(answer.subject);
    if (answer.consent && answer.consent !== state[0]._raw) go({ _read: [answer.consent] });
    return true;
  } catch {
    return false;
  }
};
