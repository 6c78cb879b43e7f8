// What is refused stays refused, in whatever order things arrive.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { choose, decided, siteOf, startStage, until, withdraw } from './stage.mjs';

let stage;
const page = (host = 'www.shop.localhost', route = '/page') => stage.url(host, route);
before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop', { cookie_domain: 'shop.localhost', vendors: [{ id: 'video', name: 'Video', purposes: ['marketing'] }] }));
  for (const host of ['www.shop.localhost', 'app.shop.localhost']) {
    stage.serve(`${host}/page`, stage.page('shop', '<link rel="icon" href="data:,">', '<iframe data-category="marketing" data-vendor="video" data-src="/frame" title="Film"></iframe>'));
    stage.serve(`${host}/plain`, '<!doctype html><title>Plain</title><h1>Plain</h1>');
  }
  stage.serve('www.shop.localhost/frame', '<!doctype html><title>Film</title>');
});
after(() => stage?.stop());

const has = (p, name = 'analytics') => p.evaluate((n) => window.lxConsent.has(n), name);
const held = async (v) => (await v.context.cookies()).find((c) => c.name === 'lx_consent')?.value;
const records = async () => (await (await stage.api('GET', '/v1/sites/shop/records')).text()).trim().split('\n').map((l) => JSON.parse(l));

test('what is done in a tab that has heard of nothing takes back no withdrawal of another', () =>
  stage.visit(async (v, p) => {
    // Browsers that tell nothing of cookies tell pages of another host nothing at all.
    await v.context.addInitScript(() => {
      delete window.cookieStore;
    });
    for (const deed of [(tab) => tab.evaluate(() => window.lxConsent.showPreferences()), (tab) => tab.click('.lx-embed [data-lx-action="always"]')]) {
      await p.goto(page());
      await decided(p, () => p.evaluate(() => window.lxConsent.rejectAll()));
      await p.click('h1');
      await decided(p, () => p.evaluate(() => window.lxConsent.set({ analytics: 1 })));
      const other = await v.context.newPage();
      await other.goto(page('app.shop.localhost'));
      await withdraw(other);
      await until(async () => assert.match(await held(v), /analytics:0.*\.[\w-]{22}$/));
      assert.equal(await has(p), true, 'the tab has heard of nothing');
      await deed(p);
      assert.equal(await has(p), false);
      assert.match(await held(v), /analytics:0/);
      await until(async () => assert.match(await held(v), /analytics:0.*\.[\w-]{22}$/));
      await other.close();
    }
  }));

for (const [name, time] of [['right', 0], ['an hour behind', -3_600_000], ['an hour ahead', 3_600_000]])
  test(`by a clock that is ${name}, the late answer to a grant shows nothing of it after the withdrawal`, () =>
    stage.visit(async (v, p) => {
      await v.context.addInitScript((ms) => {
        const now = Date.now;
        Date.now = () => now() + ms;
      }, time);
      let asked = 0, release, second;
      const first = new Promise((done) => { release = done; });
      const later = new Promise((done) => { second = done; });
      await p.route('**/v1/consents', async (r) => {
        await (asked++ ? later : first);
        await r.continue();
      });
      const other = await v.context.newPage();
      await p.goto(page());
      await other.goto(page());
      await p.click('#lx-consent [data-lx-action="accept"]');
      await until(() => has(other));
      await p.evaluate(() => window.lxConsent.withdraw());
      await until(async () => !(await has(other)));
      for (const tab of [p, other]) await tab.evaluate(() => {
        window.seen = [];
        addEventListener('lxconsent:change', (e) => window.seen.push(e.detail.levels.analytics));
      });
      const answered = p.waitForResponse('**/v1/consents');
      release();
      await (await answered).finished();
      // What is kept goes back to the refusal, while that is still on its way.
      await until(async () => assert.match(await held(v), /analytics:0/));
      second();
      await until(async () => assert.match(await held(v), /analytics:0.*\.[\w-]{22}$/));
      for (const tab of [p, other]) assert.deepEqual([await tab.evaluate(() => window.seen.filter(Boolean)), await has(tab)], [[], false]);
      const last = (await records()).slice(-2);
      assert.deepEqual(last.map((r) => [r.action, r.subject]), [['accept_all', last[0].subject], ['withdraw', last[0].subject]]);
    }));

test('a change that does not wait for the answer to the grant keeps the rest of it', () =>
  stage.visit(async (v, p) => {
    let release, asked = 0;
    const first = new Promise((done) => { release = done; });
    await p.route('**/v1/consents', async (r) => {
      if (!asked++) await first;
      await r.continue();
    });
    await p.goto(page());
    await p.click('#lx-consent [data-lx-action="accept"]');
    await p.evaluate(() => window.lxConsent.set({ analytics: 0 }));
    release();
    await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    await until(async () => assert.match(await held(v), /analytics:0~functional:1~marketing:1\.[\w-]{22}$/));
    assert.deepEqual([await has(p), await has(p, 'marketing'), await p.locator('#lx-consent').count()], [false, true, 0]);
    const last = (await records()).slice(-2);
    assert.deepEqual(last.map((r) => [r.action, r.subject, r.levels]), [
      ['accept_all', last[0].subject, { analytics: 1, functional: 1, marketing: 1 }], ['api', last[0].subject, { analytics: 0, functional: 1, marketing: 1 }],
    ]);
  }));

