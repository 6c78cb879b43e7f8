import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { choose, decided, siteOf, startStage, until, withdraw } from './stage.mjs';

let stage;
const cookies = [
  ...['_a1', '_a2', '_a3', '_http', '_other*'].map((name) => ({ name, purpose: 'analytics' })),
  { name: '_part', purpose: 'analytics', partitioned: true },
  { name: '_ad', purpose: 'marketing' },
  { name: 'stat_*', purpose: 'analytics', kind: 'local' },
  { name: 'stat_*', purpose: 'analytics', kind: 'session' },
  { name: 'stat db *', purpose: 'analytics', kind: 'idb' },
  { name: 'stat-*', purpose: 'analytics', kind: 'cache' },
  { name: '/stat/*', purpose: 'analytics', kind: 'worker' },
];
before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop', { cookies, cookie_domain: 'shop.localhost', features: { consent_mode: true, cookie_writes: false } }));
  stage.serve('www.eu.shop.localhost/deep/page', stage.page('shop'));
  stage.serve('www.eu.shop.localhost/stat/worker.js', '');
  stage.serve('www.eu.shop.localhost/set', () => ({
    headers: {
      'set-cookie': [
        '_http=1; Path=/; Domain=shop.localhost; HttpOnly', '_other1=1; Path=/; Domain=shop.localhost; HttpOnly', 'own=1; Path=/; Domain=shop.localhost; HttpOnly',
      ],
    },
    text: '<!doctype html><title>Set</title>',
  }));
});
after(() => stage?.stop());

const all = async (v) => (await v.context.cookies()).map((c) => c.name).filter((n) => !n.startsWith('lx_')).sort();

test('a withdrawal removes declared cookies from every domain and path, and storage, databases, caches and workers', () =>
  stage.visit(async (v, p) => {
    const told = [];
    await p.goto(stage.url('www.eu.shop.localhost', '/set'));
    await p.goto(stage.url('www.eu.shop.localhost', '/deep/page'));
    await choose(p, 'accept');
    await p.exposeFunction('told', (...a) => told.push(a));
    await p.evaluate(async () => {
      addEventListener('lxconsent:change', (e) => window.told(e.detail.action, e.detail.levels.analytics));
      const set = (s) => { document.cookie = s; };
      set('_a1=1'); set('_a1=1; Path=/'); set('_a1=1; Path=/deep; Domain=eu.shop.localhost'); set('_a2=1; Path=/deep/; Domain=shop.localhost');
      set('_a3=1; Path=/deep/page; Secure; SameSite=None'); set('_part=1; Path=/; Secure; SameSite=None; Partitioned'); set('_part=2; Path=/deep; Domain=shop.localhost; Secure; SameSite=None; Partitioned'); set('_ad=1; Path=/'); set('own2=1; Path=/');
      localStorage.stat_x = 1; localStorage.own = 1; sessionStorage.stat_y = 1;
      for (const name of ['stat db 1', 'own']) await new Promise((done) => { const r = indexedDB.open(name); r.onsuccess = () => { r.result.close(); done(); }; });
      for (const name of ['stat-v1', 'own']) await (await caches.open(name)).put('/x', new Response('x'));
      await navigator.serviceWorker.register('/stat/worker.js');
    });
    const kept = () => p.evaluate(async () => [
      Object.keys(localStorage), Object.keys(sessionStorage), (await indexedDB.databases()).map((d) => d.name).sort(), (await caches.keys()).sort(),
      (await navigator.serviceWorker.getRegistrations()).length,
    ]);
    assert.deepEqual(await kept(), [['stat_x', 'own'].sort(), ['stat_y'], ['own', 'stat db 1'], ['own', 'stat-v1'], 1].map((x) => x));
    assert.deepEqual([...new Set(await all(v))], ['_a1', '_a2', '_a3', '_ad', '_http', '_other1', '_part', 'own', 'own2']);
    await p.click('body');
    await decided(p, () => p.evaluate(() => window.lxConsent.set({ analytics: 0 })));
    await until(async () => assert.deepEqual(await kept(), [['own'], [], ['own'], ['own'], 0]));
    await until(async () => assert.deepEqual(await all(v), ['_ad', '_other1', 'own', 'own2'], 'the server removes what no script reaches, by its exact name; a granted purpose keeps its own'));
    await until(() => assert.deepEqual(told.at(-1), ['api', 0]));
    const last = await p.evaluate(() => [...window.dataLayer.filter((e) => e[0] === 'consent').at(-1)][2].analytics_storage);
    assert.equal(last, 'denied', 'tags are told');
  }));

