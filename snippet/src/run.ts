// The one owner of state: it runs what `step` decides.
import { endpoint, locale, rules, site, terms, vendors } from "lx:config";
import { clean, declared, guardCookies, keepConsent, readConsent } from "./jar.ts";
import { decide, type Levels, type Rule } from "./decide.ts";
import { gate } from "./gate.ts";
import type { Action } from "./merge.ts";
import { deliver, send } from "./send.ts";
import { asks, BANNER, type Effects, type Event as Happening, HIDDEN, PREFERENCES, type State, step, type View } from "./step.ts";
import { attr } from "./ui/h.ts";
import { box, picked, reopener } from "./ui/box.ts";
import { addSheet } from "./ui/sheet.ts";
import { consentMode, push } from "./with/consentmode.ts";

/** Starts in this page; the result is the public interface but for its events. */
export const start = (script: HTMLScriptElement | undefined) => {
  const base = endpoint || (script?.src ?? "").replace(/\/s\/[^/]*$/, "");
  const marked = (name: string) => script?.hasAttribute(`data-${name}`) || undefined;
  const signals = {
    gpc: SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true || undefined,
    minor: marked("minor"),
    sensitive: marked("sensitive"),
  } as State["_signals"];
  let state: State = { _choice: undefined, _raw: "", _signals: signals, _view: HIDDEN };
  let shown: HTMLDialogElement | undefined;
  let reopen: HTMLElement | undefined;
  let drawn: View = HIDDEN;

  const now = () => Math.floor(Date.now() / 1000);
  const levelOf = (rule: Rule, vendor = "", level = 0): number => {
    const [allow, n] = decide(rule, state._choice, terms, signals, now(), vendor, level);
    return allow ? n : 0;
  };
  const vendorOf = (name: string) => vendors.find((v) => v._id === name);
  /** The purposes behind a name: a purpose's own, another platform's, or a vendor's. */
  const purposesOf = (name: string) =>
    rules.filter((r) => r._names.includes(` ${name} `) || (VENDORS && vendorOf(name)?._purposes.includes(r._id)));
  /** Whether all purposes behind a name may run; a level is a number or a name. */
  const has = (name: string, level: number | string = 0, vendor = name): boolean => {
    const found = purposesOf(name);
    return (
      !!found[0] &&
      found.every((r) => levelOf(r, vendor, level ? +level || (r._levels?.findIndex(([id]) => id === level) ?? -1) + 1 || 99 : 0))
    );
  };
  const may = (name: string, kind?: string) => {
    const c = declared(name, kind);
    return !c || has(c._purpose, 0, c._vendor);
  };
  const get = () => ({
    site,
    edition: terms._edition,
    regime: terms._regime,
    locale,
    levels: Object.fromEntries(rules.map((r) => [r._id, levelOf(r)])),
    decided: !asks(terms, state, now()),
    gpc: !!signals.gpc,
  });
  const tell = (name: string, action?: string) => {
    const detail = { ...get(), action };
    dispatchEvent(new CustomEvent(`lxconsent:${name}`, { detail }));
    if (CONSENT_MODE && action) push({ event: "lxconsent_change", ...detail });
  };

  const draw = () => {
    const view = state._view;
    const before = drawn;
    const root = view ? shown : reopen;
    if (!document.body || (view === before && (root?.isConnected ?? !REOPEN))) return;
    drawn = view;
    const focused = shown?.contains(document.activeElement);
    if (shown?.open) shown.close();
    shown?.remove();
    if (REOPEN) {
      reopen ??= reopener();
      if (view) reopen.remove();
      else document.body.append(reopen);
    }
    if (view) {
      shown = box(view === PREFERENCES, signals.gpc, (r) => levelOf(r));
      shown.oncancel = (e) => {
        e.preventDefault();
        go({ _close: true });
      };
      document.body.prepend(shown);
      // Opened by attribute, a banner takes no focus from the page.
      if (view === PREFERENCES || MODAL) shown.showModal();
      else shown.open = true;
    } else if (focused) reopen?.focus();
    if (!before !== !view) tell(view ? "show" : "hide");
  };

  const answered = (value: string) => go({ _answer: value });
  const run = ({ _store, _send, _changed }: Effects) => {
    if (!PREVIEW && _store) keepConsent(state._raw);
    if (!PREVIEW && _send) send(base, answered, ..._send);
    if (_changed) {
      if (COOKIES) clean(may);
      if (CONSENT_MODE) consentMode("update", has);
      apply();
    }
    draw();
    if (_changed) tell("change", _changed);
  };
  const go = (event: Happening) => {
    const [next, effects] = step(terms, state, event, now());
    state = next;
    run(effects);
  };

  /** A grant needs the visitor's own hand; a refusal is taken from anyone. */
  const act = (action: Action, levels?: Levels, vendor?: string, hand = navigator.userActivation?.isActive) => {
    if (hand) go({ _act: action, _levels: levels, _vendors: vendor ? { [vendor]: 1 } : undefined });
    else {
      const refused = Object.entries(levels ?? {}).filter(([, n]) => !n);
      if (refused[0]) go({ _act: action, _levels: Object.fromEntries(refused) });
    }
  };
  const reject = () => go({ _act: "reject_all" });
  const showPreferences = () => go({ _show: PREFERENCES });
  const read = () => {
    const values = PREVIEW ? [] : readConsent();
    if (!values.includes(state._raw) && (values[0] || state._raw)) go({ _read: values });
  };

  // From here on things happen, in the order that lets nothing slip through.
  if (COOKIE_WRITES) guardCookies((name) => may(name));
  if (CONSENT_MODE) consentMode("default", () => false);
  const [scan, apply] = gate(has, (vendor) => act("embed", {}, vendor, true));
  addSheet();
  go({ _read: PREVIEW ? [] : readConsent() });
  if (!PREVIEW) void deliver(base, answered);

  new MutationObserver((records) => {
    if (document.readyState === "loading") scan(document);
    else for (const r of records) for (const n of r.addedNodes) if (n instanceof Element) scan(n);
    draw();
  }).observe(document, { childList: true, subtree: true });
  const on = document.addEventListener.bind(document) as typeof document.addEventListener;
  on("DOMContentLoaded", () => scan(document));
  // Another tab, or this page out of the back-forward cache, may have another choice.
  on("visibilitychange", read);
  addEventListener("pageshow", read);
  on("keydown", (e) => {
    if (e.key === "Escape" && !e.defaultPrevented && state._view === BANNER && !MODAL) go({ _close: true });
  });
  on("click", (e) => {
    const hook = e.target instanceof Element && e.target.closest("[data-lx-action]");
    const action = hook && attr(hook, "data-lx-action");
    const hand = e.isTrusted || navigator.userActivation?.isActive;
    if (action === "accept") act("accept_all", undefined, undefined, hand);
    if (action === "reject") reject();
    if (action === "save" && shown) act("save", picked(shown), undefined, hand);
    if (action === "settings") showPreferences();
    if (action === "close") go({ _close: true });
  });

  return [
    tell,
    {
      has: (name: string, level?: number | string) => has(name, level),
      get,
      show: () => go({ _show: BANNER }),
      showPreferences,
      acceptAll: () => act("api", Object.fromEntries(rules.flatMap((r) => (r._necessary ? [] : [[r._id, r._max]])))),
      rejectAll: reject,
      withdraw: () => go({ _act: "withdraw" }),
      set: (levels: Readonly<Record<string, number | boolean>>) => {
        const known: Record<string, number> = {};
        for (const name in levels)
          for (const r of purposesOf(name)) if (!r._necessary) known[r._id] = Math.max(0, Math.min(r._max, Number(levels[name]) | 0));
        act("api", known);
      },
      rescan: (root: ParentNode = document) => scan(root),
    },
  ] as const;
};
