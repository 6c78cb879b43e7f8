// Pages that do with themselves what others do not: they render into their body, look for the first dialog there is,
// replace the list of their styles, are printed, and go on for a thousand routes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { root } from './harness.mjs';
import { choose, decided, siteOf, startStage, until } from './stage.mjs';

let stage;
before(async () => {
  stage = await startStage({ args: ['--geo-headers', 'custom:X-Place-Country,X-Place-Region', '--trusted-proxies', '127.0.0.0/8'] });
  const vendors = [{ id: 'video', name: 'Video', purposes: ['marketing'], hosts: ['video.localhost'], policy_url: 'https://example.com/video' }];
  const banner = { layout: 'box', theme: {}, reopen: true };
  await stage.site(siteOf('shop', { banner, vendors }));
  const { purposes } = siteOf('levels');
  await stage.site(siteOf('levels', { purposes: [...purposes, { id: 'recording', classes: ['recording'], basis: 'consent', levels: ['metadata', 'no_pii', 'everything'] }] }));
  await stage.site(siteOf('rules', { banner, vendors, rules: [{ match: 'tracker.localhost', purpose: 'analytics' }], features: { network: true } }));
  stage.serve('www.shop.localhost/preact.js', readFileSync(`${root}/node_modules/preact/dist/preact.umd.js`, 'utf8'));
  stage.serve('video.localhost', '<p>Video</p>');
});
after(() => stage?.stop());

let n = 0;
/** Opens a page with the script of a site, and this in its head and body. */
async function open(p, site, head = '', body = '') {
  const route = `/page-${n++}`;
  stage.serve(`www.shop.localhost${route}`, stage.page(site, head, body));
  await p.goto(stage.url('www.shop.localhost', route));
}
/** Where the box stands, once it has come to rest. */
const place = (p, selector = '#lx-consent') =>
  p.evaluate(async (s) => {
    await Promise.all(document.getAnimations().map((a) => a.finished));
    const { x, y, width, height } = document.querySelector(s).getBoundingClientRect();
    return [x, y, width, height].map(Math.round);
  }, selector);

