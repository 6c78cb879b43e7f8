import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { choose, decided, siteOf, startStage, until, withdraw } from './stage.mjs';

let stage;
before(async () => {
  stage = await startStage();
});
after(() => stage?.stop());

const dataLayer = (page) =>
  page.evaluate(() => window.dataLayer.filter((e) => ['consent', 'set'].includes(e[0])).map((e) => [Object.prototype.toString.call(e), ...e]));
const all = (word) => Object.fromEntries(
  ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage', 'functionality_storage', 'personalization_storage'].map((t) => [t, word]),
);
const denied = { security_storage: 'granted', ...all('denied') };
const granted = { security_storage: 'granted', ...all('granted') };

test('Consent Mode states everything first, places with defaults of their own, and then the visitor', async () => {
  const google = { wait_for_update: 500, url_passthrough: true, ads_data_redaction: true, regions: ['FR', 'US', 'US-CA', 'US-WA', 'DE'] };
  await stage.site(siteOf('google', { features: { consent_mode: true, cookie_writes: false, google } }));
  stage.serve('www.shop.localhost/google', stage.page('google', '<script>window.atTag = window.dataLayer.filter((e) => e[0]).map((e) => [e[0], e[1]].join(" "));</script>'));
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/google'));
    const calls = await dataLayer(page);
    assert.ok(calls.every(([kind]) => kind === '[object Arguments]'), 'Google reads only real arguments');
    const plain = calls.map(([, ...c]) => c);
    assert.deepEqual(plain.slice(0, 3), [
      ['set', 'ads_data_redaction', true],
      ['set', 'url_passthrough', true],
      ['consent', 'default', { ...denied, wait_for_update: 500 }],
    ]);
    const regional = plain.filter((c) => c[1] === 'default').slice(1).map(([, , state]) => state);
    assert.deepEqual(regional.flatMap((s) => s.region).sort(), ['DE', 'FR', 'US', 'US-CA', 'US-WA'], 'each place is stated once');
    const of = (place) => regional.find((s) => s.region.includes(place));
    assert.equal(of('FR').analytics_storage, 'denied');
    assert.equal(of('US-WA').analytics_storage, 'granted', 'what law lets run there before a choice');
    assert.equal(of('FR').wait_for_update, 500);
    assert.deepEqual(plain.at(-1), ['consent', 'update', denied], 'what holds for this visitor comes last');
    assert.deepEqual((await page.evaluate(() => window.atTag)).slice(0, 3), ['set ads_data_redaction', 'set url_passthrough', 'consent default']);
    await choose(page, 'accept');
    assert.deepEqual((await dataLayer(page)).at(-1).slice(1), ['consent', 'update', granted]);
    await page.goto(stage.url('www.shop.localhost', '/google'));
    assert.deepEqual((await page.evaluate(() => window.atTag)).at(-1), 'consent update', 'a returning visitor is stated before the first tag');
    await withdraw(page);
    assert.deepEqual((await dataLayer(page)).at(-1).slice(1), ['consent', 'update', denied]);
  });
});

test('Microsoft, Meta and WordPress are told before their tags run, and at each change', async () => {
  await stage.site(siteOf('platforms', { features: { consent_mode: false, cookie_writes: false, uet: true, clarity: true, meta: true, wordpress: true } }));
  // The tags' own base code, as their makers publish it, but for the file that it loads.
  const tags = `<script>
    window.uetq = window.uetq || [];
    window.clarity = window.clarity || function () { (window.clarity.q = window.clarity.q || []).push(arguments); };
    !function (f, n) { if (f.fbq) return; n = f.fbq = function () { n.callMethod ? n.callMethod.apply(n, arguments) : n.queue.push(arguments); };
      if (!f._fbq) f._fbq = n; n.push = n; n.loaded = !0; n.version = '2.0'; n.queue = []; }(window);
    fbq('init', '123'); fbq('track', 'PageView');
    document.addEventListener('wp_consent_type_defined', () => { window.typed = window.wp_consent_type; });
    window.kept = [];
    document.addEventListener('DOMContentLoaded', () => { window.wp_set_consent = (...a) => window.kept.push(a); });
  </script>`;
  stage.serve('www.shop.localhost/platforms', stage.page('platforms', tags));
  const seen = (page) =>
    page.evaluate(() => ({
      uet: [...window.uetq], clarity: window.clarity.q.map((c) => [...c]), meta: window.fbq.queue.map((c) => [...c]), type: window.typed, kept: window.kept,
    }));
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/platforms'));
    assert.deepEqual(await seen(page), {
      uet: ['consent', 'default', { ad_storage: 'denied' }],
      clarity: [['consentv2', { ad_Storage: 'denied', analytics_Storage: 'denied' }]],
      meta: [['consent', 'revoke'], ['init', '123'], ['track', 'PageView']],
      type: 'optin',
      kept: [],
    });
    await page.click('#lx-consent [data-lx-action="settings"]');
    await page.check('#lx-consent [data-lx-purpose="analytics"]', { force: true });
    await choose(page, 'save');
    const some = await seen(page);
    assert.deepEqual(some.uet.slice(3), ['consent', 'update', { ad_storage: 'denied' }]);
    assert.deepEqual(some.clarity.at(-1), ['consentv2', { ad_Storage: 'denied', analytics_Storage: 'granted' }]);
    assert.equal(some.meta.length, 3, 'nothing changed for Meta');
    assert.deepEqual(Object.fromEntries(some.kept), { functional: 'deny', preferences: 'deny', statistics: 'allow', 'statistics-anonymous': 'allow', marketing: 'deny' });
    await page.goto(stage.url('www.shop.localhost', '/platforms'));
    await page.mouse.click(5, 5);
    await decided(page, () => page.evaluate(() => window.lxConsent.acceptAll()));
    const whole = await seen(page);
    assert.deepEqual(whole.meta, [['consent', 'revoke'], ['init', '123'], ['track', 'PageView'], ['consent', 'grant']]);
    assert.deepEqual(whole.uet.slice(-3), ['consent', 'update', { ad_storage: 'granted' }]);
    assert.equal(whole.type, 'optin', 'the type that was defined at the start');
    assert.deepEqual(Object.fromEntries(whole.kept).marketing, 'allow');
    await page.goto(stage.url('www.shop.localhost', '/platforms'));
    const again = await seen(page);
    assert.deepEqual(again.meta[0], ['consent', 'grant'], 'a returning visitor: the first word is the right one');
    assert.deepEqual(Object.fromEntries(again.kept).marketing, 'allow');
    await withdraw(page);
    const gone = await seen(page);
    assert.deepEqual(gone.meta.at(-1), ['consent', 'revoke']);
    assert.deepEqual(gone.clarity.at(-1), ['consentv2', { ad_Storage: 'denied', analytics_Storage: 'denied' }]);
    assert.deepEqual(Object.fromEntries(gone.kept).statistics, 'deny');
  });
});