test('a refusal that could not be delivered is not undone by a decision about something else', () =>
  stage.visit(async (v, p) => {
    await p.goto(page());
    await choose(p, 'accept');
    await until(async () => assert.match(await held(v), /analytics:1.*\.[\w-]{22}$/));
    await p.route('**/v1/consents', (r) => r.abort());
    await p.evaluate(() => window.lxConsent.withdraw());
    await p.unroute('**/v1/consents');
    const answer = await decided(p, () => p.click('.lx-embed [data-lx-action="always"]'));
    assert.equal(answer.status(), 201);
    await until(async () => assert.match(await held(v), /analytics:0.*\.[\w-]{22}$/));
    assert.deepEqual([await has(p), await has(p, 'marketing')], [false, false]);
    const last = (await records()).at(-1);
    assert.deepEqual([last.action, last.levels], ['embed', { functional: 0, analytics: 0, marketing: 0 }]);
  }, { known: /ERR_FAILED/ }));

test('a withdrawal that was left waiting counts on the next page, though the answer to the grant came last', () =>
  stage.visit(async (v, p) => {
    await p.goto(page());
    await choose(p, 'accept');
    await until(async () => assert.match(await held(v), /analytics:1.*\.[\w-]{22}$/));
    // Back to where the grant has no answer yet: the withdrawal waits, and its page ends.
    const cookies = (await v.context.cookies()).filter((c) => c.name === 'lx_consent');
    const waits = cookies.map((c) => ({ ...c, value: c.value.replace(/^1\.[^.]*/, '1.-').replace(/[^.]*$/, '') }));
    await p.goto(page('www.shop.localhost', '/plain'));
    await v.context.addCookies(waits);
    await p.route('**/v1/consents', (r) => r.abort());
    await p.goto(page());
    await p.evaluate(() => window.lxConsent.withdraw());
    await p.goto(page('www.shop.localhost', '/plain'));
    // Then the answer to the grant comes.
    await v.context.addCookies(cookies);
    await p.unroute('**/v1/consents');
    await p.goto(page());
    await until(async () => assert.equal(await has(p), false));
    await until(async () => assert.match(await held(v), /analytics:0.*\.[\w-]{22}$/));
    await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    assert.equal((await records()).at(-1).action, 'withdraw');
  }, { known: /ERR_FAILED/ }));

test('under the opt-out signal a vendor is shown once and granted nothing, now and when that ends', () =>
  stage.visit(async (v, p) => {
    await v.context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: !sessionStorage.off }));
    await p.goto(page());
    await decided(p, () => p.click('.lx-embed [data-lx-action="always"]'));
    await p.locator('iframe[title="Film"]').waitFor();
    const last = (await records()).at(-1);
    assert.deepEqual([last.action, last.vendors ?? {}], ['embed', {}]);
    assert.doesNotMatch(await held(v), /@video/);
    await p.evaluate(() => sessionStorage.setItem('off', '1'));
    await p.goto(page());
    assert.equal(await has(p, 'video'), false);
  }));

test('on a host that the site does not list a choice holds, is offered once to a page view, and the panel says so', () =>
  stage.visit(async (v, p) => {
    const doc = siteOf('unlisted', { features: { consent_mode: false, cookie_writes: false, debug: true } });
    await stage.site({ ...doc, origins: ['http://other.localhost'] });
    stage.serve('www.shop.localhost/unlisted', stage.page('unlisted', '<link rel="icon" href="data:,">'));
    let asked = 0;
    await p.route('**/v1/consents', async (r) => {
      asked++;
      await r.continue();
    });
    const url = stage.url('www.shop.localhost', '/unlisted?lx-debug');
    await p.goto(url);
    const refused = p.waitForEvent('requestfailed');
    await p.click('#lx-consent [data-lx-action="reject"]');
    await refused;
    for (let view = 2; view < 4; view++) {
      const again = p.waitForEvent('requestfailed');
      await p.goto(url);
      await again;
      await v.rest();
      assert.equal(asked, view);
      assert.deepEqual(await p.evaluate(() => [window.lxConsent.get().decided, document.querySelectorAll('#lx-consent').length]), [true, 0]);
    }
    await until(async () => assert.match((await p.locator('#lx-debug section').allInnerTexts()).join('\n'), /Recorded\s+not yet: .*origin/));
  }, { known: /CORS policy|ERR_FAILED|403/ }));
