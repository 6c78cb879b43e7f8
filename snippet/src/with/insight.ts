// Tells the server that the banner was shown or answered, and now and then the names of what nobody
// declared. Nothing of the visitor goes along, and nothing is stored.
import { note, site } from "lx:config";
import { declared } from "../jar.ts";
import { beside } from "../send.ts";

/** One look in so many lists names. */
const RARE = 20;
const MOST = 16;

const undeclared = (names: string[], kind?: string) => names.filter((n) => n && !n.startsWith("lx_") && !declared(n, kind)).slice(0, MOST);

const keys = (kind: "local" | "session") => {
  try {
    return undeclared(Object.keys(window[`${kind}Storage`]), kind);
  } catch {
    return [];
  }
};

/** Listens to the script's own events. */
export const insight = () => {
  const device = innerWidth < 600 ? 1 : innerWidth < 1024 ? 2 : 0;
  const tell = (more: object) => beside && navigator.sendBeacon?.(new URL("../v1/seen", beside), JSON.stringify({ site, note, device, ...more }));
  let shown = false;
  addEventListener("lxconsent:show", () => {
    if (!shown) tell({});
    shown = true;
  });
  addEventListener("lxconsent:change", (e) => {
    const { action } = (e as CustomEvent<{ action: string }>).detail;
    if (/_all|save|dismiss|withdraw/.test(action)) tell({ action });
  });
  addEventListener("load", () => {
    if (Math.random() * RARE < 1)
      setTimeout(() => {
        const names = undeclared(document.cookie.split("; ").map((c) => c.split("=", 1)[0] ?? ""));
        const [local, session] = [keys("local"), keys("session")];
        if (names[0] || local[0] || session[0]) tell({ action: "names", names, local, session });
      }, 4000);
  });
};
