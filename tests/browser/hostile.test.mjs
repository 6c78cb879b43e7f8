import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choose, siteOf, startStage, until } from './stage.mjs';

let stage;
before(async () => {
  stage = await startStage();
  stage.serve('www.shop.localhost/robot.gif', '');
  stage.serve('tracker.localhost', ({ url }) => ({ text: url.pathname.endsWith('.js') ? `window.ran = [...(window.ran ?? []), '${url.pathname}'];` : 'ok' }));
  // Everything that there is, in one script.
  await stage.site(siteOf('shop', {
    rules: [{ match: 'tracker.localhost', purpose: 'analytics' }],
    vendors: [{ id: 'video', name: 'Video', purposes: ['marketing'], hosts: ['video.localhost'], policy_url: 'https://example.com/video' }],
    cookies: [
      { name: '_stat*', purpose: 'analytics' }, { name: '_part', purpose: 'analytics', partitioned: true }, { name: 'stat', purpose: 'analytics', kind: 'local' },
      { name: 'stat', purpose: 'analytics', kind: 'idb' }, { name: 'stat', purpose: 'analytics', kind: 'cache' }, { name: '/stat/', purpose: 'analytics', kind: 'worker' },
    ],
    banner: { layout: 'box', theme: {}, reopen: true },
    features: {
      consent_mode: true, cookie_writes: true, storage_writes: true, network: true, uet: true, clarity: true, meta: true, wordpress: true,
      google: { wait_for_update: 500, regions: ['US', 'FR'] },
    },
  }));
});
after(() => stage?.stop());

// Whoever clicks for the visitor grants nothing. The page does it by itself: what a test evaluates counts as a hand.
// At last it asks for a picture: what it has set off was begun by then.
const robot = `<script>{ const { click } = HTMLElement.prototype, call = Function.prototype.call.bind(click), later = setTimeout, { Image } = window; setTimeout(() => {
  const all = document.getElementsByTagName('button'); for (let i = 0; i < all.length; i++) call(all[i]);
  try { window.lxConsent?.acceptAll?.(); window.lxConsent?.push?.(['set', { analytics: 1 }]); } catch {} later(() => { new Image().src = '/robot.gif'; }); }, 30); }</script>`;
const T = () => stage.url('tracker.localhost', '').replace(/\/$/, '');
const inert = () => `<script type="text/plain" data-category="analytics" data-src="${T()}/tag.js"></script>
  <iframe data-category="marketing" data-vendor="video" data-src="${stage.url('video.localhost', '/embed')}" title="Video"></iframe>`;
let n = 0;
/** Serves a page and returns its route. */
function serve(html, headers = {}) {
  const route = `/page-${n++}`;
  stage.serve(`www.shop.localhost${route}`, () => ({ text: html, headers }));
  return stage.url('www.shop.localhost', route);
}

test('under a strict policy with Trusted Types everything works, and the policy is never hurt', () =>
  stage.visit(async (v, p) => {
    const own = `const policy = trustedTypes.createPolicy('page', { createScriptURL: (s) => s, createHTML: (s) => s });
      window.hurt = []; addEventListener('securitypolicyviolation', (e) => hurt.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
      const s = document.createElement('script'); s.src = policy.createScriptURL('${T()}/dynamic.js'); document.head.append(s);
      addEventListener('DOMContentLoaded', () => { const d = document.createElement('div'); document.body.append(d);
        d.innerHTML = policy.createHTML('<img src="${T()}/pixel.gif" alt=""><b>kept</b>'); });`;
    stage.serve('www.shop.localhost/own.js', own);
    const consent = stage.consent;
    const url = serve(stage.page('shop', '<script src="/own.js"></script>', inert()), {
      'content-security-policy': `default-src 'none'; script-src 'self' ${consent} ${T()}; connect-src ${consent} ${T()}; img-src ${T()}; frame-src ${stage.url('video.localhost', '')}; style-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lx-consent page`,
    });
    stage.serve('video.localhost/embed', '<p>Video</p>');
    stage.hits.length = 0;
    await p.goto(url);
    await p.locator('.lx-embed').waitFor();
    await stage.untouched(v, 'tracker.localhost');
    assert.equal(await p.locator('#lx-consent').evaluate((e) => getComputedStyle(e).position), 'fixed', 'it has its styles');
    await p.click('#lx-consent [data-lx-action="settings"]');
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran?.length === 2);
    // All that was held goes out.
    await stage.reached({ 'tracker.localhost': ['/dynamic.js', '/pixel.gif', '/tag.js'], 'video.localhost': ['/embed'] });
    assert.deepEqual(await p.evaluate(() => window.hurt), []);
    assert.equal(await p.evaluate(() => { try { document.body.innerHTML = '<b>x</b>'; } catch (e) { return e.name; } }), 'TypeError', 'what the page forbids stays forbidden');
  }, { known: /TrustedHTML/ }));

