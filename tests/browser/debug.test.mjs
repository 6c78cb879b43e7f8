import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { choose, siteOf, startStage, until } from './stage.mjs';

let stage;
before(async () => {
  stage = await startStage();
  stage.serve('tracker.localhost', 'ok');
  await stage.site(siteOf('shop', {
    rules: [{ match: 'tracker.localhost', purpose: 'analytics' }],
    cookies: [{ name: '_stat', purpose: 'analytics', lifetime: '2 years' }, { name: 'stat', purpose: 'analytics', kind: 'local' }],
    features: { consent_mode: true, cookie_writes: true, storage_writes: true, network: true, debug: true, uet: true, clarity: true, wordpress: true },
  }));
  await stage.site(siteOf('plain'));
  const T = stage.url('tracker.localhost', '/');
  stage.serve('www.shop.localhost/own.js', `fetch('${T}x'); fetch('${T}x'); document.cookie = '_stat=1'; document.cookie = 'mine=1';`);
  for (const id of ['shop', 'plain'])
    stage.serve(`www.shop.localhost/${id}`, () => ({
      text: stage.page(id, '', `<script src="/own.js"></script><script type="text/plain" data-category="marketing" data-src="/ad.js"></script>`),
      headers: { 'content-security-policy': `default-src 'none'; script-src 'self' ${stage.consent}; connect-src ${stage.consent} ${T}; style-src 'none'; require-trusted-types-for 'script'; trusted-types lx-consent` },
    }));
  stage.serve('www.shop.localhost/ad.js', 'window.ad = 1;');
});
after(() => stage?.stop());

test('the panel shows what holds and why, under a strict policy, and follows a choice', () =>
  stage.visit(async (v, p) => {
    await p.goto(stage.url('www.shop.localhost', '/shop?lx-debug'));
    const panel = p.locator('#lx-debug');
    await panel.waitFor();
    const has = (...texts) =>
      until(async () => {
        const all = (await panel.locator('section').allInnerTexts()).join('\n');
        for (const text of texts) assert.match(all, text);
      });
    await has(
      /shop, edition 1/, /unknown, from/, /US-FL/, /analytics\s+opt-in\s+\S+/, /consent_months\s+\d+\s+\S+/,
      /analytics_storage denied/, /the default came before any tag/, /Microsoft UET\s+default: ad_storage denied/, /ad_Storage denied, analytics_Storage denied/, /WordPress\s+optin/, /Global Privacy Control\s+off/,
      /request\s+http:\/\/tracker\.localhost:\d+\/x\s+analytics\s+held \(2 times\)/, /cookie\s+_stat\s+analytics\s+held/, /script\s+\/ad\.js\s+marketing\s+held/,
      /_stat\s+cookie\s+analytics\s+2 years\s+refused, not there/, /mine\s+cookie\s+not declared/,
    );
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ad);
    await panel.getByRole('button', { name: 'Refresh' }).click();
    await has(/analytics_storage granted/, /tracker\.localhost:\d+\/x\s+analytics\s+may go now/, /script\s+\S*\/ad\.js\s+marketing\s+released/, /runs, level 1/, /nothing is left to ask/);
    assert.equal((await p.evaluate(() => window.lxDebug())).Purposes.length, 4);
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
    assert.ok(v.requests.some((r) => r.url === '/debug/shop.js'));
  }));

test('on a phone the panel leaves the banner its place, and folds up', () =>
  stage.visit(
    async (_, p) => {
      await p.goto(stage.url('www.shop.localhost', '/shop?lx-debug'));
      const [panel, banner] = [p.locator('#lx-debug'), p.locator('#lx-consent')];
      await panel.waitFor();
      const [top, bottom] = [await panel.boundingBox(), await banner.boundingBox()];
      assert.ok(top.height > 200 && top.y + top.height <= bottom.y, JSON.stringify([top, bottom]));
      await panel.getByRole('button', { name: 'Fold' }).click();
      assert.ok((await panel.boundingBox()).height < 80);
      await panel.getByRole('button', { name: 'Unfold' }).click();
      assert.equal((await panel.boundingBox()).height, top.height);
      await choose(p, 'reject');
      await until(async () => (await panel.boundingBox()).height > top.height);
    },
    { viewport: { width: 360, height: 740 } },
  ));

for (const [width, folded] of [[1366, false], [360, true]])
  test(`the panel can be used beside modal preferences at ${width} px`, () =>
    stage.visit(
      async (_, p) => {
        await p.goto(stage.url('www.shop.localhost', '/shop?lx-debug'));
        const panel = p.locator('#lx-debug');
        await panel.waitFor();
        await p.click('#lx-consent [data-lx-action="settings"]');
        await p.waitForSelector('#lx-consent:modal');
        await panel.getByRole('button', { name: folded ? 'Unfold' : 'Fold' }).click();
        await panel.getByRole('button', { name: folded ? 'Fold' : 'Unfold' }).click();
        const [mine, dialog] = [await panel.boundingBox(), await p.locator('#lx-consent').boundingBox()];
        assert.ok(folded ? mine.height < 80 : mine.x >= dialog.x + dialog.width, JSON.stringify([mine, dialog]));
        await p.keyboard.press('Escape');
        await p.waitForSelector('#lx-consent:not(:modal)');
        await until(() => panel.evaluate((e) => e.parentNode === document.body));
        await panel.getByRole('button', { name: 'Close' }).click();
        await p.click('#lx-consent [data-lx-action="settings"]');
        await p.waitForSelector('#lx-consent:modal');
        assert.equal(await panel.count(), 0, 'closed stays closed');
      },
      { viewport: { width, height: 768 } },
    ));

test('nobody who does not ask gets the panel, and a site without it has no door', () =>
  stage.visit(async (v, p) => {
    for (const route of ['/shop', '/shop?lx-debugger', '/plain?lx-debug']) {
      await p.goto(stage.url('www.shop.localhost', route));
      await v.rest();
      assert.ok(!v.requests.some((r) => r.url.startsWith('/debug/')), route);
    }
    const script = await (await fetch(`${stage.server.url}/s/plain.js`)).text();
    assert.doesNotMatch(script, /debug/);
    const r = await fetch(`${stage.server.url}/debug/plain.js`);
    assert.deepEqual([r.status, r.headers.get('cache-control'), r.headers.get('content-type')], [200, 'private, no-store', 'text/javascript; charset=utf-8']);
    assert.equal((await fetch(`${stage.server.url}/debug/nobody.js`)).status, 404);
    assert.equal((await fetch(`${stage.server.url}/debug/plain`)).status, 404);
  }));
