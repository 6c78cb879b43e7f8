// What a page does before and after each choice. Each part opens the page as a
// new visitor, so it takes a function that does so.
import { facts } from "./facts.mjs";
import { findings } from "./index.mjs";
import * as look from "./look.mjs";

const granted = (page) => page.evaluate(() => Object.entries(window.lxConsent.get().levels).filter(([id, n]) => n && id !== "necessary").map(([id]) => id));
const stored = async (page) => {
  const cookies = (await page.context().cookies()).map((c) => c.name);
  return [...cookies, ...(await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]))];
};
const click = (page, action) => page.click(`#lx-consent [data-lx-action="${action}"]`);
const month = 31 * 24 * 3600;

/**
 * open({gpc}) gives {page, again, close}: a new visitor's page with the banner
 * on it, perhaps of a browser that sends the signal, and a function that loads
 * it again. With `signal`, the purposes that the signal must stop. gated() tells which gated requests
 * the page has made. Months are those of the law.
 */
export const behaviour = async (open, o = {}) => {
  const said = [];
  const visit = async (body, how = {}) => {
    const v = await open(how);
    try {
      await body(v.page, v);
    } finally {
      await v.close();
    }
  };
  const sent = async (page, action) => {
    const [write] = await Promise.all([page.waitForRequest((r) => r.url().endsWith("/v1/consents") && r.method() === "POST", { timeout: 20_000 }).catch(() => null), click(page, action)]);
    const answer = await write?.response();
    const body = answer?.ok() ? await answer.json() : undefined;
    if (!body?.receipt) said.push(["D44", `“${action}” leaves no record`]);
    const known = ["site", "id", "note", "levels", "vendors", "action", "age", "consent", "subject", "signals"];
    const more = Object.keys(JSON.parse(write?.postData() ?? "{}")).filter((k) => !known.includes(k));
    if (more.length) said.push(["D51", `the consent write carries ${more.join(", ")}`]);
  };

  await visit(async (page, v) => {
    const before = await stored(page);
    if (o.profile === "opt-in") {
      if (before.length) said.push(["D09", `before a choice ${before.join(", ")} is stored`]);
      if (v.gated().length) said.push(["D09", `before a choice ${v.gated().join(", ")} is loaded`]);
    }
    const start = (await granted(page)).length;
    await page.mouse.wheel(0, 2000);
    await page.evaluate(() => {
      scrollTo(0, 500);
      document.querySelector("main a, h1")?.click();
      document.dispatchEvent(new Event("scroll", { bubbles: true }));
    });
    await page.mouse.click(5, 5);
    // Two frames, so that real scroll events have come too.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    if ((await granted(page)).length > start || (await stored(page)).some((n) => n === "lx_consent")) said.push(["D15", "scrolling or clicking elsewhere counts as an answer"]);
    await page.keyboard.press("Escape");
    if ((await granted(page)).length > start) said.push(["D14", "Escape grants"]);
    if (o.closeRefuses && (await granted(page)).length) said.push(["D14", "closing is not a refusal"]);
  });

  await visit(async (page, v) => {
    await sent(page, "reject");
    const loaded = v.gated().length;
    if ((await granted(page)).length) said.push(["D10", "after a refusal something still may run"]);
    for (let i = 0; i < 3; i++) {
      await v.again();
      if (await page.$("#lx-consent")) said.push(["D16", "the refusal is asked for again on the next page"]);
    }
    if (v.gated().length > loaded) said.push(["D10", "after a refusal something gated is loaded"]);
    const cookie = (await page.context().cookies()).find((c) => c.name === "lx_consent");
    const life = (cookie?.expires ?? 0) - Date.now() / 1000;
    if (o.months && life > o.months * month + 60) said.push(["D17", "the choice is kept longer than the law lets it count"]);
    said.push(...look.page(await facts(page), o));
    await page.evaluate(() => window.lxConsent.showPreferences());
    if (!(await page.$("#lx-consent"))) said.push(["D12", "the choices cannot be opened again"]);
  });

  await visit(async (page, v) => {
    await sent(page, "accept");
    // What the grant lets run may set its cookies first.
    await page.waitForFunction((names) => names.every((n) => document.cookie.includes(`${n}=`)), o.cookies ?? [], { polling: 50, timeout: 10_000 }).catch(() => null);
    await page.evaluate(() => window.lxConsent.withdraw());
    if ((await granted(page)).length) said.push(["D11", "after a withdrawal something still may run"]);
    const left = (await stored(page)).filter((n) => (o.cookies ?? []).includes(n));
    if (left.length) said.push(["D11", `after a withdrawal ${left.join(", ")} is still there`]);
    const loaded = v.gated().length;
    await v.again();
    if (v.gated().length > loaded) said.push(["D11", "after a withdrawal something gated is loaded"]);
  });

  if (o.signal)
    await visit(async (page) => {
      const on = (await granted(page)).filter((id) => o.signal.includes(id));
      if (on.length) said.push(["D36", `${on.join(", ")} runs although the signal is on`]);
    }, { gpc: true });

  await visit(async (page) => {
    await click(page, "settings");
    await sent(page, "save");
    if (o.profile === "opt-in" && (await granted(page)).length) said.push(["D45", "saving without a choice grants"]);
  });
  return findings(said);
};