test('a page that does not scroll behind its dialogs scrolls beside the banner, and the first dialog that it finds is its own', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop', '<style>body:has(dialog[open]) { overflow: hidden }</style>', `<div style="height:3000px">Words</div>
      <dialog id="own"><button onclick="own.close()">x</button></dialog><script>window.first = document.querySelector('dialog');</script>`);
    await p.locator('#lx-consent').waitFor();
    assert.deepEqual(await p.evaluate(() => [getComputedStyle(document.body).overflow, window.first?.id]), ['visible', 'own']);
    await p.evaluate(() => window.first.showModal());
    await p.click('#own button');
    await choose(p, 'reject');
  }));

for (const [law, where] of [['the strictest law', {}], ['one that wants links', { 'x-place-country': 'US', 'x-place-region': 'CA' }]])
  test(`an application that renders into the body takes nothing of ours for its own, under ${law}`, () =>
    stage.visit(async (_, p) => {
      const app = `<script src="/preact.js"></script><script>{ const { h, render, Fragment } = preact;
        window.draw = (word) => render(h(Fragment, null, h('div', null, word), h('p', null, word), h('footer', null, word)), document.body); draw('first'); }</script>`;
      await p.route('**/s/shop.js', (r) => r.continue({ headers: { ...r.request().headers(), ...where } }));
      for (const ours of ['#lx-consent', '#lx-reopen']) {
        await open(p, 'shop', '', app);
        const words = () => p.evaluate(() => ['body > div', 'body > p', 'body > footer'].map((s) => [...document.querySelectorAll(s)].map((e) => e.innerText).join()));
        await p.locator(ours).waitFor();
        await until(async () => assert.deepEqual(await words(), ['first', 'first', 'first']));
        if (ours === '#lx-consent') await choose(p, 'reject');
        await p.evaluate(() => window.draw('second'));
        assert.deepEqual(await words(), ['second', 'second', 'second']);
        await p.locator('#lx-reopen').waitFor();
      }
    }));

test('a page that puts a list of its own in the place of all style sheets leaves the banner its looks', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop');
    const [banner, before] = [await place(p), await p.evaluate(() => getComputedStyle(document.querySelector('#lx-consent')).backgroundColor)];
    await p.evaluate(() => {
      const own = new CSSStyleSheet();
      own.replaceSync('h1 { color: red }');
      document.adoptedStyleSheets = [own];
    });
    await until(async () => assert.deepEqual([await place(p), await p.evaluate(() => getComputedStyle(document.querySelector('#lx-consent')).backgroundColor)], [banner, before]));
    assert.equal(await p.evaluate(() => getComputedStyle(document.querySelector('h1')).color), 'rgb(255, 0, 0)', 'the page keeps its own');
    await choose(p, 'reject');
    const reopen = await place(p, '#lx-reopen');
    await p.evaluate(() => { document.adoptedStyleSheets = []; });
    await until(async () => assert.deepEqual(await place(p, '#lx-reopen'), reopen));
  }));

test('the banner has its looks in a browser whose pages make no style sheets of their own', () =>
  stage.visit(async (_, p) => {
    await p.addInitScript(() => { window.CSSStyleSheet = class { constructor() { throw new TypeError('Illegal constructor'); } }; });
    await open(p, 'shop');
    assert.notEqual(await p.evaluate(() => getComputedStyle(document.querySelector('#lx-consent')).backgroundColor), 'rgba(0, 0, 0, 0)');
    await choose(p, 'reject');
    assert.deepEqual((await place(p, '#lx-reopen')).slice(2), [48, 48]);
  }));

test('nothing of ours is printed', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop');
    const room = async (selector) => {
      await p.emulateMedia({ media: 'print' });
      const [, , width, height] = await place(p, selector);
      await p.emulateMedia({ media: 'screen' });
      return width * height;
    };
    assert.equal(await room('#lx-consent'), 0);
    await p.click('#lx-consent [data-lx-action="settings"]');
    assert.equal(await room('#lx-consent'), 0);
    await choose(p, 'reject');
    assert.equal(await room('#lx-reopen'), 0);
    assert.ok((await place(p, '#lx-reopen'))[2] > 0);
  }));

for (const style of ['transform: translateY(0)', 'filter: grayscale(1)', 'contain: paint', 'will-change: transform', 'pointer-events: none', 'zoom: 0.5'])
  test(`the banner stands in the window, and the button that brings it back, whatever a page does to its whole body: ${style}`, () =>
    stage.visit(async (_, p) => {
      await open(p, 'shop', `<style>body { ${style} }</style>`, '<div style="height:3000px">Words</div>');
      const inWindow = (action) => p.evaluate((a) => {
        const button = document.querySelector(`[data-lx-action="${a}"]`);
        const { x, y, width, height } = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      }, action);
      for (const action of ['accept', 'reject', 'settings']) await until(() => inWindow(action));
      await choose(p, 'reject');
      await until(() => inWindow('settings'));
    }));

test('a page that begins to move its body while the banner stands leaves it in the window', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop', '', '<div style="height:3000px">Words</div>');
    await place(p);
    await p.evaluate(() => { document.body.style.transform = 'translate(0px, 0px)'; });
    await until(async () => assert.ok((await place(p))[1] < 768));
    await choose(p, 'reject');
  }));

test('preferences are open to who makes all of the body inert, by keyboard as well', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop');
    await p.click('#lx-consent [data-lx-action="settings"]');
    await p.evaluate(() => { document.body.inert = true; });
    // The browser knows that a modal dialog is not inert with what holds it; the test's own look does not.
    await p.click('[data-lx-purpose="analytics"]', { force: true });
    for (let i = 0; i < 9 && (await p.evaluate(() => document.activeElement.dataset.lxAction)) !== 'save'; i++) await p.keyboard.press('Tab');
    await decided(p, () => p.keyboard.press('Enter'));
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), true);
  }));

test('preferences are open where a dialog of the page makes inert all that comes beside it', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop', '', `<div id="own"><button data-lx-action="settings">Cookies</button></div><script>
      const hide = () => { for (const e of document.body.children) if (e.id !== 'own') e.inert = true; };
      addEventListener('load', () => { hide(); new MutationObserver(hide).observe(document.body, { childList: true }); });
    </script>`);
    await p.click('#own button');
    await p.locator('#lx-consent:modal').waitFor();
    await p.check('[data-lx-purpose="analytics"]');
    await choose(p, 'save');
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), true);
  }));

test('a trigger in a shadow opens the preferences', () =>
  stage.visit(async (_, p) => {
    await open(p, 'shop', '', `<site-footer></site-footer><script>
      document.querySelector('site-footer').attachShadow({ mode: 'open' }).innerHTML = '<button data-lx-action="settings">Cookie <b>settings</b></button>';
    </script>`);
    await choose(p, 'reject');
    await p.click('site-footer b');
    await p.locator('#lx-consent:modal').waitFor();
  }));

test('a page whose dialog or menu keeps the keyboard and the pointer to itself lets go of them for the preferences', () =>
  stage.visit(async (_, p) => {
    // As the libraries of that kind do it.
    await open(p, 'levels', '', `<div id="menu"><a href="#1">One</a><button id="trigger" data-lx-action="settings">Cookies</button></div><script>
      const inside = (e) => menu.contains(e.target);
      const stop = (e) => { if (!inside(e)) { e.preventDefault(); e.stopImmediatePropagation(); } };
      for (const name of ['mousedown', 'touchstart', 'click']) document.addEventListener(name, stop, { capture: true, passive: false });
      document.addEventListener('focusin', (e) => { if (!inside(e)) { e.stopImmediatePropagation(); trigger.focus(); } }, true);
      document.addEventListener('keydown', (e) => {
        if (e.key === 'Escape') { e.preventDefault(); window.shut = true; }
        if (e.key === 'Tab') { e.preventDefault(); trigger.focus(); }
      }, true);
    </script>`);
    await choose(p, 'reject');
    await p.click('#trigger');
    const box = p.locator('#lx-consent:modal');
    await box.waitFor();
    const focus = () => p.evaluate(() => document.activeElement.dataset.lxPurpose ?? document.activeElement.dataset.lxAction);
    for (let i = 0; i < 9 && (await focus()) !== 'analytics'; i++) await p.keyboard.press('Tab');
    assert.equal(await focus(), 'analytics');
    await p.keyboard.press('Space');
    await p.click('[data-lx-purpose="marketing"]');
    await p.check('[data-lx-purpose="recording"]');
    await p.click('#lx-consent select');
    assert.equal(await p.evaluate(() => document.activeElement.localName), 'select', 'a list that is pressed is opened');
    await p.keyboard.press('Escape');
    await choose(p, 'save');
    const { levels } = await p.evaluate(() => window.lxConsent.get());
    assert.deepEqual([levels.analytics, levels.marketing, levels.recording], [1, 1, 1]);
    await p.click('#trigger');
    await box.waitFor();
    await p.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    assert.equal(await p.evaluate(() => window.shut), undefined, 'what closes the preferences closes nothing of the page');
  }));

for (const action of ['accept', 'reject'])
  test(`what a single page has left behind is let go of, after ${action}`, () =>
    stage.visit(async (v, p) => {
      stage.serve('tracker.localhost', ({ url }) => ({ text: url.pathname.endsWith('.js') ? '' : 'x' }));
      await open(p, 'rules', '', '<main></main>');
      await choose(p, action);
      await p.evaluate(async ([video, tracker]) => {
        const main = document.querySelector('main');
        window.routes = [];
        for (let i = 0; i < 20; i++) {
          const route = document.createElement('section');
          route.innerHTML = `<iframe data-category="marketing" data-vendor="video" data-src="${video}" title="Video"></iframe><img alt="" data-category="analytics" data-src="/x.gif">`;
          for (const [name, file] of [['script', 'a.js'], ['iframe', 'b'], ['img', 'c.gif']]) route.append(Object.assign(document.createElement(name), { src: `${tracker}/${file}` }));
          main.replaceChildren(route);
          window.routes.push(new WeakRef(route));
          await new Promise((done) => setTimeout(done));
        }
        main.replaceChildren();
      }, [stage.url('video.localhost', '/embed'), stage.url('tracker.localhost', '')]);
      await v.rest();
      const cdp = await v.context.newCDPSession(p);
      await until(async () => {
        await cdp.send('HeapProfiler.collectGarbage');
        assert.equal(await p.evaluate(() => window.routes.filter((r) => r.deref()).length), 0);
      });
    }, { known: /404/ }));

test('a script that was let go of with its route waits on its way back, and runs once it may', () =>
  stage.visit(async (v, p) => {
    stage.serve('tracker.localhost', 'window.ran = (window.ran ?? 0) + 1;');
    stage.hits.length = 0;
    await open(p, 'rules', '', '<main></main>');
    const [leave, comeBack] = [() => { window.route.remove(); }, () => { document.querySelector('main').append(window.route); }];
    await p.evaluate((tracker) => {
      window.route = document.createElement('section');
      window.route.append(Object.assign(document.createElement('script'), { src: `${tracker}/a.js` }));
    }, stage.url('tracker.localhost', ''));
    for (const move of [comeBack, leave, comeBack, leave]) await p.evaluate(move);
    await stage.untouched(v, 'tracker.localhost');
    await choose(p, 'accept');
    await stage.untouched(v, 'tracker.localhost');
    await p.evaluate(comeBack);
    await p.waitForFunction(() => window.ran === 1);
    for (const move of [leave, comeBack]) await p.evaluate(move);
    await v.rest();
    assert.equal(await p.evaluate(() => window.ran), 1);
  }));

/** As routers make a page their own: what a script of the document would be, is made anew. */
const run = (root) => {
  for (const old of root.querySelectorAll('script')) {
    if (!['', 'module', 'text/javascript'].includes(old.type)) continue;
    const script = document.createElement('script');
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    script.text = old.text;
    old.replaceWith(script);
  }
};

test('a script that was let in runs once, in a route whose scripts the router runs a moment later', () =>
  stage.visit(async (v, p) => {
    stage.serve('www.shop.localhost/count.js', 'window.files = (window.files ?? 0) + 1;');
    await open(p, 'shop', '', '<main></main>');
    await choose(p, 'accept');
    // As Astro does it.
    await p.evaluate(`(async () => {
      document.querySelector('main').append(new DOMParser().parseFromString(
        '<script type="text/plain" data-category="analytics">window.texts = (window.texts ?? 0) + 1;<\\/script><script type="text/plain" data-category="analytics" data-src="/count.js"><\\/script>', 'text/html').head);
      await new Promise((done) => setTimeout(done));
      (${run})(document.querySelector('main'));
    })()`);
    await p.waitForFunction(() => window.texts && window.files);
    await v.rest();
    assert.deepEqual(await p.evaluate(() => [window.texts, window.files]), [1, 1]);
  }));

test('a copy of a page, as routers keep them, runs nothing of what was let in, after a withdrawal', () =>
  stage.visit(async (v, p) => {
    await open(p, 'shop', '', `<main><script type="text/plain" data-category="analytics">window.texts = (window.texts ?? 0) + 1;</script></main>`);
    await choose(p, 'accept');
    await p.waitForFunction(() => window.texts);
    await p.evaluate(() => { window.copy = document.querySelector('main').cloneNode(true); });
    await decided(p, () => p.evaluate(() => window.lxConsent.withdraw()));
    // As Turbo does it.
    await p.evaluate(`(${run})(copy); document.querySelector('main').replaceWith(copy);`);
    await v.rest();
    assert.equal(await p.evaluate(() => window.texts), 1);
  }));
