// The one owner of state: it runs what `step` decides.
import { endpoint, locale, type NamedRule, rules, site, terms } from "lx:config";
import { levelOf, may, now, purposesOf, signalsOf } from "./allow.ts";
import type { Levels } from "./decide.ts";
import { gate, type Shared } from "./gate.ts";
import { clean, declared, guardCookies, keepConsent, readConsent } from "./jar.ts";
import type { Action } from "./merge.ts";
import { sender } from "./send.ts";
import { asks, BANNER, type Event as Happening, HIDDEN, PREFERENCES, type State, step, type View } from "./step.ts";
import { box, picked, reopener } from "./ui/box.ts";
import { placeholder } from "./ui/embed.ts";
import { attr } from "./ui/h.ts";
import { addSheet } from "./ui/sheet.ts";
import { cleanDeep, cleanPartitioned } from "./with/clean.ts";
import { consentMode, push } from "./with/consentmode.ts";
import { network } from "./with/network.ts";
import { teller } from "./with/signals.ts";
import { guardCookieStore, guardStorage, watched } from "./with/writes.ts";

/** Starts in this page, with the gate that an inline script has left; the result is the public interface but for its events. */
export const start = (script: HTMLScriptElement | null, inline?: Shared) => {
  const base = endpoint || (script?.src ?? "").replace(/\/s\/[^/]*$/, "");
  const signals = signalsOf(script);
  let state: State = { _choice: undefined, _raw: "", _signals: signals, _view: HIDDEN };
  let shown: HTMLDialogElement | undefined;
  let reopen: HTMLElement | undefined;
  let drawn: View = HIDDEN;

  const tellTags = SIGNALS ? teller() : CONSENT_MODE ? consentMode() : undefined;
  const level = (r: NamedRule) => levelOf(r, state._choice, signals);
  const has = (name: string, level?: number | string, vendor?: string) => may(state._choice, signals, name, level, vendor);
  const free = (name: string, kind?: string) => {
    const c = declared(name, kind);
    return !c || has(c._purpose, 0, c._vendor);
  };
  const get = () => ({
    site,
    edition: terms._edition,
    regime: terms._regime,
    locale,
    levels: Object.fromEntries(rules.map((r) => [r._id, level(r)])),
    decided: !asks(terms, state, now()),
    gpc: !!signals.gpc,
  });
  const tell = (name: string, action?: string) => {
    const detail = { ...get(), action };
    dispatchEvent(new CustomEvent(`lxconsent:${name}`, { detail }));
    if (CONSENT_MODE && action) push({ event: "lxconsent_change", ...detail });
  };

  /** The titles of what waits for a grant and is asked about now. */
  const waiting = () => {
    const all = rules.filter((r) => !r._mode);
    const asked = all.filter((r) => asks(terms, state, now(), [r]));
    return new Intl.ListFormat(locale).format((asked[0] ? asked : all).map((r) => r._title));
  };

  const draw = () => {
    const view = state._view;
    const before = drawn;
    const root = view ? shown : reopen;
    if (!document.body || (view === before && (root?.isConnected ?? !REOPEN))) return;
    drawn = view;
    const focused = shown?.contains(document.activeElement);
    shown?.close();
    shown?.remove();
    if (view) {
      if (REOPEN) reopen?.remove();
      shown = box(view === PREFERENCES, signals.gpc, level, CHANGED && waiting);
      shown.oncancel = (e) => {
        e.preventDefault();
        go({ _close: true });
      };
      document.body.prepend(shown);
      // Opened by attribute, a banner takes no focus from the page.
      if (view === PREFERENCES || MODAL) shown.showModal();
      else shown.open = true;
    } else if (REOPEN) {
      reopen ??= reopener();
      document.body.append(reopen);
      if (focused) reopen.focus();
    }
    if (!before !== !view) tell(view ? "show" : "hide");
  };

  const go = (event: Happening) => {
    const [next, { _store, _send, _changed }] = step(terms, state, event, now());
    state = next;
    if (!PREVIEW && _store) keepConsent(state._raw);
    if (_send) void send?.(..._send);
    if (_changed) {
      if (COOKIES && !(REPORT_ONLY && _changed === "sync")) {
        clean(free);
        if (DEEP) cleanDeep(free);
        if (PARTITIONED) cleanPartitioned(free);
      }
      if (WORDPRESS) tellTags?.("update", has, get().decided);
      else tellTags?.("update", has);
      scan();
    }
    draw();
    if (_changed) tell("change", _changed);
  };
  const send = PREVIEW ? undefined : sender(base, (value) => go({ _answer: value }));

  /** A grant needs the visitor's own hand; a refusal is taken from anyone. */
  const act = (action: Action, levels?: Levels, hand = navigator.userActivation?.isActive, vendors?: Levels) => {
    if (!hand) levels = Object.fromEntries(Object.entries(levels ?? {}).filter(([, n]) => !n));
    if (hand || Object.keys(levels ?? {})[0]) go({ _act: action, _levels: levels, _vendors: vendors });
  };
  const api = {
    has: (name: string, level?: number | string) => has(name, level),
    get,
    show: () => go({ _show: BANNER }),
    showPreferences: () => go({ _show: PREFERENCES }),
    acceptAll: () => act("api", Object.fromEntries(rules.flatMap((r) => (r._necessary ? [] : [[r._id, r._max]])))),
    rejectAll: () => go({ _act: "reject_all" }),
    withdraw: () => go({ _act: "withdraw" }),
    set: (levels: Readonly<Record<string, number | boolean>>) => {
      const known: Record<string, number> = {};
      for (const name in levels)
        for (const r of purposesOf(name)) if (!r._necessary) known[r._id] = Math.max(0, Math.min(r._max, Number(levels[name]) | 0));
      act("api", known);
    },
    rescan: (root: ParentNode = document) => scan(root),
  };
  const read = () => {
    const values = PREVIEW ? [] : readConsent();
    if (!values.includes(state._raw) && (values[0] || state._raw)) go({ _read: values });
  };

  const on = <E extends Event = Event>(events: string, f: (e: E) => void) => {
    for (const name of events.split(" ")) addEventListener(name, f as EventListener);
  };

  // From here on things happen, in the order that lets nothing slip through.
  if (COOKIE_WRITES) guardCookies(JOURNAL ? watched(free) : (name) => free(name));
  if (STORAGE_WRITES) {
    guardCookieStore(watched(free));
    guardStorage(watched(free));
    on("pagehide", () => clean(free));
  }
  if (!inline) tellTags?.("default", () => false);
  const stand = (e: Element, once: () => void) =>
    placeholder(e, once, (vendor) => {
      once();
      act("embed", {}, true, { [vendor]: 1 });
    });
  const [scan, shared] = gate(has, VENDORS ? stand : undefined, inline);
  if (NETWORK && !shared._net) network(shared, scan);
  addSheet();
  go({ _read: PREVIEW ? [] : readConsent() });
  void send?.();

  new MutationObserver((records) => {
    if (document.readyState === "loading") scan(document);
    else for (const r of records) for (const n of r.addedNodes) if (n instanceof Element) scan(n);
    draw();
  }).observe(document, { childList: true, subtree: true });
  on("DOMContentLoaded", () => scan(document));
  // Another tab, whose decision waits for the server in its storage, or this page out of the
  // back-forward cache, may have another choice. These are hints: our own cookie says which.
  on("visibilitychange pageshow storage", read);
  on<KeyboardEvent>("keydown", (e) => {
    if (e.key === "Escape" && !e.defaultPrevented && state._view === BANNER && !MODAL) go({ _close: true });
  });
  on("click", (e) => {
    const hook = e.target instanceof Element && e.target.closest("[data-lx-action]");
    const action = hook && attr(hook, "data-lx-action");
    const hand = e.isTrusted || navigator.userActivation?.isActive;
    if (action === "accept") act("accept_all", undefined, hand);
    if (action === "reject") api.rejectAll();
    if (action === "save" && shown) act("save", picked(shown), hand);
    if (action === "settings") api.showPreferences();
    if (action === "close") go({ _close: true });
  });

  return [tell, api] as const;
};
