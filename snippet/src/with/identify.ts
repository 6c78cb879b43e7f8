// Linking this device to an account, with a proof that the site's own server made.
import { site } from "lx:config";
import { state } from "../page.ts";
import { beside, held } from "../send.ts";

/** Asks the server to link, and hands over the choice that counts from now on. Resolves to whether it was linked. */
export const identifier =
  (counts: (consent: string) => void) =>
  async (external_id: string, proof: string): Promise<boolean> => {
    try {
      const r = await fetch(new URL("../v1/identify", beside), {
        method: "POST",
        body: JSON.stringify({ site, external_id, proof, consent: state[0]._raw, subject: held._token }),
        credentials: "include",
      });
      const answer = r.ok && ((await r.json()) as { readonly consent?: string; readonly subject?: string });
      if (!answer) return false;
      held._token = answer.subject ?? held._token;
      if (answer.consent && answer.consent !== state[0]._raw) counts(answer.consent);
      return true;
    } catch {
      return false;
    }
  };