/** What hostile or broken pages do, before our script and after it. */
const deeds = {
  'methods of arrays that throw': `for (const name of ['map', 'filter', 'find', 'some', 'every', 'forEach', 'flatMap', 'includes', 'reduce', 'join', 'push', 'concat', Symbol.iterator])
    Array.prototype[name] = () => { throw new Error('theirs'); };`,
  'methods of texts that throw': `for (const name of ['split', 'replace', 'replaceAll', 'match', 'matchAll', 'startsWith', 'endsWith', 'trim', 'slice', 'includes', 'indexOf'])
    String.prototype[name] = () => { throw new Error('theirs'); };`,
  'broken JSON, objects and promises': `JSON.parse = JSON.stringify = Object.entries = Object.fromEntries = Object.assign = () => { throw new Error('theirs'); };
    Promise.prototype.then = () => { throw new Error('theirs'); };`,
  'methods that lie': `Array.prototype.some = () => true; Array.prototype.find = function () { return this[0]; };
    String.prototype.includes = () => true; JSON.parse = () => ({ analytics: 1 }); Object.entries = () => [['analytics', 1]];`,
  'a polluted prototype': `Object.assign(Object.prototype, { vendor: 'x', level: 0, category: 'necessary', analytics: 1, necessary: true, once: true, hand: true, isTrusted: true, get: () => 1 });`,
  'the document in pieces': `for (const name of ['querySelector', 'querySelectorAll', 'createElement', 'dispatchEvent'])
    Document.prototype[name] = Element.prototype[name] = () => { throw new Error('theirs'); };
    window.dispatchEvent = EventTarget.prototype.dispatchEvent = () => { throw new Error('theirs'); };`,
  'getters that throw': `for (const name of ['localName', 'dataset', 'isConnected', 'id'])
    for (const owner of [Element.prototype, HTMLElement.prototype, Node.prototype]) if (Object.getOwnPropertyDescriptor(owner, name))
      Object.defineProperty(owner, name, { configurable: true, get() { throw new Error('theirs'); } });`,
  'a frozen data layer, and frozen names': `window.dataLayer = Object.freeze([]); window.uetq = Object.freeze([]); Object.defineProperty(window, 'clarity', { value: 1 });
    Object.defineProperty(window, 'fbq', { value: 1 });`,
  'a watched document.cookie': `const d = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
    Object.defineProperty(document, 'cookie', { configurable: false, get: () => { throw new Error('theirs'); }, set: () => { throw new Error('theirs'); } });`,
  'an lxConsent of its own': `Object.defineProperty(window, 'lxConsent', { value: Object.freeze({ has: () => true, q: 7 }), writable: false });`,
};
const clobber = ['body', 'head', 'cookie', 'createElement', 'querySelector', 'querySelectorAll', 'currentScript', 'readyState', 'activeElement', 'adoptedStyleSheets', 'documentElement', 'addEventListener', 'prerendering']
  .map((name) => `<img name="${name}" alt=""><form name="${name}"></form>`)
  .concat('<form id="lxConsent"><input name="gate"><input name="q"></form><a id="dataLayer"></a><a id="lx-title"></a>')
  .join('');

/** What no hostile page may reach: a tag that runs, a grant, a fault of ours that surfaces. */
const holds = async (v, p) => {
  await stage.untouched(v, 'tracker.localhost', 'video.localhost');
  // A robot may refuse.
  assert.deepEqual((await p.context().cookies()).filter((c) => c.name === 'lx_subject' || /:[1-9]/.test(c.value)), []);
};

describe('pages that are hostile or broken', () => {
  for (const [name, deed] of Object.entries(deeds))
    for (const [when, late] of [['before our script', false], ['after it', true]])
      test(`${name}, ${when}`, () =>
        stage.visit(async (v, p) => {
          stage.hits.length = 0;
          const script = `${robot}<script>${deed}</script>`;
          const html = late ? stage.page('shop', script, inert()) : stage.page('shop', '', inert()).replace('<meta', `${script}<meta`);
          await p.goto(serve(html));
          await until(() => stage.hits.includes('www.shop.localhost/robot.gif'));
          await holds(v, p);
        }));

  test('names in the page that hide those of the document', () =>
    stage.visit(async (v, p) => {
      for (const html of [stage.page('shop', '', clobber + inert()), stage.page('shop', '', inert()).replace('<meta', `${clobber}<meta`)]) {
        stage.hits.length = 0;
        await p.goto(serve(html));
        await holds(v, p);
      }
    }));
});

