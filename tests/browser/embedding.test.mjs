// Ways to write the tag that are not the documented one: it must work, or say so.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choose, decided, siteOf, startStage } from './stage.mjs';

let stage;
const tags = '<script type="text/plain" data-category="analytics">window.ran = (window.ran ?? 0) + 1;</script>';

before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop', { features: { consent_mode: false, cookie_writes: false, debug: true } }));
});
after(() => stage?.stop());

describe('a tag that runs later than the page is read', () => {
  for (const extra of [' async', ' defer', ' type="module"', ' type="module" async'])
    test(`asks, obeys and records:${extra}`, () =>
      stage.visit(async (_, p) => {
        stage.serve('www.shop.localhost/late', stage.page('shop', '', tags, extra));
        await p.goto(stage.url('www.shop.localhost', '/late?lx-debug'));
        await p.locator('#lx-consent').waitFor();
        assert.equal(await p.evaluate(() => window.ran), undefined);
        await p.waitForFunction(() => window.lxDebug);
        await choose(p, 'accept');
        await p.waitForFunction(() => window.ran === 1 && /lx_consent=1\.k/.test(document.cookie));
      }));

  test('knows the marks on its own tag, a module too', () =>
    stage.visit(async (_, p) => {
      for (const extra of [' data-minor', ' defer data-minor', ' type="module" data-minor']) {
        stage.serve('www.shop.localhost/minor', stage.page('shop', '', tags, extra));
        await p.goto(stage.url('www.shop.localhost', '/minor'));
        await p.waitForFunction(() => window.lxConsent?.ready);
        await p.mouse.click(5, 5);
        await p.evaluate(() => window.lxConsent.acceptAll());
        assert.deepEqual(await p.evaluate(() => [window.lxConsent.has('marketing'), window.lxConsent.has('functional')]), [false, true], extra);
      }
    }));
});

test('a minor is offered no ads, in no banner and no frame, and gets none by any answer', async () => {
  await stage.site(siteOf('young', { vendors: [{ id: 'ads', name: 'Ads', purposes: ['marketing'] }] }));
  stage.serve('www.shop.localhost/frame', 'An ad');
  const frame = '<iframe data-category="marketing" data-vendor="ads" data-src="/frame" title="Ad" width="300" height="200"></iframe>';
  const switches = async (p) => {
    await p.evaluate(() => window.lxConsent.showPreferences());
    return p.locator('#lx-consent section:visible [data-lx-purpose]').evaluateAll((all) => all.map((e) => e.dataset.lxPurpose));
  };
  for (const [extra, offered] of [['', ['marketing']], [' data-minor', []]])
    await stage.visit(async (v, p) => {
      stage.serve('www.shop.localhost/young', stage.page('young', '', frame, extra));
      await v.open(stage.url('www.shop.localhost', '/young'));
      assert.equal(await p.locator('[data-lx-action="always"]').count(), offered.length, 'a frame offers itself');
      assert.deepEqual(await switches(p), ['necessary', 'functional', 'analytics', ...offered]);
      await choose(p, 'accept');
      await v.rest();
      assert.deepEqual(stage.asked('www.shop.localhost').filter((r) => r === '/frame'), offered.map(() => '/frame'));
      assert.equal(await p.evaluate(() => window.lxConsent.get().levels.functional), 1);
      stage.hits.length = 0;
    });
});

test('a tag that a script adds later works, a module too', () =>
  stage.visit(async (_, p) => {
    stage.serve('www.shop.localhost/added', `<!doctype html><title>Shop</title><h1>Shop</h1>${tags}`);
    for (const type of ['', 'module']) {
      await p.context().clearCookies();
      await p.goto(stage.url('www.shop.localhost', '/added'));
      await p.evaluate(([src, t]) => document.head.append(Object.assign(document.createElement('script'), { src, type: t })), [`${stage.consent}/s/shop.js`, type]);
      await p.locator('#lx-consent').waitFor();
      await choose(p, 'accept');
      await p.waitForFunction(() => window.ran === 1);
    }
  }));

