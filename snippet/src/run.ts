// The one owner of state: it runs what `step` decides.
import * as config from "lx:config";
import { clean, declared, guardCookies, keepConsent, readConsent } from "./jar.ts";
import { decide, type Decision, type Levels, type Signals } from "./decide.ts";
import { gate } from "./gate.ts";
import type { Action } from "./merge.ts";
import { resend, send } from "./send.ts";
import * as S from "./step.ts";
import { box, picked, reopener } from "./ui/box.ts";
import { addSheet } from "./ui/sheet.ts";
import { announce, consentMode } from "./with/consentmode.ts";

const { rules, aliases, vendors, lives, edition, regime, locale, site } = config;
const vendorIDs = vendors.map((v) => v._id);
const terms: S.Terms = {
  _rules: rules,
  _vendors: vendorIDs,
  _lives: lives,
  _edition: edition,
  _regime: regime,
  _closeRefuses: config.closeRefuses,
};

const now = () => Math.floor(Date.now() / 1000);

/** The purposes behind a name: a purpose's id, an alias of one, or a vendor's id. */
const purposesOf = (name: string): readonly string[] => {
  if (rules.some((r) => r._id === name)) return [name];
  const alias = aliases[name];
  return alias ? [alias] : (vendors.find((v) => v._id === name)?._purposes ?? []);
};