test('an erasure removes what scripts cannot reach as well', () =>
  stage.visit(async (v, p) => {
    await p.goto(stage.url('www.eu.shop.localhost', '/set'));
    await p.goto(stage.url('www.eu.shop.localhost', '/deep/page'));
    await choose(p, 'accept');
    assert.ok((await all(v)).includes('_http'));
    await p.evaluate((url) => fetch(url, { method: 'DELETE', credentials: 'include' }), `${stage.consent}/v1/consents/me?site=shop`);
    await until(async () => assert.deepEqual(await all(v), ['_other1', 'own']));
  }));

test('other tabs follow where a page is not secure, and its browser tells nothing of cookies', () =>
  stage.visit(async (v, p) => {
    const bare = () => { delete window.cookieStore; };
    await v.context.addInitScript(bare);
    const tab = await v.context.newPage();
    for (const one of [tab, p]) await one.goto(stage.url('www.eu.shop.localhost', '/deep/page'));
    await choose(p, 'accept');
    await tab.waitForFunction(() => window.lxConsent.has('marketing'), null, { polling: 50 });
    await withdraw(p);
    await tab.waitForFunction(() => !window.lxConsent.has('marketing'), null, { polling: 50 });
  }));

test('other tabs follow, whatever they are told by other pages', () =>
  stage.visit(async (v, p) => {
    await p.goto(stage.url('www.eu.shop.localhost', '/deep/page'));
    const tabs = await Promise.all([1, 2, 3].map(async () => {
      const tab = await v.context.newPage();
      await tab.goto(stage.url('www.eu.shop.localhost', '/deep/page'));
      await tab.locator('#lx-consent').waitFor();
      return tab;
    }));
    // A page that is not seen has no frames to look at.
    const look = { polling: 50 };
    await choose(p, 'accept');
    await Promise.all(tabs.map((t) => t.waitForFunction(() => !document.querySelector('#lx-consent') && window.lxConsent.has('marketing'), null, look)));
    const records = async () => (await (await stage.api('GET', '/v1/sites/shop/records')).text()).trim().split('\n').length;
    const n = await records();
    // A hint that lies changes nothing: each tab reads its own cookie.
    await tabs[0].evaluate(async () => {
      dispatchEvent(new StorageEvent('storage', { key: 'lx_pending', newValue: '{"action":"reject_all"}' }));
      // What comes last on the same way says that the lies before it were heard.
      const heard = (from) => new Promise((done) => from.addEventListener('message', (e) => e.data === 'last' && done()));
      const [channel, listener] = [new BroadcastChannel('lx-consent'), new BroadcastChannel('lx-consent')];
      const both = Promise.all([heard(window), heard(listener)]);
      listener.onmessage = () => {};
      for (const lie of [{ lxConsent: 'reject_all' }, 'last']) postMessage(lie, '*');
      for (const lie of ['withdraw', 'last']) channel.postMessage(lie);
      await both;
    });
    assert.equal(await tabs[0].evaluate(() => window.lxConsent.has('marketing')), true);
    assert.equal(await records(), n, 'one decision, one record');
    await withdraw(tabs[1]);
    await Promise.all(tabs.map((t) => t.waitForFunction(() => !window.lxConsent.has('marketing'), null, look)));
  }));
