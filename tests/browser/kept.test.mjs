// What a browser has kept may be anything: S18 of the faults.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { choose, siteOf, startStage, waiting } from './stage.mjs';

let stage;
const page = (route = '/page') => stage.url('www.shop.localhost', route);

before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop'));
  stage.serve('www.shop.localhost/page', stage.page('shop', '', '<script type="text/plain" data-category="analytics">window.ran = 1;</script>'));
  stage.serve('www.shop.localhost/plain', '<!doctype html><title>Plain</title><h1>Plain</h1>');
});
after(() => stage?.stop());

/** An independent reading of the grammar: only what it admits may ever be a choice. */
const readable = (value) => {
  const m = /^1\.([a-z0-9]{1,8}|-)\.([1-9][0-9]{0,8})\.([a-z0-9+-]{1,32})\.(0|[1-9][0-9]{0,11})\.([a-z0-9@_:~-]+)\.([A-Za-z0-9_-]{21}[AQgw])?$/.exec(value);
  if (!m || value.length > 512 || (m[1] === '-') !== !m[6]) return false;
  const entries = m[5].split('~');
  const names = new Set(entries.map((e) => /^(@[a-z][a-z0-9_-]{0,31}(?=:[0-9]$)|[a-z][a-z0-9_-]{0,31}(?=:(0|[1-9]g?)$))/.exec(e)?.[0]));
  return names.size === entries.length && !names.has(undefined) && entries.join() === [...entries].sort().join();
};

test('S18: of what was kept, only what can be read to the last letter is a grant', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    await choose(p, 'accept');
    await p.waitForFunction(() => /lx_consent=1\.k/.test(document.cookie));
    const good = await p.evaluate(() => /lx_consent=([^;]*)/.exec(document.cookie)[1]);
    assert.ok(readable(good), good);
    let seed = 18;
    const pick = (n) => {
      seed = (seed * 48271) % 2147483647;
      return seed % n;
    };
    const letters = '019.~:-_@gkAzZ% "\\,/+é';
    const values = [
      good.replace(/^1\./, '2.'), good.replace(/^1\./, '01.'), good.replace(/\.[^.]*$/, '.'), good.replace('~', '~~'), good.split('~').reverse().join('~'),
      good.replace(/(analytics:1)/, '$1~$1'), good.replace('analytics:1', `analytics:1~${'b'.repeat(32)}:1`.repeat(16)), good.repeat(2), 'x'.repeat(3900), '1', '1.....', '-', '', '[object Object]',
      good.replace(/^(1\.\w+\.)\d+/, '$11234567890'), good.replace(/\.\d{9,}\./, '.9999999999999.'), good.replace('analytics:1', 'analytics:1e9'), good.replace('analytics:1', 'analytics:-1'),
    ];
    while (values.length < 600) {
      let v = good;
      for (let edits = 1 + pick(3); edits; edits--) {
        const at = pick(v.length + 1);
        v = v.slice(0, at) + [letters[pick(letters.length)], '', v.slice(pick(v.length + 1))][pick(3)] + v.slice(at + pick(2));
      }
      values.push(v);
    }
    const ran = await p.evaluate((all) => all.map((v) => {
      document.cookie = `lx_consent=${v}; Path=/`;
      dispatchEvent(new Event('pageshow'));
      return [/lx_consent=([^;]*)/.exec(document.cookie)?.[1], window.lxConsent.has('analytics'), !!document.querySelector('#lx-consent')];
    }), values);
    let bad = 0;
    for (const [kept, has, asked] of ran) {
      if (readable(kept)) continue;
      bad++;
      assert.deepEqual([has, asked], [false, true], `${kept} is no grant, and the visitor is asked`);
    }
    assert.ok(bad > 400, `${bad} of 600 were spoilt`);
  }));

test('S18: a decision that waits from the future, or is too long, grants nothing and goes away', () =>
  stage.visit(async (_, p) => {
    await p.goto(page('/plain'));
    const entry = (more, at) => JSON.stringify([{ id: 'AAAAAAAAAAAAAAAAAAAAAA', site: 'shop', note: 'x', action: 'accept_all', levels: {}, ...more }, at]);
    for (const kept of [entry({}, 9e15), entry({}, 'soon'), entry({ levels: { analytics: 'x'.repeat(30_000) } }, 0), entry({ id: 'y'.repeat(9000) }, 0)]) {
      await waiting(p, kept);
      await p.goto(page());
      assert.deepEqual([await p.evaluate(() => window.lxConsent.has('analytics')), await p.evaluate(() => window.ran)], [false, undefined]);
      await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    }
  }, { known: /40[03]|413|422/ }));
