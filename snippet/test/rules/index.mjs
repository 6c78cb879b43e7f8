// Checks a page with our banner on it against the rules of docs/rules.md that
// need a page to look at. Each function takes a Playwright page on which the
// banner stands and returns findings: {rule, severity, message, source, fix}.
// Usable on any page that carries our script:
//
//   import { check } from "./index.mjs";
//   const findings = await check(page, { profile: "opt-in", locale: "fr" });
import { readFileSync } from "node:fs";
import { facts } from "./facts.mjs";
import * as look from "./look.mjs";

const all = JSON.parse(readFileSync(new URL("../../../consent/law/rules/rules.json", import.meta.url), "utf8"));
const byId = new Map(all.map((r) => [r.id, r]));

/** Makes findings of what a check says: [rule, message, severity?]. */
export const findings = (said, where = "") =>
  said.map(([rule, message, severity]) => {
    const r = byId.get(rule);
    if (!r) throw new Error(`there is no rule ${rule}`);
    return { rule, severity: severity ?? r.severity, message: where ? `${where}: ${message}` : message, source: r.source, fix: r.fix };
  });

/** The screens on which both buttons must be seen at once; the last is 400 % zoom on a laptop. */
export const screens = [
  [320, 568],
  [360, 740],
  [1366, 768],
  [640, 512],
  [320, 256],
];

/** What the banner shows on this screen. */
export const banner = async (page, o = {}) => findings(look.banner(await facts(page), o));

/** Whether the choice can be made on every screen without scrolling, and the text reflows. */
export const sizes = async (page, o = {}) => {
  const before = page.viewportSize();
  const out = [];
  for (const [width, height] of o.screens ?? screens) {
    await page.setViewportSize({ width, height });
    out.push(...findings(look.fits(await facts(page)), `${width}×${height}`));
  }
  if (before) await page.setViewportSize(before);
  return out;
};

/** Wider text spacing must not cut anything. */
export const spacing = async (page) => {
  const space = (on) =>
    page.evaluate((on) => {
      for (const e of document.querySelectorAll("#lx-consent, #lx-consent *"))
        for (const [name, value] of [["letter-spacing", "0.12em"], ["word-spacing", "0.16em"], ["line-height", "1.5"]])
          if (on) e.style.setProperty(name, value, "important");
          else e.style.removeProperty(name);
    }, on);
  await space(true);
  const out = findings(look.uncut(await facts(page), "D33"), "with wider spacing");
  await space(false);
  return out;
};

/** What the keyboard alone reaches, in which order, and whether the focus can be seen. */
export const keyboard = async (page, o = {}) => {
  const said = [];
  await page.evaluate(() => document.activeElement?.blur?.());
  const seen = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const box = document.querySelector("#lx-consent");
      if (!e || !box) return null;
      const r = e.getBoundingClientRect();
      const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
      const s = getComputedStyle(e);
      return {
        inside: box.contains(e),
        action: e.getAttribute("data-lx-action") ?? e.tagName,
        outline: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
        hidden: !!top && top !== e && !e.contains(top) && !top.contains(e),
        page: e === document.body || e === document.documentElement,
      };
    });
    if (!at) break;
    if (at.inside) seen.push(at);
    else if (!at.page && at.hidden && !o.modal) said.push(["D26", "the banner hides what has the focus in the page"]);
    if (seen.length && !at.inside) break;
    // A modal banner goes round.
    if (seen.length > 2 && at.action === seen[0].action) break;
  }
  for (const action of ["reject", "accept"])
    if (!seen.some((x) => x.action === action)) said.push(["D28", `the keyboard does not reach “${action}”`]);
  for (const x of seen) {
    if (!x.outline) said.push(["D26", `the focus cannot be seen on “${x.action}”`]);
    if (x.hidden) said.push(["D26", `“${x.action}” is covered while it has the focus`]);
  }
  if (!o.modal && seen.length > 2 && seen.at(-1).action === seen[0].action) said.push(["D28", "the banner traps the keyboard"]);
  return findings(said);
};

/** Reduced motion and forced colours. */
export const preferred = async (page) => {
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  const out = findings(look.forced(await facts(page)));
  await page.emulateMedia({ reducedMotion: null, forcedColors: null });
  return out;
};

/** Opens the preferences, checks them, and goes back to the banner. */
export const preferences = async (page, o = {}) => {
  const first = await facts(page);
  await page.evaluate(() => document.querySelector('#lx-consent [data-lx-action="settings"]')?.click());
  const open = await page.waitForSelector('#lx-consent[data-lx-view="preferences"]', { timeout: 20_000 }).catch(() => null);
  if (!open) return findings([["D45", "there are no preferences to open"]]);
  const out = findings(look.preferences(await facts(page), first, o), "preferences");
  await page.keyboard.press("Escape");
  return out;
};

/** What stands on the page while no banner does: the way back, the links and the status that a law asks for. */
export const around = async (page, o = {}) => findings(look.page(await facts(page), o));

/** Everything that can be seen of a banner that stands on the page. */
export const check = async (page, o = {}) => {
  const out = await banner(page, o);
  if (out.some((f) => f.rule === "D29" && f.message.includes("no banner"))) return out;
  out.push(...(await sizes(page, o)), ...(await spacing(page)), ...(await preferred(page)), ...(await keyboard(page, o)), ...(await preferences(page, o)));
  return out;
};

export { behaviour } from "./behave.mjs";
