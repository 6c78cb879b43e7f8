// A site that changes where its two cookies live, while visitors hold them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decided, siteOf, startStage, until } from './stage.mjs';

let stage;
const host = 'www.shop.localhost';
const shared = { cookie_domain: 'shop.localhost' };
/** The consent server under the page's own host: without a domain, only there are both cookies the server's. */
const tag = () => `<script src="http://${host}:${stage.server.port}/s/moved.js"></script>`;

before(async () => {
  stage = await startStage();
});
after(() => stage?.stop());

for (const [name, from, to] of [['a host of its own to all of its domain', {}, shared], ['all of its domain to a host of its own', shared, {}]])
  test(`the last choice counts when a site moves its cookies from ${name}`, () =>
    stage.visit(async (v, p) => {
      const held = async (cookie) => (await v.context.cookies()).filter((c) => c.name === cookie);
      const check = async () => {
        const cookie = (await v.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
        return (await (await fetch(`${stage.server.url}/v1/check?site=moved&purpose=analytics`, { headers: { cookie } })).json()).decisions[0];
      };
      const open = () => v.open(stage.url(host, '/moved'));
      await stage.site(siteOf('moved', from));
      stage.serve(`${host}/moved`, `<!doctype html><html lang="en"><head>${tag()}<title>Moved</title></head><body><h1>Moved</h1></body></html>`);
      await open();
      assert.equal((await decided(p, () => p.click('#lx-consent [data-lx-action="accept"]'))).status(), 201);
      assert.equal((await held('lx_subject')).length, 1);

      await stage.site(siteOf('moved', to));
      await open();
      assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), true);
      for (const level of [0, 1, 0]) {
        await p.click('h1');
        const answer = await decided(p, () => p.evaluate((n) => window.lxConsent.set({ analytics: n }), level));
        assert.equal(answer.status(), 201);
        await open();
        assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), !!level);
        assert.equal((await check()).reason, level ? 'granted' : 'denied');
        for (const cookie of ['lx_consent', 'lx_subject']) assert.equal((await held(cookie)).length, 1, cookie);
      }
    }));

test('of two choices that a browser holds the later one counts, and stays alone', () =>
  stage.visit(async (v, p) => {
    await stage.site(siteOf('moved', shared));
    const open = () => v.open(stage.url(host, '/moved'));
    stage.serve(`${host}/moved`, `<!doctype html><html lang="en"><head>${tag()}<title>Moved</title></head><body><h1>Moved</h1></body></html>`);
    await open();
    await decided(p, () => p.click('#lx-consent [data-lx-action="accept"]'));
    // What a page of ours that knew of no domain left behind, a moment later.
    await p.evaluate(() => {
      const parts = document.cookie.match(/lx_consent=([^;]*)/)[1].split('.');
      document.cookie = `lx_consent=1.-.${parts[2]}.${parts[3]}.${+parts[4] + 1}.analytics:0~functional:0~marketing:0.;path=/`;
    });
    // What another tab could read between two steps.
    await p.addInitScript(() => {
      window.gaps = 0;
      const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
      Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get, set(text) {
        set.call(this, text);
        if (!get.call(this).includes('lx_consent=')) window.gaps++;
      } });
    });
    for (let visit = 0; visit < 2; visit++) {
      await open();
      assert.equal(await p.evaluate(() => window.gaps), 0, 'the choice is never gone while what stands beside it is taken away');
      assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
      await until(async () => assert.equal((await v.context.cookies()).filter((c) => c.name === 'lx_consent').length, 1));
    }
  }));

test('what is no choice, between two choices, does not bring the earlier one back', () =>
  stage.visit(async (_, p) => {
    await stage.site(siteOf('moved', {}));
    stage.serve(`${host}/deep/er/page`, `<!doctype html><html lang="en"><head>${tag()}<title>Moved</title></head><body><h1>Moved</h1></body></html>`);
    stage.serve(`${host}/plain`, '<!doctype html><title>Plain</title>');
    await p.goto(stage.url(host, '/plain'));
    await p.evaluate(() => {
      const now = Math.floor(Date.now() / 1000);
      const put = (path, value) => { document.cookie = `lx_consent=${value};Path=${path}`; };
      put('/deep/er', `1.-.1.fr.${now - 100}.analytics:1~functional:1~marketing:1.`);
      put('/deep', 'damaged');
      put('/', `1.-.1.fr.${now - 10}.analytics:0~functional:0~marketing:0.`);
    });
    await p.goto(stage.url(host, '/deep/er/page'));
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
  }));
