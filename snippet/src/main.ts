// window.lxConsent, and the one place that runs what `step` decides. The
// compiler wraps all of it: where our faults end, the page goes on, and what
// waits for a grant keeps waiting.
import { rules } from "lx:config";
import { again, arm, scan, turn } from "./gate.ts";
import { clean, free, guardCookies, keepConsent, readConsent } from "./jar.ts";
import type { Action, Levels } from "./merge.ts";
import { become, get, has, purposesOf, state } from "./page.ts";
import { quietly, safely } from "./quietly.ts";
import { type Inert, shared } from "./revive.ts";
import { sender } from "./send.ts";
import type { Event as Happening } from "./step.ts";
import { draw, picked } from "./ui/draw.ts";
import { nameTriggers } from "./ui/links.ts";
import { addSheet } from "./ui/sheet.ts";
import { BANNER, HIDDEN, PREFERENCES } from "./views.ts";
import { cleanDeep, cleanPartitioned } from "./with/clean.ts";
import { queue } from "./with/consentmode.ts";
import { identifier } from "./with/identify.ts";
import { debug } from "./with/debug.ts";
import { insight } from "./with/insight.ts";
import { journal } from "./with/journal.ts";
import { network } from "./with/network.ts";
import { tellTags } from "./with/signals.ts";
import { guardCookieStore, guardStorage, watched } from "./with/writes.ts";

type Call = readonly [method: string, ...args: unknown[]];

const page = window as { lxConsent?: unknown };
// What a stub or the inline gate has left.
const before = page.lxConsent as { gate?: unknown; q?: Iterable<Call> } | undefined;

const tell = (name: string, action?: string) => {
  const detail = { ...get(), action };
  dispatchEvent(new CustomEvent(`lxconsent:${name}`, { detail }));
  if (CONSENT_MODE && action) quietly(() => queue({ event: "lxconsent_change", ...detail }));
};

/** Does what the state asks for. */
const settle = (before?: string) => {
  const [choice, , changed, given] = state;
  if (!PREVIEW) {
    if (choice._raw) keepConsent(choice._raw);
    if (given) void send?.(given, before);
  }
  if (changed) {
    if (COOKIES && !(REPORT_ONLY && changed === "sync")) {
      clean();
      if (DEEP) cleanDeep(free);
      if (PARTITIONED) cleanPartitioned(free);
    }
    tellTags("update", has, WORDPRESS && get().decided);
    again();
  }
  look();
  if (changed) tell("change", changed);
};
const go = (event: Happening) => {
  const before = state[0]._raw;
  become(event);
  settle(before);
};
const close = () => go({ _show: HIDDEN });
const look = () => {
  if (LINKS) nameTriggers();
  draw(close, tell);
};
const send = PREVIEW ? undefined : sender((consent) =>
  go({ _read: [consent, state[0]._raw] }),
);

/** A grant needs the visitor's own hand; a refusal is taken from anyone. */
const act = (_act: Action, levels: Levels, trusted?: boolean, _vendors?: Levels) => {
  const hand = trusted || navigator.userActivation?.isActive;
  const _levels = Object.fromEntries(Object.entries(levels).filter(([, n]) => hand || !n));
  if (hand || Object.keys(_levels)[0]) go({ _act, _levels, _vendors });
};
const everything = Object.fromEntries(rules.map((r) => [r._id, r._max]));
const api = {
  has: (name: string, level?: number | string) => has(name, level),
  get,
  show: () => go({ _show: BANNER }),
  showPreferences: () => go({ _show: PREFERENCES }),
  acceptAll: () => act("api", everything),
  rejectAll: () => go({ _act: "reject_all" }),
  withdraw: () => go({ _act: "withdraw" }),
  set: (levels: Readonly<Record<string, number | boolean>>) => {
    const known: Record<string, number> = {};
    for (const name in levels) for (const r of purposesOf(name)) known[r._id] = Math.min(r._max, Math.max(0, (levels[name] as number) | 0));
    act("api", known);
  },
  rescan: (root?: ParentNode) => scan(root),
  on: (event: string, fn: EventListener) => addEventListener(`lxconsent:${event}`, fn),
  off: (event: string, fn: EventListener) => removeEventListener(`lxconsent:${event}`, fn),
  /** Takes what a stub would have queued. */
  push: ([method, ...args]: Call) => (api as unknown as Record<string, (...args: unknown[]) => void>)[method]?.(...args),
  ready: undefined as Promise<unknown> | undefined,
};
if (IDENTIFY) Object.assign(api, { identify: identifier((consent) => go({ _read: [consent] })) });

// From here on things happen, in the order that lets nothing slip through.
if (COOKIE_WRITES) guardCookies(JOURNAL ? watched(free) : free);
if (STORAGE_WRITES) {
  guardCookieStore(watched(free));
  guardStorage(watched(free));
  addEventListener("pagehide", safely(clean));
}
if (!before?.gate) tellTags("default", () => false);
const read = () => (PREVIEW ? [] : readConsent());
become({ _read: read() });
if (NETWORK && !shared._net) {
  shared._may = has;
  network(shared, scan);
}
arm(has, look);
if (INSIGHT) insight();
if (JOURNAL) Object.assign(api, { held: () => journal.map((entry) => ({ ...entry })) });
if (DEBUG) debug();
addSheet();
api.ready = Promise.resolve(api);
page.lxConsent = api;
// Whoever waits hears of everything, the start included.
for (const call of before?.q ?? (before as unknown as Iterable<Call> | undefined) ?? []) api.push(call);
settle();
// Only what has no proof can be waiting; a look into the storage costs milliseconds.
if (state[0]._raw.endsWith(".")) void send?.();
tell("ready");

/** Shows what a placeholder stands for, from now on if its vendor is granted. */
const show = (trusted: boolean, hook: HTMLElement) => {
  const slot = hook.closest<Inert>(".lx-embed")?.lx;
  if (!trusted || !slot) return;
  slot._once = true;
  void turn(slot);
  if (hook.dataset.lxAction === "always") act("embed", {}, trusted, { [slot._inert.dataset.vendor as string]: 1 });
};
const hooks: Readonly<Record<string, (trusted: boolean, hook: HTMLElement) => void>> = {
  // Only what stands here is an action.
  // @ts-expect-error: this sets the prototype.
  __proto__: null,
  accept: (trusted) => act("accept_all", everything, trusted),
  reject: api.rejectAll,
  settings: api.showPreferences,
  save: (trusted) => act("save", picked(), trusted),
  close,
  ...(VENDORS && { once: show, always: show }),
};
// Caught on its way down, where no handler of the page stops it.
addEventListener("click", safely((e) => {
  const hook = (e.target as Element).closest?.<HTMLElement>("[data-lx-action]");
  hooks[hook?.dataset.lxAction as string]?.(e.isTrusted, hook as HTMLElement);
}), true);
addEventListener("keydown", safely((e) => {
  if (e.key === "Escape" && !e.defaultPrevented && state[1] === BANNER && !MODAL) close();
}));
// Another tab, or this page out of the back-forward cache, may have another choice. These are
// hints: our own cookie says which.
const reread = safely(() => {
  const values = read();
  const raw = state[0]._raw;
  if (raw ? !values.includes(raw) : values[0]) go({ _read: values });
  else look();
});
for (const name of ["visibilitychange", "pageshow", "prerenderingchange"]) addEventListener(name, reread, true);
if (!PREVIEW) (window as { cookieStore?: EventTarget }).cookieStore?.addEventListener("change", reread);
