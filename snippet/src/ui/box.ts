// The one element that the visitor sees: the banner or the preferences.
import { dir, locale, type NamedRule, policyURL, rules, vendors } from "lx:config";
import * as words from "lx:words";
import type { Levels } from "../decide.ts";
import { button, h, pin } from "./h.ts";

/** How the box is filled in. */
export type Shown = {
  readonly _preferences: boolean;
  /** The signal is on, and the visitor must see that it is honoured. */
  readonly _gpc: boolean | undefined;
  /** The level at which a purpose stands. */
  readonly _level: (rule: NamedRule) => number;
};

const row = (rule: NamedRule, level: number): HTMLElement => {
  const id = `lx-${rule._id}`;
  const input = h("input", {
    type: "checkbox",
    id,
    "data-lx-purpose": rule._id,
    "aria-describedby": `${id}-text`,
    disabled: rule._necessary && "",
  });
  input.checked = level > 0;
  const label = h("label", { for: id }, h("b", {}, rule._title), ...(rule._necessary ? [h("i", {}, words.always)] : []), input);
  const out = h("section", {}, label, h("p", { id: `${id}-text` }, rule._text));
  if (rule._levels) {
    const select = h(
      "select",
      { "data-lx-level": rule._id, "aria-label": `${rule._title}: ${words.levelLabel}` },
      ...rule._levels.map(([, title], i) => h("option", { value: `${i + 1}` }, title)),
    );
    select.selectedIndex = (level || 1) - 1;
    select.disabled = !level;
    input.onchange = () => {
      select.disabled = !input.checked;
    };
    out.append(select);
  }
  if (VENDORS) {
    const users = vendors.filter((v) => v._purposes.includes(rule._id));
    if (users[0])
      out.append(
        h("small", {}, words.usedBy, ...users.flatMap((v) => [" ", v._url ? link(v._url, v._name) : v._name])),
      );
  }
  return out;
};

const link = (href: string, text: string) => h("a", { href, target: "_blank", rel: "noopener" }, text);

/** Builds the box; it is not in the page yet. */
export const box = ({ _preferences, _gpc, _level }: Shown): HTMLDialogElement => {
  const text = h("p", { id: "lx-text" }, _preferences ? words.prefsBody : words.body, " ", link(policyURL, words.policy));
  const head = h(
    "div",
    {},
    // The heading takes the focus of a dialog that opens, so no choice is favoured.
    h("h2", { id: "lx-title", tabindex: "-1", autofocus: "" }, _preferences ? words.prefsTitle : words.title),
    text,
    ...(_gpc ? [h("p", { role: "status" }, words.gpcHonoured)] : []),
    ...(_preferences ? rules.map((r) => row(r, _level(r))) : []),
  );
  const choices = [button("reject", words.reject), button("accept", words.accept)];
  choices.push(_preferences ? button("save", words.save) : button("settings", words.settings));
  const close = _preferences || CLOSE ? [button("close", "×", { "aria-label": words.close })] : [];
  for (const b of [...choices, ...close]) pin(b, "block", b === close[0] ? "absolute" : "static");
  return pin(
    h(
      "dialog",
      {
        id: "lx-consent",
        role: "dialog",
        "aria-labelledby": "lx-title",
        "aria-describedby": "lx-text",
        lang: locale,
        dir,
        "data-lx-view": _preferences ? "preferences" : "banner",
      },
      head,
      h("div", {}, ...choices),
      ...close,
    ),
    "flex",
    "fixed",
  );
};

/** Reads the levels that are set in the preferences. */
export const picked = (root: HTMLElement): Levels => {
  const out: Record<string, number> = {};
  for (const input of root.querySelectorAll<HTMLInputElement>("[data-lx-purpose]:enabled")) {
    const id = input.getAttribute("data-lx-purpose") ?? "";
    const select = root.querySelector<HTMLSelectElement>(`[data-lx-level="${id}"]`);
    out[id] = input.checked ? +(select?.value ?? 1) : 0;
  }
  return out;
};

/** The small button that opens the preferences again. */
export const reopener = () =>
  pin(button("settings", "", { id: "lx-reopen", "aria-label": words.reopen, title: words.reopen, lang: locale, dir }), "block", "fixed");
