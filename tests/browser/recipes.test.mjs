// The recipes of docs/recipes.md, as they stand there.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { root, tempDir } from './harness.mjs';
import { choose, siteOf, startStage, until, withdraw } from './stage.mjs';

const recipes = readFileSync(path.join(root, 'docs/recipes.md'), 'utf8');
let stage;
before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop', { cookie_domain: 'shop.localhost', features: { consent_mode: true, cookie_writes: false } }));
  for (const host of ['stats', 'video', 'gtm']) stage.serve(`${host}.localhost`, () => ({ text: '' }));
});
after(() => stage?.stop());

/** The n-th piece of code below a heading, with the names of this stage. */
const recipe = (heading, n = 0) => {
  const part = recipes.split(/^##+ /m).find((p) => p.startsWith(`${heading}\n`));
  const code = [...part.matchAll(/^```\w*\n([\s\S]*?)^```/gm)][n][1];
  return code
    .replaceAll('https://consent.example.com', stage.consent)
    .replaceAll('https://www.googletagmanager.com', `http://gtm.localhost:${stage.port}`)
    .replace(/https:\/\/(stats|video)\.example\.com/g, (_, host) => `http://${host}.localhost:${stage.port}`)
    .replaceAll('SITE', 'shop');
};
const html = (inside) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>${inside}</html>`;
const visit = (name, page, body, options) => {
  stage.serve(`www.shop.localhost/${name}`, page);
  stage.hits.length = 0;
  return stage.visit(async (v, p) => {
    await v.open(stage.url('www.shop.localhost', `/${name}`));
    await body(p, v);
  }, options);
};
test('plain HTML', () =>
  visit('plain', html(recipe('Plain HTML')), async (page, v) => {
    await stage.untouched(v, 'stats.localhost', 'video.localhost');
    await choose(page, 'accept');
    await stage.reached({ 'stats.localhost': ['/a.js'], 'video.localhost': ['/embed/1'] });
    await page.click('footer [data-lx-action="settings"]');
    await page.locator('#lx-consent [data-lx-action="save"]').waitFor();
  }));

test('a container of Google Tag Manager waits, and finds the defaults before it', () =>
  visit('gtm', html(recipe('Google Tag Manager')), async (page, v) => {
    await stage.untouched(v, 'gtm.localhost');
    await choose(page, 'accept');
    await stage.reached({ 'gtm.localhost': ['/gtm.js?id=GTM-XXXX'] });
    const words = await page.evaluate(() => window.dataLayer.map((e) => (e.event ? e.event : `${e[0]} ${e[1]}`)));
    assert.equal(words[0], 'consent default');
    assert.ok(words.indexOf('consent update') < words.indexOf('gtm.js'), `${words}`);
    assert.ok(words.includes('lxconsent_change'), `${words}`);
  }));

test('a single-page application asks on each route', () =>
  visit('spa', stage.page('shop', `<script>${recipe('Single-page applications')}</script>`), async (page, v) => {
    /** Goes to a route and back, and waits until the page has heard of it. */
    const there = async (route) => {
      await page.evaluate((r) => {
        history.pushState(0, '', r);
        addEventListener('popstate', () => { window.heard = r; }, { once: true });
      }, route);
      await page.goBack();
      await until(() => page.evaluate((r) => window.heard === r, route));
    };
    await there('/second');
    await stage.untouched(v, 'stats.localhost');
    await choose(page, 'accept');
    await there('/third');
    await page.evaluate((port) => document.body.insertAdjacentHTML('beforeend', `<img alt="" data-category="analytics" data-src="http://stats.localhost:${port}/new.gif">`), stage.port);
    // What a route adds is seen.
    await stage.reached({ 'stats.localhost': ['/hit?page=/spa', '/hit?page=/spa', '/new.gif'] });
    await withdraw(page);
    await page.evaluate(() => history.pushState(0, '', '/fourth'));
    await page.goBack();
    await v.rest();
    assert.equal(stage.asked('stats.localhost').length, 3, 'nothing after a withdrawal');
  }));

test('a policy with a nonce', async () => {
  const policy = recipe('Content Security Policy').trim().replace('Content-Security-Policy: ', '');
  const page = html(recipe('Content Security Policy', 1));
  await visit('csp', () => ({ text: page, headers: { 'content-security-policy': policy } }), async (p) => {
    assert.equal(await p.evaluate(() => window.counted), undefined);
    await choose(p, 'accept');
    await until(() => p.evaluate(() => window.counted === true));
  });
});

/** What the recipe for Node exports, asking a server. */
const asking = async (server) => {
  const temp = tempDir();
  const file = path.join(temp.dir, 'allowed.mjs');
  writeFileSync(file, recipe('Node').replace(stage.consent, server));
  const { allowed } = await import(file);
  temp.remove();
  return allowed;
};

test('a Node server asks with the visitor’s cookies', async () => {
  const allowed = await asking(stage.server.url);
  await visit('node', stage.page('shop'), async (page, v) => {
    assert.equal(await allowed({ headers: {} }, 'analytics'), false);
    await choose(page, 'accept');
    const cookie = Object.values(await v.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
    assert.equal(await allowed({ headers: { cookie } }, 'analytics'), true);
    assert.equal(await allowed({ headers: { cookie } }, 'unheard-of'), false);
    assert.equal(await allowed({ headers: { cookie: cookie.slice(0, -3) } }, 'analytics'), false, 'forged');
  });
});

test('a Node server takes nothing for a yes that a visitor has not given', async () => {
  let decision;
  const server = createServer((_, answer) => answer.end(JSON.stringify({ decisions: [decision] })));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  try {
    const allowed = await asking(`http://127.0.0.1:${server.address().port}`);
    for (const [reason, want] of [
      ['granted', true],
      ['necessary', true],
      // By the law of the place of the server that asks, which is not the visitor's.
      ['not-objected', false],
      ['notice', false],
    ]) {
      decision = { purpose: 'analytics', allow: true, level: 1, reason };
      assert.equal(await allowed({ headers: {} }, 'analytics'), want, reason);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
