import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { axe, choose, decided, grown, startDemo, until, visitor, written } from './harness.mjs';

const { server, browser, stop } = await startDemo();
after(stop);

async function visit(options, body) {
  const v = await visitor(browser, options);
  try {
    await body(v, v.page);
  } finally {
    await v.close();
  }
}

const click = (page, action) => page.click(`#lx-consent [data-lx-action="${action}"]`);

test('Consent Mode starts denied and follows the choice', () =>
  visit({}, async (v, page) => {
    await v.open(`${server.url}/demo/?place=FR`);
    const calls = () =>
      page.evaluate(() => window.dataLayer.filter((e) => e[0] === 'consent').map((e) => [e[1], e[2], Object.prototype.toString.call(e)]));
    const [first] = await calls();
    assert.equal(first[0], 'default');
    assert.equal(first[2], '[object Arguments]', 'Google reads only real arguments');
    for (const type of ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage']) assert.equal(first[1][type], 'denied', type);
    await click(page, 'settings');
    await page.check('#lx-consent [data-lx-purpose="analytics"]', { force: true });
    await choose(page, 'save');
    const last = (await calls()).at(-1);
    assert.equal(last[0], 'update');
    assert.equal(last[1].analytics_storage, 'granted');
    assert.equal(last[1].ad_storage, 'denied');
  }));

test('each page starts with a change and then ready, whether somebody has chosen or not', () =>
  visit({}, async (v, page) => {
    await v.context.addInitScript(() => {
      window.heard = [];
      for (const name of ['change', 'ready']) addEventListener(`lxconsent:${name}`, ({ detail: d }) => window.heard.push([name, d.action, d.decided, d.levels.analytics]));
    });
    const start = async (decided, level) => {
      await v.open(`${server.url}/demo/?place=FR`);
      await until(async () => assert.deepEqual(await page.evaluate(() => window.heard), [['change', 'sync', decided, level], ['ready', undefined, decided, level]]));
    };
    await start(false, 0);
    await choose(page, 'accept');
    await start(true, 1);
  }));

test('a level of recording is chosen, kept and answered by the check', () =>
  visit({}, async (v, page) => {
    await v.open(`${server.url}/demo/?place=FR`);
    await click(page, 'settings');
    await page.check('#lx-consent [data-lx-purpose="recording"]', { force: true });
    await page.selectOption('#lx-consent select', { index: 1 });
    await choose(page, 'save');
    assert.match((await v.cookies()).lx_consent.value, /recording:2/);
    assert.equal(await page.evaluate(() => window.lxConsent.has('recording', 2)), true);
    assert.equal(await page.evaluate(() => window.lxConsent.has('recording', 3)), false);
    const check = await v.context.request.get(`${server.url}/v1/check?site=demo&purpose=recording`);
    const { decisions } = await check.json();
    assert.deepEqual([decisions[0].allow, decisions[0].level], [true, 2]);
    await v.open(`${server.url}/demo/?place=FR`);
    await page.click('#lx-reopen');
    assert.equal(await page.locator('#lx-consent select').evaluate((s) => s.selectedIndex), 1);
  }));

test('a choice can be reopened from our button and from the page, and taken back', () =>
  visit({}, async (v, page) => {
    await v.open(`${server.url}/demo/?place=FR`);
    await choose(page, 'accept');
    await page.click('footer [data-lx-action="settings"]');
    await page.waitForSelector('#lx-consent [data-lx-action="save"]');
    assert.equal(await page.isChecked('#lx-consent [data-lx-purpose="marketing"]'), true);
    await choose(page, 'reject');
    assert.equal(await page.evaluate(() => window.lxConsent.has('marketing')), false);
    await until(async () => assert.ok(!('_fbp' in (await v.cookies()))));
    await page.click('#lx-reopen');
    assert.equal(await page.isChecked('#lx-consent [data-lx-purpose="marketing"]'), false);
  }));

for (const [lang, reject] of [['en', 'Reject all'], ['de', /ablehnen/i], ['fr', /refuser/i], ['es', /rechazar/i]]) {
  test(`the banner speaks ${lang}, by query and by the browser's language`, async () => {
    for (const [query, locale] of [[`?place=FR&lang=${lang}`, 'en-US'], ['?place=FR', lang]]) {
      await visit({ locale }, async (v, page) => {
        await v.open(`${server.url}/demo/${query}`);
        assert.match(await page.locator('#lx-consent [data-lx-action="reject"]').innerText(), new RegExp(reject));
        assert.equal(await page.locator('#lx-consent').getAttribute('lang'), lang);
      });
    }
  });
}

test('a choice made while the server is away is obeyed, kept and sent later with its age', () =>
  visit({}, async (v, page) => {
    await v.open(`${server.url}/demo/?place=FR`);
    await page.route('**/v1/consents', (r) => r.abort());
    await click(page, 'accept');
    await page.waitForFunction(() => document.cookie.includes('_fbp'));
    assert.match((await v.cookies()).lx_consent.value, /\.$/, 'the cookie waits for its proof');
    const denied = await (await v.context.request.get(`${server.url}/v1/check?site=demo&purpose=marketing`)).json();
    assert.equal(denied.decisions[0].allow, false, 'servers honour only refusals until then');
    await page.unroute('**/v1/consents');
    const [request] = await Promise.all([page.waitForRequest('**/v1/consents'), written(page), page.goto(`${server.url}/demo/?place=FR`)]);
    const body = request.postDataJSON();
    assert.equal(body.action, 'accept_all');
    assert.ok(body.age > 0);
    await page.waitForFunction(() => !localStorage.getItem('lx_pending'));
    const allowed = await (await v.context.request.get(`${server.url}/v1/check?site=demo&purpose=marketing`)).json();
    assert.equal(allowed.decisions[0].allow, true);
  }));

test('who listened before the script came hears the start', () =>
  visit({}, async (v, page) => {
    await page.addInitScript(() => {
      window.heard = [];
      window.lxConsent = { q: ['ready', 'show'].map((e) => ['on', e, () => window.heard.push(e)]) };
    });
    await v.open(`${server.url}/demo/?place=FR`);
    await until(async () => assert.deepEqual((await page.evaluate(() => window.heard)).sort(), ['ready', 'show']));
  }));

test('who took their listening back before the script came, or at the first call, hears no more', () =>
  visit({}, async (v, page) => {
    await page.addInitScript(() => {
      window.heard = [];
      const gone = () => window.heard.push('gone');
      const once = () => {
        window.heard.push('once');
        window.lxConsent.off('change', once);
      };
      window.lxConsent = [['on', 'change', gone], ['off', 'change', gone], ['on', 'change', once], ['on', 'ready', () => window.heard.push('ready')]];
    });
    await v.open(`${server.url}/demo/?place=FR`);
    await choose(page, 'reject');
    assert.deepEqual(await page.evaluate(() => window.heard), ['once', 'ready']);
  }));

test('what was asked before the script came is done once, after the start', () =>
  visit({}, async (v, page) => {
    const sent = [];
    page.on('request', (r) => r.method() === 'POST' && r.url().endsWith('/v1/consents') && sent.push(r.postDataJSON().id));
    await page.addInitScript(() => {
      window.heard = [];
      window.lxConsent = [['rejectAll'], ...['ready', 'change'].map((e) => ['on', e, () => window.heard.push(e)])];
    });
    await Promise.all([written(page), v.open(`${server.url}/demo/?place=FR`)]);
    await v.rest();
    assert.equal(sent.length, 1);
    assert.deepEqual(await page.evaluate(() => window.heard), ['change', 'ready', 'change']);
  }));

test('tags hear what was chosen before, whatever else was asked before the script came', () =>
  visit({}, async (v, page) => {
    await v.open(`${server.url}/demo/?place=FR`);
    await choose(page, 'accept');
    await page.addInitScript(() => {
      window.lxConsent = [['show']];
    });
    await v.open(`${server.url}/demo/?place=FR`);
    const update = await page.evaluate(() => window.dataLayer.find((c) => c[1] === 'update')?.[2]);
    assert.equal(update?.analytics_storage, 'granted');
    await page.waitForSelector('#lx-consent [data-lx-action="accept"]');
  }));

test('a frame can be shown once without a record', () =>
  visit({}, async (v, page) => {
    const start = await server.sinks();
    await v.open(`${server.url}/demo/?place=FR`);
    await choose(page, 'reject');
    await Promise.all([page.waitForResponse('**/demo/sink/video.html'), page.locator('.lx-embed [data-lx-action="once"]').click()]);
    await v.rest();
    assert.deepEqual(grown(start, await server.sinks()), { analytics: 0, ad: 0, video: 1 });
    assert.match((await v.cookies()).lx_consent.value, /marketing:0/);
  }));

test('on 320 pixels nothing scrolls sideways, and the keyboard alone can refuse', () =>
  visit({ viewport: { width: 320, height: 568 } }, async (v, page) => {
    await v.open(`${server.url}/demo/?place=FR`);
    await page.waitForSelector('#lx-consent');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.dataset.lxAction === 'reject')) break;
    }
    await decided(page, () => page.keyboard.press('Enter'));
    assert.match((await v.cookies()).lx_consent.value, /analytics:0/);
  }));

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing in the ${colorScheme} banner and preferences, nor in the page behind them`, () =>
    visit({ colorScheme, reducedMotion: 'reduce', bypassCSP: true }, async (v, page) => {
      await v.open(`${server.url}/demo/?place=FR&lang=en`);
      await page.waitForSelector('#lx-consent');
      await page.evaluate(axe);
      const faults = () =>
        page.evaluate(async () => {
          const r = await window.axe.run(document, { rules: { 'target-size': { enabled: true } } });
          return [...r.violations, ...r.incomplete.filter((i) => i.id === 'color-contrast')].map((f) => `${f.id}: ${f.nodes.map((n) => n.html).join()}`);
        });
      assert.deepEqual(await faults(), []);
      await click(page, 'settings');
      await page.waitForSelector('#lx-consent [data-lx-action="save"]');
      assert.deepEqual(await faults(), []);
    }));
}