export const start = (script: HTMLScriptElement | undefined) => {
  const base = config.endpoint || (script?.src ?? "").replace(/\/s\/[^/]*$/, "");
  const marked = (name: string) => script?.hasAttribute(`data-${name}`);
  const signals: Signals = {
    ...((SIM_GPC || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true) && { gpc: true }),
    ...(marked("minor") && { minor: true }),
    ...(marked("sensitive") && { sensitive: true }),
  };
  let state: S.State = { _choice: undefined, _raw: "", _signals: signals, _view: S.HIDDEN };
  let shown: HTMLDialogElement | undefined;
  let reopen: HTMLElement | undefined;
  let drawn: S.View = S.HIDDEN;

  const decision = (name: string, vendor = "", level = 0): Decision => {
    const rule = rules.find((r) => r._id === name);
    return rule ? decide(rule, state._choice, lives, signals, now(), vendor, level) : [false, 0, "unknown-purpose", 0];
  };
  /** Whether a purpose, an alias or a vendor's purposes may run; a level is a number or a name. */
  const has = (name: string, level: number | string = 0, vendor = ""): boolean => {
    const ids = purposesOf(name);
    return !!ids[0] && ids.every((id) => {
      const named = rules.find((r) => r._id === id)?._levels?.findIndex(([l]) => l === level) ?? -1;
      const n = +level || (level ? named + 1 || 99 : 0);
      return decision(id, vendor || (vendorIDs.includes(name) ? name : ""), n)[0];
    });
  };
  const get = () => {
    const levels: Record<string, number> = {};
    for (const r of rules) {
      const [allow, level] = decision(r._id);
      levels[r._id] = allow ? level : 0;
    }
    return { site, edition, regime, locale, levels, decided: !!state._choice && !S.asks(terms, state, now()), gpc: !!signals.gpc };
  };
  const mayKeep = (name: string, kind?: string) => {
    const c = declared(name, kind);
    return !c || has(c._purpose, 0, c._vendor);
  };

  const tell = (name: string, action: Action | "" = "") => {
    const detail = { ...get(), ...(action && { action }) };
    dispatchEvent(new CustomEvent(`lxconsent:${name}`, { detail }));
    if (CONSENT_MODE && name === "change") announce(detail);
  };

  const held = gate(
    (names, vendor, level) => !!names[0] && names.every((n) => has(n, level, vendor)),
    (vendor) => act("embed", {}, { [vendor]: 1 }),
  );

  const draw = () => {
    const view = state._view;
    if (!document.body) return;
    if (view === drawn && (shown?.isConnected ?? !view)) return;
    const focused = shown?.contains(document.activeElement);
    const before = drawn;
    drawn = view;
    if (shown?.open) shown.close();
    shown?.remove();
    shown = undefined;
    if (REOPEN) {
      reopen ??= reopener();
      if (view) reopen.remove();
      else document.body.append(reopen);
    }
    if (view) {
      const preferences = view === S.PREFERENCES;
      shown = box({
        _preferences: preferences,
        _gpc: signals.gpc,
        _level: (r) => {
          const [allow, level] = decision(r._id);
          return allow ? level : 0;
        },
      });
      shown.oncancel = (e) => {
        e.preventDefault();
        go({ _do: S.CLOSE_BOX });
      };
      document.body.prepend(shown);
      if (preferences || MODAL) shown.showModal();
      // Opened by attribute, a banner takes no focus from the page.
      else shown.open = true;
      if (focused && !preferences) shown.querySelector("h2")?.focus();
    } else if (focused) reopen?.focus({ preventScroll: true });
    if (!before !== !view) tell(view ? "show" : "hide");
  };

  const answered = (value: string) => go({ _do: S.ANSWER, _value: value });
  const perform = (e: S.Effect) => {
    switch (e[0]) {
      case S.STORE:
        return PREVIEW || keepConsent(e[1]);
      case S.SEND:
        return PREVIEW || send(base, e[1], e[2], answered);
      case S.APPLY:
        if (COOKIES && !PREVIEW) clean(mayKeep);
        if (CONSENT_MODE) consentMode((id) => has(id));
        return held._apply();
      case S.RENDER:
        return draw();
      case S.TELL:
        return tell("change", e[1]);
    }
  };
  const go = (event: S.Event) => {
    const [next, effects] = S.step(terms, state, event, now());
    state = next;
    for (const e of effects) perform(e);
  };

  /** A grant needs the visitor's own hand; a refusal is taken from anyone. */
  const byHand = (e?: Event) =>
    e?.isTrusted || (navigator.userActivation ? navigator.userActivation.isActive : !!window.event?.isTrusted);
  const act = (action: Action, levels?: Levels, vendors?: Levels, trusted = byHand()) => {
    const kept = levels && Object.fromEntries(Object.entries(levels).filter(([, n]) => trusted || !n));
    if (!trusted && (action === "accept_all" || vendors)) return;
    go({ _do: S.ACT, _action: action, ...(kept && { _levels: kept }), ...(vendors && { _vendors: vendors }) });
  };

  const read = () => {
    const values = PREVIEW ? [] : readConsent();
    if (!drawn || !values.includes(state._raw)) if ((values[0] ?? "") !== state._raw) go({ _do: S.READ, _values: values });
  };

  // From here on things happen, in the order that lets nothing slip through.
  if (COOKIE_WRITES && COOKIES && !PREVIEW) guardCookies((name) => mayKeep(name));
  addSheet();
  go({ _do: S.READ, _values: PREVIEW ? [] : readConsent() });
  if (!PREVIEW) resend(base, answered);

  new MutationObserver((records) => {
    if (document.readyState === "loading") held._scan(document);
    else for (const r of records) for (const n of r.addedNodes) if (n instanceof Element) held._scan(n);
    draw();
  }).observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", () => held._scan(document));
  // Another tab, or this page out of the back-forward cache, may have another choice.
  addEventListener("pageshow", read);
  document.addEventListener("visibilitychange", read);

  document.addEventListener("click", (e) => {
    const hook = e.target instanceof Element && e.target.closest("[data-lx-action]");
    if (!hook) return;
    switch (hook.getAttribute("data-lx-action")) {
      case "accept":
        return act("accept_all", undefined, undefined, byHand(e));
      case "reject":
        return go({ _do: S.ACT, _action: "reject_all" });
      case "save":
        return shown && act("save", picked(shown), undefined, byHand(e));
      case "settings":
        return go({ _do: S.SHOW, _view: S.PREFERENCES });
      case "close":
        return go({ _do: S.CLOSE_BOX });
    }
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !e.defaultPrevented && state._view === S.BANNER && !MODAL) go({ _do: S.CLOSE_BOX });
  });

  return {
    has: (name: string, level?: number | string) => has(name, level),
    get,
    show: () => go({ _do: S.SHOW, _view: S.BANNER }),
    showPreferences: () => go({ _do: S.SHOW, _view: S.PREFERENCES }),
    acceptAll: () => act("api", Object.fromEntries(rules.flatMap((r) => (r._necessary ? [] : [[r._id, r._max]])))),
    rejectAll: () => go({ _do: S.ACT, _action: "reject_all" }),
    withdraw: () => go({ _do: S.ACT, _action: "withdraw" }),
    set: (levels: Readonly<Record<string, number | boolean>>) => {
      const known: Record<string, number> = {};
      for (const [name, n] of Object.entries(levels))
        for (const id of purposesOf(name)) {
          const rule = rules.find((r) => r._id === id);
          if (rule && !rule._necessary) known[id] = Math.max(0, Math.min(rule._max, Math.floor(+n) || 0));
        }
      act("api", known);
    },
    rescan: (root: ParentNode = document) => held._scan(root),
    _tell: tell,
  };
};