test('a grant needs the hand of the visitor; a refusal is taken from anyone', () =>
  stage.visit(async (v, p) => {
    const robots = `<script>addEventListener('load', () => {
      const click = (s) => document.querySelector(s)?.click();
      click('#lx-consent [data-lx-action="accept"]');
      const b = Object.assign(document.createElement('button'), { textContent: 'x' });
      b.dataset.lxAction = 'accept';
      document.body.append(b);
      b.click();
      b.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      window.lxConsent.acceptAll();
      window.lxConsent.set({ analytics: 1 });
      window.lxConsent.push(['acceptAll']);
      click('.lx-embed [data-lx-action="always"]');
      click('.lx-embed [data-lx-action="once"]');
      for (const shape of [{ lxConsent: 'accept_all' }, { type: 'lxconsent', action: 'accept_all', levels: { analytics: 1 } }, '{"action":"accept_all"}']) postMessage(shape, '*');
      new BroadcastChannel('lxconsent').postMessage({ action: 'accept_all' });
      setTimeout(() => { window.done = true; }, 50);
    });</script>`;
    await p.goto(serve(stage.page('shop', robots, inert())));
    await p.waitForFunction(() => window.done);
    // What a tool runs in a page counts to the browser as the visitor's own deed.
    assert.equal(await p.evaluate(() => {
      window.lxConsent.acceptAll();
      window.lxConsent.set({ analytics: 1 });
      return navigator.userActivation.isActive;
    }), true);
    assert.equal(await p.evaluate(() => ['analytics', 'marketing'].some((n) => window.lxConsent.has(n))), false);
    assert.deepEqual((await v.cookies()), {});
    assert.equal(await p.locator('iframe').count(), 0);
    await p.evaluate(() => window.lxConsent.rejectAll());
    assert.match((await v.cookies()).lx_consent.value, /analytics:0/);
    await p.keyboard.press('x');
    await p.evaluate(() => window.lxConsent.set({ analytics: 1 }));
    assert.match((await v.cookies()).lx_consent.value, /analytics:1/);
  }));

test('in a frame of another site, where a click may be stolen, no choice is kept', () =>
  stage.visit(async (v, p) => {
    stage.serve('video.localhost/embed', '<p>Video</p>');
    const framed = serve(stage.page('shop', '', inert()));
    stage.serve('evil.localhost/', `<!doctype html><title>Win</title><iframe src="${framed}" width="800" height="700"></iframe>`);
    await p.goto(stage.url('evil.localhost'));
    const inside = p.frameLocator('iframe');
    const answered = p.waitForResponse((r) => r.url().includes('/v1/consents') && r.request().method() === 'POST');
    await inside.locator('#lx-consent [data-lx-action="accept"]').click();
    assert.equal((await answered).status(), 201);
    await inside.locator('#lx-consent').waitFor({ state: 'detached' });
    assert.deepEqual(await v.cookies(), {});
    await v.rest();
    stage.hits.length = v.requests.length = 0;
    await p.goto(framed);
    await p.locator('#lx-consent').waitFor();
    await stage.untouched(v, 'tracker.localhost', 'video.localhost');
    // Where browsers let frames of other sites keep cookies, this is what holds.
    await choose(p, 'reject');
    assert.equal((await v.cookies()).lx_consent.sameSite, 'Lax');
  }));

test('a call that names nothing of the site answers nothing, and leaves nothing behind', () =>
  stage.visit(async (v, p) => {
    await p.goto(serve(stage.page('shop')));
    for (const levels of ['{}', '{"unknown":1}', 'null', '{"__proto__":{"lent":1},"constructor":{"prototype":{"lent":1}},"toString":1}']) {
      await p.keyboard.press('x');
      await p.evaluate((l) => window.lxConsent.set(JSON.parse(l)), levels);
    }
    assert.equal(await p.evaluate(() => ({}).lent), undefined);
    assert.deepEqual(await v.cookies(), {});
    assert.equal(await p.evaluate(() => localStorage.length), 0);
    assert.deepEqual(await p.evaluate(() => ['', ' ', 'unknown', '__proto__', 'constructor', 'toString', undefined].filter((name) => window.lxConsent.has(name))), []);
  }));

test('texts of a site are words, bold words and links, whatever is written into them', async () => {
  const texts = (words) => ({ texts: { en: words } });
  const good = { 'banner.body.opt-in': 'Read **this** and [our policy](https://example.com/p), 5 < 6.', 'purpose.analytics.description': 'Ask [us](mailto:a@example.com).' };
  await stage.site(siteOf('texts', texts(good)));
  await stage.visit(async (_, p) => {
    await p.goto(serve(stage.page('texts')));
    const body = p.locator('#lx-consent p').first();
    assert.match(await body.innerText(), /^Read this and our policy, 5 < 6\./);
    assert.equal(await body.locator('b').innerText(), 'this');
    assert.equal(await body.locator('b').evaluate((e) => getComputedStyle(e).fontWeight), '600', 'what is bold looks it, on the first layer too');
    assert.equal(await body.locator('a').first().getAttribute('href'), 'https://example.com/p');
    await p.click('#lx-consent [data-lx-action="settings"]');
    assert.equal(await p.locator('#lx-consent section a').getAttribute('href'), 'mailto:a@example.com');
  });
  for (const bad of ['<img src=x onerror=alert(1)>', '[x](javascript:alert(1))', '[x](data:text/html,x)', '<b>x</b>'])
    await assert.rejects(stage.site(siteOf('texts', texts({ 'banner.body.opt-in': bad }))), /422|400/, bad);
  await assert.rejects(stage.site(siteOf('texts', { policy_url: 'javascript:alert(1)' })), /422|400/);
});
