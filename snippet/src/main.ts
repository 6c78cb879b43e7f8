// window.lxConsent, and what the page and its visitor do with it. The compiler
// wraps all of it: where our faults end, the page goes on, and what waits for
// a grant keeps waiting.
// What is seen stands first: together, words and styles pack better.
import "lx:view";
import { act, close, everything, go, reread, state, tell, touch } from "./act.ts";
import { arm, scan, turn } from "./gate.ts";
import { clean, free, guardCookies } from "./jar.ts";
import { purposesOf } from "./merge.ts";
import { get, has } from "./page.ts";
import { quietly, safely } from "./quietly.ts";
import { type Inert, type Slot, shared } from "./revive.ts";
import { send } from "./send.ts";
import { draw, picked } from "./ui/draw.ts";
import { addSheet } from "./ui/sheet.ts";
import { BANNER, PREFERENCES } from "./views.ts";
import { debug } from "./with/debug.ts";
import { identify } from "./with/identify.ts";
import { insight } from "./with/insight.ts";
import { journal } from "./with/journal.ts";
import { network } from "./with/network.ts";
import { tellTags } from "./with/signals.ts";
import { guardCookieStore, guardStorage, watched } from "./with/writes.ts";

type Call = readonly [method: string, ...args: unknown[]];

// What a stub or the inline gate has left.
const before = (window as { lxConsent?: unknown }).lxConsent as { q?: Iterable<Call> } | undefined;

const api = {
  has,
  get,
  show: () => go({ _show: BANNER }),
  showPreferences: () => go({ _show: PREFERENCES }),
  acceptAll: () => act("api", everything),
  rejectAll: () => go({ _act: "reject_all" }),
  withdraw: () => go({ _act: "withdraw" }),
  set: (levels: Readonly<Record<string, number | boolean>>) => {
    act("api", Object.entries(levels ?? {}).flatMap(([name, n]) => purposesOf(name).map((r) => [r._id, Math.min(r._max, Math.max(0, (n as number) | 0))] as const)));
  },
  identify: IDENTIFY ? identify : async () => false,
  rescan: (root?: Node | null) => scan(root ?? document),
  on: (event: string, fn: EventListener) => addEventListener(`lxconsent:${event}`, fn),
  off: (event: string, fn: EventListener) => removeEventListener(`lxconsent:${event}`, fn),
  /** Takes what a stub would have queued. */
  push: ([method, ...args]: Call) => (api as unknown as Record<string, (...args: unknown[]) => void>)[method]?.(...args),
};

// From here on things happen, in the order that lets nothing slip through.
if (COOKIE_WRITES) guardCookies(JOURNAL ? watched(free) : free);
if (STORAGE_WRITES) {
  guardCookieStore(watched(free));
  guardStorage(watched(free));
}
if (!shared._may) tellTags("default", () => false);
if (NETWORK && !shared._net) {
  shared._may = has;
  network(shared, scan);
}
arm(has, () => {
  listen();
  draw();
});
if (INSIGHT) insight();
if (JOURNAL) Object.assign(api, { held: () => journal.map((entry) => ({ ...entry })) });
if (DEBUG) debug();
addSheet(1);
(api as { ready?: unknown }).ready = Promise.resolve(api);
(window as { lxConsent?: unknown }).lxConsent = api;
const take = (all?: boolean) =>
  quietly(() => {
    // An element of that name is no list.
    for (const call of before?.q ?? (before as unknown as Iterable<Call> | undefined) ?? []) quietly(() => {
      // Of a click before this script came nothing else is known.
      touch(navigator.userActivation?.isActive);
      if (/^o/.test(call[0]) !== !!all) api.push(call);
    });
  });
// Whoever waits hears of everything, the start included; what they ask for comes after it. `on` and `off` alone begin so.
take();
go();
// What has no proof may be waiting. So may a refusal, beside the proof of what it takes back, which came when nobody was
// there any more; but a look into the storage costs milliseconds, so a page with a proof has it later.
if (!PREVIEW && state[0]._raw) {
  if (state[0]._raw.endsWith(".")) send();
  else setTimeout(safely(() => /":[1-9]/.test(localStorage.lx_pending) || send()), 999);
}
tell("ready");
take(true);

/** The element in which something was done; of one in a shadow an event itself tells no more than where that is. */
// Caught on its way down, where no handler of the page stops it.
const clicked = safely((e: MouseEvent) => {
  touch(e.isTrusted);
  const hook = (e.composedPath()[0] as Element).closest<HTMLElement>("[data-lx-action]");
  const action = hook?.dataset.lxAction;
  const deeds: Record<string, () => void> = {
    accept: () => act("accept_all", everything),
    reject: api.rejectAll,
    settings: api.showPreferences,
    save: () => act("save", picked()),
    close,
    ...(VENDORS && {
      // What a placeholder stands for is shown, from now on if its vendor is granted.
      once: (always?: boolean) => {
        const slot = ((hook as Element).closest(".lx-embed") as Inert).lx as Slot;
        if (always) act("embed", [], { [slot._inert.dataset.vendor as string]: 1 });
        void turn(slot, e.isTrusted);
        // The button that had the focus is gone.
        slot._shown.focus();
      },
      always: () => (deeds.once as (always: boolean) => void)(true),
    }),
  };
  deeds[action as string]?.();
});
/** A page that keeps keys and pointer to a dialog or menu of its own would keep them from ours, so it hears nothing of what is done there. */
const alone = safely((e: Event) => {
  if ((e.composedPath()[0] as Element).closest("#lx-consent:modal")) e.stopImmediatePropagation();
});
const pressed = safely((e: KeyboardEvent) => {
  touch(e.isTrusted);
  // It may be meant for a dialog or a menu of the page, which makes ours wait.
  if (e.key === "Escape" && !e.defaultPrevented && state[1] === BANNER && !MODAL && !document.querySelector(":is(:modal,:popover-open)")) close();
});
// Another tab, or this page out of the back-forward cache, may have another choice. These are
// hints: our own cookie says which.
const look = safely(() => {
  reread();
  draw();
});

const store = (window as { cookieStore?: EventTarget }).cookieStore;
let heard: Element | undefined;
/** Listens, and again where the page is written anew, which takes all listeners away. */
const listen = () => {
  if (heard === (heard = document.documentElement)) return;
  addEventListener("click", clicked, true);
  for (const name of ["click", "keydown", "mousedown", "touchstart"]) addEventListener(name, alone, true);
  addEventListener("keydown", pressed);
  if (STORAGE_WRITES) addEventListener("pagehide", safely(clean));
  for (const name of ["visibilitychange", "pageshow", "prerenderingchange"]) addEventListener(name, look, true);
  // To listen to the storage alone makes the page wait for it.
  (store ?? window).addEventListener(store ? "change" : "storage", look);
};
listen();
