// The npm package, in a React application beside the real script.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { root, tempDir } from './harness.mjs';
import { choose, decided, siteOf, startStage, until } from './stage.mjs';

const app = `
import { createElement as h, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import * as consent from '@leadiumx/consent';
import { ConsentGate, useConsent } from '@leadiumx/consent/react';

const Words = () => h('p', { id: 'words' }, useConsent('marketing') ? 'with marketing' : 'without marketing');
const App = () => h(StrictMode, null,
  h(ConsentGate, { purpose: 'analytics', fallback: h('p', { id: 'fallback' }, 'ask first') }, h('p', { id: 'inside' }, 'statistics')),
  h(Words));
window.consent = consent;
if (document.documentElement.dataset.whole) window.whole = () => h(StrictMode, null, h('html', { lang: 'en', suppressHydrationWarning: true, 'data-whole': document.documentElement.dataset.whole },
  h('head', null, h('script', { src: document.documentElement.dataset.whole }), h('title', null, 'Shop')),
  h('body', null, h('main', null, h(App)), h('script', { src: '/app.js' }))));
window.seen = [];
consent.on('change', (d) => window.seen.push(d.action));
consent.ready().then((state) => { window.first = state; });
const place = document.getElementById('app');
if (window.whole) hydrateRoot(document, h(window.whole));
else if (place.firstChild) hydrateRoot(place, h(App));
else createRoot(place).render(h(App));
const src = document.documentElement.dataset.load;
if (src) {
  consent.showPreferences();
  Promise.all([consent.load({ src }), consent.load({ src })]).then((loaded) => { window.loaded = loaded; });
}
`;

let stage;
let temp;
let bundle;
const tsc = path.join(root, 'node_modules/tsgo/bin/tsc');
const esbuild = (...args) => execFileSync(path.join(temp.dir, 'esbuild'), ['--log-level=warning', '--bundle', '--minify', ...args], { cwd: root });
const markup = (inside = '') => `<div id="app">${inside}</div><script src="/app.js"></script>`;

before(async () => {
  execFileSync(process.execPath, [tsc, '-p', path.join(root, 'packages/web')]);
  temp = tempDir();
  execFileSync('go', ['build', '-o', path.join(temp.dir, 'esbuild'), 'github.com/evanw/esbuild/cmd/esbuild'], { cwd: root });
  // As an application finds its packages: by name, through the map of exports.
  const place = path.join(temp.dir, 'node_modules/@leadiumx/consent');
  mkdirSync(place, { recursive: true });
  // Packed, as an application gets it: a linked folder brings a React of its own.
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', temp.dir, path.join(root, 'packages/web')], { encoding: 'utf8' });
  execFileSync('tar', ['-xzf', path.join(temp.dir, packed.trim()), '-C', place, '--strip-components=1']);
  for (const name of ['react', 'react-dom']) symlinkSync(path.join(root, 'node_modules', name), path.join(temp.dir, 'node_modules', name));
  writeFileSync(path.join(temp.dir, 'app.js'), app);
  bundle = `${esbuild(path.join(temp.dir, 'app.js'), '--define:process.env.NODE_ENV="development"')}`;
  stage = await startStage();
  await stage.site(siteOf('app', { cookie_domain: 'shop.localhost' }));
  stage.serve('www.shop.localhost/app.js', bundle);
});
after(async () => {
  await stage?.stop();
  temp?.remove();
});

/** Waits until React shows just this: the text of each place, undefined where nothing may be. */
const shows = async (page, want) => {
  for (const [id, text] of Object.entries(want))
    await until(async () => assert.deepEqual(await page.locator(`#${id}`).allTextContents(), text === undefined ? [] : [text], id));
};

test('a gate opens on a grant and closes on a withdrawal', async () => {
  stage.serve('www.shop.localhost/gate', stage.page('app', '', markup()));
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/gate'));
    await shows(page, { fallback: 'ask first', inside: undefined });
    await choose(page, 'accept');
    await shows(page, { inside: 'statistics', words: 'with marketing', fallback: undefined });
    await decided(page, () => page.evaluate(() => window.consent.withdraw()));
    // What was open is closed.
    await shows(page, { fallback: 'ask first', words: 'without marketing', inside: undefined });
    assert.deepEqual(await page.evaluate(() => [window.seen, window.first.site, window.consent.get().decided]), [['accept_all', 'withdraw'], 'app', true]);
  });
});

