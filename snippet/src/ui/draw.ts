// The one element that the visitor sees: the banner, the preferences, or the
// button that opens them again.
import { locale, type NamedRule, rules } from "lx:config";
import { banner, preferences, reopen } from "lx:view";
import type { Levels } from "../merge.ts";
import { get, levelOf, now, signals, state } from "../page.ts";
import { safely } from "../quietly.ts";
import { asks } from "../step.ts";
import { BANNER, PREFERENCES, type View } from "../views.ts";
import { grow } from "./grow.ts";

let root: HTMLElement | undefined;
let drawn: View | undefined;
let again: unknown;

/** The switch of each purpose, and the list of its levels. */
const rows = () => [...(root as HTMLElement).querySelectorAll("section")].map((row) => row.querySelectorAll<HTMLInputElement>("input,select"));

/** The levels that are set in the preferences. */
export const picked = (): Levels =>
  Object.fromEntries(rows().map(([input, select], i) => [(rules[i] as NamedRule)._id, input?.checked ? +((LEVELS && select?.value) || 1) : 0]));

/** The titles of what waits for a grant and is asked about now. */
const waiting = () => {
  const all = rules.filter((r) => !r._necessary && !r._mode);
  const asked = all.filter((r) => asks(signals, state[0], now(), [r]));
  return new Intl.ListFormat(locale).format((asked[0] ? asked : all).map((r) => `${r._title}`));
};

/** Brings what is shown in line with the state; tells whether a box has come or gone. */
export const draw = (close: () => void, tell: (name: string) => void, late?: boolean) => {
  const view = state[1];
  const last = drawn;
  // A page that is made before it is wanted shows nothing until it is.
  if (!document.body || (document as { prerendering?: boolean }).prerendering || (view === last && root?.isConnected !== false)) return;
  // Who takes our box away at once is not answered at once: the two would never end.
  if (view === last && !late) {
    if (!again)
      again = setTimeout(
        safely(() => {
          again = 0;
          draw(close, tell, true);
        }),
        50,
      );
    return;
  }
  const focused = root?.contains(document.activeElement);
  // Closing gives the focus back to where it came from.
  if (last) (root as HTMLDialogElement).close();
  root?.remove();
  drawn = view;
  root = view || REOPEN ? grow(view === PREFERENCES ? preferences : view || !REOPEN ? banner : reopen, CHANGED ? waiting() : undefined) : undefined;
  if (root) {
    document.body[view ? "prepend" : "append"](root);
    if (!(signals.gpc || (STATUS && rules.some((r) => r._gpc && state[0]._said.get(r._id) === "0")))) root.querySelector("[role=status]")?.remove();
    rows().forEach(([input, select], i) => {
      const n = levelOf(rules[i] as NamedRule);
      if (input) input.checked = !!n;
      if (LEVELS && select && n) select.value = `${n}`;
    });
    const dialog = root as HTMLDialogElement;
    dialog.oncancel = close;
    // Opened by attribute, a banner takes no focus from the page.
    if (view === PREFERENCES || (MODAL && view)) dialog.showModal();
    else dialog.open = !!view;
    // For programs that look at pages.
    if (view) root.dataset.lxInfo = JSON.stringify(get());
    // A page may leave room for a banner, and gets it back when that is gone.
    if (view === BANNER) new ResizeObserver(() => document.documentElement.style.setProperty("--lx-height", `${dialog.offsetHeight}px`)).observe(dialog);
    if (focused && document.activeElement === document.body) (root.querySelector<HTMLElement>(LINKS ? "h2,button" : "h2") ?? root).focus();
  }
  if (!last !== !view) tell(view ? "show" : "hide");
};
