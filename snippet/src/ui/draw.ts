// The one element that the visitor sees: the banner, the preferences, or the
// button that opens them again.
import { locale, type NamedRule, rules, site } from "lx:config";
import { saved, status, views } from "lx:view";
import { close, type Entries, state, tell } from "../act.ts";
import { get, levelOf, now } from "../page.ts";
import { safely } from "../quietly.ts";
import { isMinor, signals } from "../signals.ts";
import { beside } from "../send.ts";
import { asks } from "../step.ts";
import { BANNER, PREFERENCES, type View } from "../views.ts";
import { grow } from "./grow.ts";
import { nameTriggers } from "./links.ts";
import { addSheet } from "./sheet.ts";

let root: HTMLElement | undefined;
let drawn: View | undefined;
/** Says that a choice is taken, to those who hear the page. It must stand there before it says anything. */
const live = grow(status);

/** The switch of each purpose, and the list of its levels. */
const rows = () => [...(root as HTMLElement).querySelectorAll("section")].map((row) => row.querySelectorAll<HTMLInputElement & HTMLSelectElement>("input,select"));

/** The levels that are set in the preferences. */
export const picked = (): Entries =>
  rows().map(([input, select]) => [(input as HTMLInputElement).dataset.lxPurpose as string, (input as HTMLInputElement).checked ? (LEVELS && (select?.selectedIndex as number) + 1) || 1 : 0]);

/** The titles of what waits for a grant and is asked about now. */
const waiting = () => {
  const all = rules.filter((r) => !r._necessary && !r._mode);
  const asked = all.filter((r) => asks(signals, state[0], now(), [r]));
  return new Intl.ListFormat(locale).format((asked[0] ? asked : all).map((r) => `${r._title}`));
};

/** Brings what is shown in line with the state; again, with what was set in the preferences, where the page has removed it. */
export const draw = (set?: Entries) => {
  if (LINKS) nameTriggers();
  const view = state[1];
  const last = drawn;
  // A page that is made before it is wanted shows nothing until it is.
  if (!document.body || (document as { prerendering?: boolean }).prerendering) return;
  addSheet(view !== BANNER);
  // A router that shows a kept copy of its page shows one of ours.
  const shown = document.querySelector("#lx-consent");
  if (shown !== root) shown?.remove();
  if (view === last && !set) {
    // Who takes our box away at once is not answered at once: the two would never end.
    if (root?.isConnected === false) {
      setTimeout(safely(draw), 50, picked());
      root = undefined;
    }
    return;
  }
  // Who closes the preferences may have clicked beside them.
  const focused = last === PREFERENCES || root?.contains(document.activeElement);
  // Closing gives the focus back to where it came from.
  (root as HTMLDialogElement | undefined)?.close?.();
  root?.remove();
  drawn = view;
  if (view) document.body.append(live);
  live.textContent = view || !state[2] ? "" : saved;
  if (REOPEN || view) {
    // Only the preferences have a gap for an address.
    const words = CHANGED && view === BANNER ? waiting() : LIST && beside && new URL(`${site}/declaration.html?lang=${locale}`, beside);
    const box = (root = grow(views[view] as string, words)) as HTMLDialogElement;
    document.body[view ? "prepend" : "append"](box);
    if (!(signals.gpc || (STATUS && rules.some((r) => r._gpc && state[0]._said.get(r._id) === "0")))) box.querySelector("[role=status]")?.remove();
    if (view === PREFERENCES) rows().forEach(([input, select], i) => {
      const rule = rules[i] as NamedRule;
      const n = new Map(set).get(rule._id) ?? levelOf(rule);
      (input as HTMLInputElement).dataset.lxPurpose = rule._id;
      (input as HTMLInputElement).checked = !!n;
      if (LEVELS && select) select.selectedIndex = n && n - 1;
      // What no minor can grant has no switch for one.
      if (isMinor && rule._minor) ((input as HTMLInputElement).closest("section") as Element).remove();
    });
    box.oncancel = close;
    // For programs that look at pages.
    box.dataset.lxInfo = JSON.stringify(get());
    // A banner that does not make the page wait takes no focus from it.
    if (view === PREFERENCES || (MODAL && view)) box.showModal();
    const seen = safely(() => {
      // Whose styles are gone has another size.
      setTimeout(addSheet);
      // A page that moves or filters its whole body, even later, places it in that, out of sight perhaps, and not in the window.
      if (box.offsetParent === document.body) document.body.before(box);
      // A page whose dialog makes inert what comes beside it means what lies behind it.
      if (box.open) box.inert = false;
      // A page may leave room for a banner, and gets it back when that is gone.
      if (view === BANNER) document.documentElement.style.setProperty("--lx-height", `${box.offsetHeight}px`);
    });
    for (const Observer of [ResizeObserver, IntersectionObserver]) new Observer(seen).observe(box);
    if (focused && document.activeElement === document.body) (box.querySelector<HTMLElement>(LINKS ? "h2,button" : "h2") ?? box).focus();
  } else root = undefined;
  if (!last !== !view) tell(view ? "show" : "hide");
};