test('a click before the script has come grants what it asked for, and a queue alone grants nothing', () =>
  stage.visit(async (_, p) => {
    let come;
    const wanted = new Promise((done) => {
      come = done;
    });
    await p.route('**/s/shop.js', (route) => wanted.then(() => route.continue()));
    const page = (head) => `<!doctype html><head>${head}<script async src="${stage.consent}/s/shop.js"></script><title>Shop</title></head><body><button onclick="lxConsent.push(['acceptAll'])">Yes</button>`;
    stage.serve('www.shop.localhost/unasked', page('<script>window.lxConsent = [["acceptAll"]]</script>'));
    stage.serve('www.shop.localhost/early', page('<script>window.lxConsent = []</script>'));
    await p.goto(stage.url('www.shop.localhost', '/early'), { waitUntil: 'commit' });
    await p.getByText('Yes').click();
    await decided(p, come);
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), true);
    await p.context().clearCookies();
    await p.goto(stage.url('www.shop.localhost', '/unasked'));
    assert.equal(await p.evaluate(() => window.lxConsent.get().decided), false);
  }));

test('marked scripts that come as text run once they may, and once, as they stand there', async () => {
  stage.serve('www.shop.localhost/came.js', 'window.came = [...(window.came ?? []), document.currentScript.id];');
  stage.serve('www.shop.localhost/text', stage.page('shop', '', '<div id="place"></div>'));
  const put = (when) => {
    const marked = (id, more, words = '') => `<script type="text/plain" data-category="analytics" id="${when}-${id}" class="a b" ${more}>${words}</script>`;
    const place = document.getElementById('place');
    place.insertAdjacentHTML('beforeend', marked('file', 'data-src="/came.js"') + marked('words', '', 'window.came = [...(window.came ?? []), document.currentScript.id];'));
    const made = document.createElement('p');
    made.innerHTML = marked('made', 'data-src="/came.js" async');
    place.append(made.firstChild);
    const shadow = place.appendChild(document.createElement('p')).attachShadow({ mode: 'open' });
    shadow.innerHTML = marked('deep', '', 'window.deep = (window.deep ?? 0) + 1');
    window.lxConsent.rescan(shadow);
  };
  await stage.visit(async (_, p) => {
    await p.goto(stage.url('www.shop.localhost', '/text'));
    await p.locator('#lx-consent').waitFor();
    await p.evaluate(put, 'before');
    assert.deepEqual(await p.evaluate(() => [window.came, window.deep]), [undefined, undefined]);
    await choose(p, 'accept');
    await p.waitForFunction(() => window.came?.length === 3 && window.deep === 1);
    await p.evaluate(put, 'after');
    await p.waitForFunction(() => window.came.length === 6 && window.deep === 2);
    assert.deepEqual(await p.evaluate(() => window.came.toSorted()), ['after-file', 'after-made', 'after-words', 'before-file', 'before-made', 'before-words']);
    assert.equal(await p.evaluate(() => document.getElementById('after-made').className), 'a b');
  });
});

test('what bears the name and is no queue keeps nothing from happening', () =>
  stage.visit(async (_, p) => {
    for (const before of ['<i id="lxConsent"></i>', '<form id="lxConsent"><input name="q"></form>', '<script>window.lxConsent = {}</script>', '<script>window.lxConsent = { q: 5 }</script>']) {
      await p.context().clearCookies();
      stage.serve('www.shop.localhost/named', `<!doctype html><title>Shop</title><body>${before}<script src="${stage.consent}/s/shop.js"></script>${tags}`);
      await p.goto(stage.url('www.shop.localhost', '/named'));
      await choose(p, 'accept');
      await p.waitForFunction(() => window.ran === 1);
    }
  }));

test('a queue that holds what is no call keeps nothing else from happening, and calls of nothing do not throw', () =>
  stage.visit(async (_, p) => {
    const queue = `<script>window.heard = []; window.lxConsent = [null, () => {}, ["set"], ["set", null], [], "x", ["nobody"], ["on", "ready", () => heard.push("ready")], ["showPreferences"]]</script>`;
    const tag = `<script src="${stage.consent}/s/shop.js"></script>`;
    stage.serve('www.shop.localhost/queue', `<!doctype html><head>${queue}${tag}<title>Shop</title></head><body>${tags}`);
    await p.goto(stage.url('www.shop.localhost', '/queue'));
    await p.locator('#lx-consent [data-lx-purpose=analytics]').waitFor();
    assert.deepEqual(await p.evaluate(() => {
      for (const nothing of [undefined, null, 'x', 1, []]) {
        window.lxConsent.has(nothing);
        window.lxConsent.rescan(nothing);
        window.lxConsent.set(nothing);
      }
      return window.lxConsent.identify('name', 'proof').then((linked) => [window.heard, window.lxConsent.get().decided, linked]);
    }), [['ready'], false, false]);
  }));
