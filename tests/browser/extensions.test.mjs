// Privacy extensions find the banner and refuse for their users: by what they
// know of any banner, and by the rules that we publish.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { patience, root, visitor } from './harness.mjs';
import { layouts, startLayouts } from './layouts.mjs';

const autoconsent = readFileSync(`${root}/node_modules/@duckduckgo/autoconsent/dist/autoconsent.playwright.js`, 'utf8');
const published = (name) => JSON.parse(readFileSync(`${root}/docs/privacy-extensions/${name}.json`, 'utf8'));
let stage;

before(async () => {
  const languages = ['en', 'ar', 'ja', 'tr'];
  stage = await startLayouts(languages, { box: [...languages, 'de', 'es', 'fr', 'it', 'nl', 'pl', 'pt'] });
});
after(() => stage?.stop());

/** Opens a page with the banner of a layout in a language, and what an extension does on it. */
async function page(layout, lang, body) {
  const v = await visitor(stage.browser);
  try {
    await v.context.route('**/page', (r) =>
      r.fulfill({ contentType: 'text/html', body: `<!doctype html><html lang="${lang}"><head><script src="/s/${layout}.js?lang=${lang}"></script><title>Page</title></head><body><h1>Page</h1></body></html>` }),
    );
    await body(v.page);
  } finally {
    await v.close();
  }
}

/** Runs DuckDuckGo's autoconsent and returns how it ended. */
async function optOut(tab, config, rules) {
  const messages = [];
  let ended;
  const done = new Promise((resolve) => {
    ended = resolve;
  });
  await tab.exposeBinding('autoconsentSendMessage', async ({ frame }, msg) => {
    messages.push(msg.type);
    const reply = (m) => frame.evaluate(`autoconsentReceiveMessage(${JSON.stringify(m)})`).catch(() => undefined);
    if (msg.type === 'init')
      await reply({
        type: 'initResp',
        rules,
        config: { enabled: true, autoAction: 'optOut', disabledCmps: [], enablePrehide: false, enableCosmeticRules: false, enableGeneratedRules: false, detectRetries: 20, isMainWorld: true, ...config },
      });
    if (msg.type === 'eval') await reply({ type: 'evalResp', id: msg.id, result: await frame.evaluate(msg.code).catch(() => false) });
    if (msg.type === 'optOutResult' || msg.type === 'autoconsentDone') ended(msg);
  });
  await tab.goto(`${stage.url}/page`);
  await tab.waitForSelector('#lx-consent');
  await tab.evaluate(autoconsent);
  const late = new Promise((_, no) => {
    setTimeout(no, patience, new Error(`autoconsent saw: ${messages.join(' ')}`)).unref();
  });
  return Promise.race([done, late]);
}

async function refused(tab) {
  await tab.waitForFunction(() => document.cookie.includes('lx_consent='));
  const levels = await tab.evaluate(() => window.lxConsent.get().levels);
  for (const [purpose, level] of Object.entries(levels)) if (purpose !== 'necessary') assert.equal(level, 0, purpose);
  await tab.waitForFunction(() => !document.querySelector('#lx-consent [data-lx-action=reject]'));
}

for (const lang of ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt'])
  test(`autoconsent's heuristic refuses in ${lang}`, () =>
    page('box', lang, async (tab) => {
      const end = await optOut(tab, { heuristicMode: 'reject' }, { autoconsent: [] });
      assert.equal(end.result ?? true, true);
      await refused(tab);
    }));

for (const layout of layouts)
  for (const lang of ['en', 'ar', 'ja'])
    test(`the published autoconsent rule refuses in the layout ${layout}, ${lang}`, () =>
      page(layout, lang, async (tab) => {
        const end = await optOut(tab, { heuristicMode: 'off' }, { autoconsent: [published('autoconsent')] });
        assert.equal(end.result ?? true, true);
        await refused(tab);
      }));

// The methods of the published rule, done as the extension does them: what it
// shows is clicked, and a checkbox that is on is clicked off.
for (const layout of layouts)
  test(`the published Consent-O-Matic rule refuses in the layout ${layout}`, () =>
    page(layout, 'tr', async (tab) => {
      const rule = published('consent-o-matic')['leadiumx-consent'];
      const method = (name) => rule.methods.find((m) => m.name === name).action;
      await tab.goto(`${stage.url}/page`);
      const [detector] = rule.detectors;
      for (const m of [...detector.presentMatcher, ...detector.showingMatcher]) await tab.waitForSelector(m.target.selector);
      await tab.click(method('OPEN_OPTIONS').target.selector);
      const { consents } = method('DO_CONSENT').actions.find((a) => a.type === 'consent');
      for (const c of consents) {
        const box = tab.locator(c.matcher.target.selector);
        await box.waitFor({ state: 'attached' });
        if (await box.isChecked()) await box.click();
      }
      await tab.click(method('SAVE_CONSENT').target.selector);
      await refused(tab);
    }));
