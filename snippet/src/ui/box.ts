// The one element that the visitor sees: the banner or the preferences.
import { dir, locale, type NamedRule, policyURL, rules, vendors } from "lx:config";
import * as words from "lx:words";
import type { Levels } from "../decide.ts";
import { attr, button, h, pin } from "./h.ts";

const link = (href: string | undefined, text: string) => (href ? h("a", { href, target: "_blank", rel: "noopener" }, text) : text);

const row = (rule: NamedRule, level: number): HTMLElement => {
  const input = h("input", { type: "checkbox", "data-lx-purpose": rule._id, disabled: rule._necessary });
  input.checked = level > 0;
  const select =
    LEVELS &&
    rule._levels &&
    h(
      "select",
      { "data-lx-level": rule._id, "aria-label": rule._title },
      rule._titles?.map((title, i) => h("option", { value: i + 1 }, title)),
    );
  if (select) {
    select.selectedIndex = Math.max(0, level - 1);
    select.disabled = !level;
    input.onchange = () => {
      select.disabled = !input.checked;
    };
  }
  const users = VENDORS ? vendors.filter((v) => v._purposes.includes(rule._id)).flatMap((v) => [" ", link(v._url, v._name)]) : [];
  return h(
    "section",
    {},
    h("label", {}, h("b", {}, rule._title), rule._necessary && h("small", {}, words.always), input),
    h("p", {}, rule._text),
    users[0] && h("small", {}, words.usedBy, users),
    select,
  );
};

/** Builds the box; it is not in the page yet. A level is asked for each purpose of the preferences. */
export const box = (preferences: boolean, gpc: boolean | undefined, level: (rule: NamedRule) => number, waiting: false | (() => string)): HTMLDialogElement =>
  pin(
    h(
      "dialog",
      {
        id: "lx-consent",
        class: "lx",
        role: "dialog",
        "aria-labelledby": "lx-title",
        lang: locale,
        dir,
        "data-lx-view": preferences ? "preferences" : "banner",
      },
      h(
        "div",
        {},
        // The heading takes the focus of a dialog that opens, so no choice is favoured.
        h("h2", { id: "lx-title", tabindex: -1, autofocus: preferences || MODAL }, preferences ? words.prefsTitle : words.title),
        h("p", {}, preferences ? words.prefsBody : CHANGED && waiting ? words.body.replace("{waiting}", waiting) : words.body, " ", link(policyURL, words.policy)),
        gpc && words.gpcHonoured && h("p", { role: "status" }, words.gpcHonoured),
        preferences && rules.map((r) => row(r, level(r))),
      ),
      h(
        "div",
        {},
        button("reject", words.reject),
        button("accept", words.accept),
        preferences ? button("save", words.save) : button("settings", words.settings),
      ),
      (preferences || CLOSE) && button("close", "×", { "aria-label": words.close }, "absolute"),
    ),
    "flex",
    "fixed",
  );

/** Reads the levels that are set in the preferences. */
export const picked = (root: Element): Levels => {
  const out: Record<string, number> = {};
  for (const input of root.querySelectorAll<HTMLInputElement>("input:enabled"))
    out[attr(input, "data-lx-purpose")] = input.checked ? +((LEVELS && input.closest("section")?.querySelector("select")?.value) || 1) : 0;
  return out;
};

/** The small button that opens the preferences again. */
export const reopener = () => button("settings", "", { id: "lx-reopen", class: "lx", "aria-label": words.reopen, title: words.reopen, lang: locale }, "fixed");
