// The door to the debug panel, which is a file of its own.
import { site } from "lx:config";
import { shared } from "../revive.ts";
import { beside } from "../send.ts";
import { own } from "../own.ts";


/** Loads the panel where the page's address asks for it. */
export const debug = () => {
  if (!/[?&]lx-debug\b/.test(location.search) || !beside) return;
  const script = document.createElement("script");
  script.nonce = (own as HTMLScriptElement | null)?.nonce ?? "";
  script.src = shared._policy.createScriptURL(new URL(`../debug/${site}.js${new URL(beside).search}`, beside).href);
  document.head.append(script);
};
