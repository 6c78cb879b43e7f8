// docs/moving.md: what another platform's pages hold, under our tag.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { root } from './harness.mjs';
import { choose, siteOf, startStage, until, withdraw } from './stage.mjs';

const doc = readFileSync(path.join(root, 'docs/moving.md'), 'utf8');
let stage;
before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop', { cookie_domain: 'shop.localhost', vendors: [{ id: 'video', name: 'Video', purposes: ['marketing'] }] }));
  for (const host of ['stats', 'video']) stage.serve(`${host}.localhost`, () => ({ text: '' }));
});
after(() => stage?.stop());

/** The cells of the table below a heading, row by row. */
const table = (heading, n = 0) => {
  const part = doc.split(/^## /m).find((p) => p.startsWith(`${heading}\n`));
  const [, ...rows] = part.split('\n\n').filter((p) => p.startsWith('|'))[n].trim().split('\n').slice(1).map((r) => r.split('|').slice(1, -1).map((c) => c.trim()));
  return [...rows];
};
const codes = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1]);

const visit = async (name, body, run) => {
  stage.serve(`www.shop.localhost/${name}`, stage.page('shop', '', body));
  stage.hits.length = 0;
  await stage.visit(async (v, p) => {
    await v.open(stage.url('www.shop.localhost', `/${name}`));
    await run(p, v);
  });
};

test('marks of other platforms wait and load as they are', async () => {
  const at = (host, file) => `http://${host}.localhost:${stage.port}/${file}`;
  await visit(
    'marks',
    `<script type="text/plain" data-cookieconsent="statistics, marketing" src="${at('stats', 'cookiebot')}"></script>
     <iframe data-cookieconsent="marketing" data-cookieblock-src="${at('video', 'cookiebot')}" title="Film"></iframe>
     <script type="text/plain" class="optanon-category-C0002" src="${at('stats', 'onetrust')}"></script>
     <script type="text/plain" class="optanon-category-C0002-C0004" src="${at('stats', 'onetrust-two')}"></script>
     <script type="text/plain" data-category="analytics" src="${at('stats', 'cookieconsent')}"></script>
     <script type="text/plain" data-category="!analytics" src="${at('stats', 'refused')}"></script>
     <script type="text/plain" data-category="analytics" data-type="module">window.module = import.meta.url;</script>
     <script type="text/plain" data-type="application/javascript" data-name="video" data-src="${at('video', 'klaro')}"></script>`,
    async (p, v) => {
      await stage.untouched(v, 'stats.localhost', 'video.localhost');
      await choose(p, 'accept');
      await stage.reached({
        'stats.localhost': ['/cookiebot', '/onetrust', '/onetrust-two', '/cookieconsent'],
        'video.localhost': ['/cookiebot', '/klaro'],
      });
      await until(() => p.evaluate(() => typeof window.module === 'string'));
      await withdraw(p);
      assert.ok(!stage.hits.some((h) => h.includes('refused')), 'the page says that it never runs');
    },
  );
});

test('each name of a purpose, and each call, does what its row says', () =>
  visit('calls', '', async (p) => {
    const rows = table('Calls');
    assert.ok(rows.length > 10);
    const asks = rows.map(([, here]) => codes(here)[0]);
    const names = table('Marks', 1).flatMap(([here, there]) => codes(there).map((n) => [codes(here)[0], n]));
    assert.ok(names.length > 10);
    const say = (code) => p.evaluate((c) => new Function(`return ${c}`)(), code);
    const all = async (granted) => {
      for (const [purpose, name] of names) assert.equal(await p.evaluate((n) => window.lxConsent.has(n), name), purpose === 'necessary' || granted, name);
      for (const code of asks.filter((c) => /has\(|decided/.test(c))) assert.equal(await say(code), granted, code);
    };
    await all(false);
    await choose(p, 'accept');
    await all(true);
    for (const code of new Set(asks.filter((c) => !/has\(|decided/.test(c)))) {
      await p.click('h1');
      await say(code);
      if (/show/.test(code)) {
        await p.locator('#lx-consent [data-lx-action="save"]').waitFor();
        await choose(p, 'accept');
      } else {
        assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false, code);
        await p.evaluate(() => window.lxConsent.acceptAll());
      }
    }
  }));

test('links of other platforms open the preferences', async () => {
  const script = doc.match(/```html\n([\s\S]*?)```/)[1];
  const links = ['<a href="#" class="ot-sdk-show-settings"><b>Cookies</b></a>', '<button data-cc="show-preferencesModal"><b>Cookies</b></button>', '<a href="javascript:Cookiebot.renew()"><b>Cookies</b></a>'];
  for (const [i, link] of links.entries())
    await visit(`link${i}`, link + script, async (p) => {
      await choose(p, 'reject');
      await p.click('b');
      await p.locator('#lx-consent [data-lx-action="save"]').waitFor();
    });
});