test('a script that the application loads takes the calls that came before it', async () => {
  const plain = `<!doctype html><html lang="en" data-load="${stage.consent}/s/app.js"><meta charset="utf-8"><title>Shop</title><body>${markup()}</body></html>`;
  stage.serve('www.shop.localhost/load', plain);
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/load'));
    await page.waitForFunction(() => window.loaded);
    assert.deepEqual(await page.evaluate(() => window.loaded), [true, true]);
    assert.equal(await page.locator('script[src*="/s/app.js"]').count(), 1, 'it is loaded once');
    await page.locator('#lx-consent [data-lx-action="save"]').waitFor();
    await page.locator('[data-lx-purpose="analytics"]').check();
    await choose(page, 'save');
    await shows(page, { inside: 'statistics', words: 'without marketing' });
  });
});

test('what the page knows of its visitor goes along with the script', async () => {
  stage.serve('www.shop.localhost/minor', `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><body>${markup()}</body></html>`);
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/minor'));
    const [runs, tag] = await page.evaluate(async (src) => {
      const loaded = await window.consent.load({ src, nonce: 'r4nd0m', minor: true, sensitive: true });
      const made = document.querySelector('script[src$="/s/app.js"]');
      return [loaded, [made.nonce, made.hasAttribute('data-minor'), made.hasAttribute('data-sensitive')]];
    }, `${stage.consent}/s/app.js`);
    assert.deepEqual([runs, tag], [true, ['r4nd0m', true, true]]);
    await choose(page, 'accept');
    assert.equal(await page.evaluate(() => window.consent.has('marketing')), false, 'a minor is protected');
    await shows(page, { inside: 'statistics' });
  });
});

test('with the script blocked nothing renders, and no call fails', async () => {
  stage.serve('www.shop.localhost/blocked', `<!doctype html><html lang="en" data-load="${stage.consent}/s/app.js"><meta charset="utf-8"><title>Shop</title><body>${markup()}</body></html>`);
  await stage.visit(
    async (_, page) => {
      await page.route('**/s/app.js', (route) => route.abort());
      await page.goto(stage.url('www.shop.localhost', '/blocked'));
      await page.waitForFunction(() => window.loaded);
      const found = await page.evaluate(() => {
        const c = window.consent;
        for (const call of [c.show, c.acceptAll, c.rejectAll, c.withdraw, c.rescan]) call();
        c.set({ analytics: 1 });
        return [window.loaded, c.has('analytics'), c.has('necessary'), c.get(), c.held()];
      });
      assert.deepEqual(found, [[false, false], false, false, undefined, []]);
      await shows(page, { fallback: 'ask first', inside: undefined });
    },
    { known: /ERR_FAILED/ },
  );
});

test('a server renders the closed gate, and the browser takes it over without a fault', async () => {
  const { ConsentGate } = await import(path.join(root, 'packages/web/dist/react.js'));
  const web = await import(path.join(root, 'packages/web/dist/index.js'));
  assert.equal(renderToString(createElement(ConsentGate, { purpose: 'analytics', fallback: 'closed' }, 'open')), 'closed');
  web.rejectAll();
  assert.deepEqual([web.has('necessary'), web.get(), await web.ready(), await web.load({ src: '/s/app.js' }), await web.identify('a', 'b')], [false, undefined, undefined, false, false]);
  stage.serve('www.shop.localhost/ssr', stage.page('app', '', markup('<p id="fallback">ask first</p><p id="words">without marketing</p>')));
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/ssr'));
    await choose(page, 'accept');
    await page.reload();
    await shows(page, { inside: 'statistics', words: 'with marketing' });
  });
});

test('a whole document that React takes over keeps its banner', async () => {
  const src = `${stage.consent}/s/app.js`;
  stage.serve('www.shop.localhost/whole', `<!DOCTYPE html><html lang="en" data-whole="${src}"><head><script src="${src}"></script><title>Shop</title></head><body><main><p id="fallback">ask first</p><p id="words">without marketing</p></main><script src="/app.js"></script></body></html>`);
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/whole'));
    await choose(page, 'accept');
    await shows(page, { inside: 'statistics' });
    await until(async () => assert.equal(await page.locator('#lx-consent[open]').count(), 0));
  });
});

test('the gates are small', () => {
  const entry = path.join(temp.dir, 'all.js');
  writeFileSync(entry, "export * from '@leadiumx/consent/react';");
  const gates = brotliCompressSync(esbuild(entry, '--format=esm', '--external:react')).length;
  assert.ok(gates <= 350, `the gates have ${gates} bytes`);
  writeFileSync(entry, "export * from '@leadiumx/consent'; export * from '@leadiumx/consent/react';");
  const all = brotliCompressSync(esbuild(entry, '--format=esm', '--external:react')).length;
  assert.ok(all <= 900, `everything has ${all} bytes`);
  assert.equal(JSON.parse(readFileSync(path.join(root, 'packages/web/package.json'), 'utf8')).dependencies, undefined);
});