// What the plugin's own script does with what it is told.
const wordpress = `<script>
  window.told = [];
  window.begun = [];
  const begin = (statistics) => statistics && window.begun.push('statistics');
  // As plugins do: they begin when the type is known, or when their category is allowed.
  document.addEventListener('wp_consent_type_defined', () => begin(window.wp_has_consent('statistics')));
  const kept = (category) => document.cookie.split('; ').find((c) => c.startsWith('wp_consent_' + category + '='))?.split('=')[1];
  window.wp_has_consent = (category) => (window.wp_consent_type === 'optout' && !kept(category)) || kept(category) === 'allow';
  window.wp_set_consent = (category, value) => { window.told.push(category + ' ' + value); begin(category === 'statistics' && value === 'allow' && kept(category) !== value); document.cookie = 'wp_consent_' + category + '=' + value + ';path=/'; };
</script>`;
const categories = ['functional', 'preferences', 'statistics', 'statistics-anonymous', 'marketing'];
const allowedByWordpress = (page) => page.evaluate((names) => names.filter((n) => window.wp_has_consent(n)), categories);

test('what WordPress keeps of a choice ends with it, and nothing is kept before a choice', async () => {
  const features = { consent_mode: false, cookie_writes: false, wordpress: true };
  const purposes = siteOf('blog').purposes;
  await stage.site(siteOf('blog', { features }));
  // The script as the server has it now, not as the browser keeps it for a minute.
  let round = 0;
  const open = (v, extra) => {
    const tag = stage.tag('blog', extra).replace('blog.js', `blog.js?round=${++round}`);
    stage.serve('www.shop.localhost/blog', `<!doctype html><html lang="en"><meta charset="utf-8">${tag}<title>Blog</title>${wordpress}<p>Words</p></html>`);
    return v.open(stage.url('www.shop.localhost', '/blog'));
  };
  await stage.visit(async (v, page) => {
    await open(v);
    assert.deepEqual([await page.evaluate(() => document.cookie), await allowedByWordpress(page)], ['', []]);
    await choose(page, 'accept');
    assert.deepEqual([await allowedByWordpress(page), await page.evaluate(() => window.begun)], [categories, ['statistics']], 'a plugin begins once');
    await open(v, ' async');
    await until(() => page.evaluate(() => !!window.lxConsent?.has));
    assert.deepEqual([await allowedByWordpress(page), (await page.evaluate(() => window.told)).filter((t) => t.endsWith('deny'))], [categories, []], 'a tag that comes late takes nothing back');
    // The edition asks anew about statistics: the earlier answer to that has ended.
    await stage.site(siteOf('blog', { features, purposes: purposes.map((p) => (p.id === 'analytics' ? { ...p, classes: ['analytics', 'recording'] } : p)) }));
    await open(v);
    assert.deepEqual(await page.evaluate(() => ['analytics', 'marketing'].map((n) => window.lxConsent.has(n))), [false, true]);
    assert.deepEqual([await allowedByWordpress(page), await page.evaluate(() => window.begun)], [['functional', 'preferences', 'marketing'], []]);
  });
});

test('the gate inside the page tells the same platforms', async () => {
  const r = await fetch(`${stage.server.url}/v1/inline/platforms?gate=1`);
  const gate = /<script>([\s\S]*?)<\/script>/.exec(await r.text())[1];
  stage.serve('www.shop.localhost/inline', `<!doctype html><script>${gate}</script><title>Shop</title>`);
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/inline'));
    assert.deepEqual(await page.evaluate(() => [[...window.uetq], window.wp_consent_type]), [['consent', 'default', { ad_storage: 'denied' }], 'optin']);
  });
});
