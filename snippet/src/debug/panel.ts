// The debug panel: what holds on this page, and why. It is no part of the
// script that visitors load, and shows nothing that the page does not hold.
import { cookies, held, purposes, type Row, signals, visit } from "./look.ts";

// Important, since it may stand in our own dialog, whose styles are.
const box = {
  all: "initial", position: "fixed", inset: "8px 8px auto auto", "z-index": "2147483647", width: "min(680px,calc(100vw - 16px))",
  "max-height": "clamp(40vh,100vh - var(--lx-height,0px) - 32px,60vh)", overflow: "auto", font: "13px/1.5 system-ui,sans-serif",
  background: "#11141c", color: "#e8ebf2", "border-radius": "10px", "box-shadow": "0 8px 40px #0008", "color-scheme": "dark",
};
const important = (rules: Record<string, string>) => Object.entries(rules).map(([name, value]) => `${name}:${value}!important;`).join("");
const css = `:host{${important(box)}}
@media(min-width:1000px){:host(.beside){width:calc(50vw - 316px)!important;max-height:calc(100vh - 16px)!important}}
header{position:sticky;top:0;display:flex;gap:8px;align-items:center;padding:10px 14px;background:#1b2030}h2{flex:1;margin:0;font-size:15px}
button{font:inherit;color:inherit;background:#333b52;border:0;border-radius:6px;padding:4px 10px;min-height:28px;cursor:pointer}
section{padding:4px 14px 12px}h3{margin:8px 0 4px;font-size:13px;color:#9db4ff}table{width:100%;border-collapse:collapse}
td,th{padding:2px 8px 2px 0;text-align:left;vertical-align:top;min-width:6em;overflow-wrap:anywhere;border-top:1px solid #ffffff14}th{color:#a9b0c2;font-weight:500}`;

const h = (tag: string, text = "", ...children: Node[]): HTMLElement => {
  const e = document.createElement(tag);
  e.append(text, ...children);
  return e;
};

const parts: readonly (readonly [title: string, heads: Row, rows: () => readonly Row[]])[] = [
  ["This visit", [], visit],
  ["What the law asks, and which row decided", ["Field", "Value", "Row"], () => LX_INFO.laws.map((l) => [l.field, l.value, l.row])],
  ["Purposes", ["Purpose", "Classes", "Mode", "Now"], purposes],
  ["Signals, as tags see them", [], signals],
  ["Held and released", ["What", "Target", "Purpose", "State"], held],
  ["Cookies and keys", ["Name", "Kind", "Purpose", "Lifetime", "State"], cookies],
];

const table = (heads: Row, rows: readonly Row[]) =>
  h("table", "", ...(heads[0] ? [h("tr", "", ...heads.map((c) => h("th", c)))] : []), ...rows.map((r) => h("tr", "", ...r.map((c) => h("td", c)))));

const open = () => {
  const host = h("div");
  host.id = "lx-debug";
  host.tabIndex = 0;
  host.setAttribute("role", "region");
  host.setAttribute("aria-label", "Consent on this page");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  const button = (label: string, act: () => void) => {
    const b = h("button", label);
    b.onclick = act;
    return b;
  };
  const body = h("div");
  const draw = () =>
    body.replaceChildren(
      ...parts.map(([title, heads, read]) => {
        const rows = read();
        return h("section", "", h("h3", title), rows[0] ? table(heads, rows) : h("p", "nothing"));
      }),
    );
  const fold = button("Fold", () => {
    body.hidden = !body.hidden;
    fold.textContent = body.hidden ? "Unfold" : "Fold";
  });
  let due: number | undefined;
  const soon = () => {
    clearTimeout(due);
    due = window.setTimeout(draw, 100);
  };
  // All that a modal dialog does not hold is out of reach.
  const settle = () => {
    const modal = document.querySelector("#lx-consent:modal");
    const home = modal ?? document.body;
    if (host.parentNode === home) return;
    host.classList.toggle("beside", !!modal);
    // Over a small dialog it would hide what is asked.
    if (modal && innerWidth < 1000 && !body.hidden) fold.click();
    home.append(host);
  };
  const watch = new MutationObserver(settle);
  for (const event of ["ready", "change", "show", "hide", "held"]) addEventListener(`lxconsent:${event}`, soon);
  shadow.append(h("header", "", h("h2", "Consent on this page"), button("Refresh", draw), fold, button("Close", () => {
    watch.disconnect();
    host.remove();
  })), body);
  draw();
  settle();
  watch.observe(document.body, { childList: true });
};

// The same as data, for reports and tests.
(window as { lxDebug?: () => unknown }).lxDebug = () => Object.fromEntries(parts.map(([title, , read]) => [title, read()]));
if (document.body) open();
else addEventListener("DOMContentLoaded", open);
