import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { root } from './harness.mjs';
import { choose, siteOf, startStage, until, withdraw } from './stage.mjs';

let stage;
/** A site that declares the tracker, and a page at its path. */
const rules = [
  { match: 'tracker.localhost/free*', purpose: 'necessary' },
  { match: 'tracker.localhost', purpose: 'analytics' },
  { match: '*.ads.localhost', purpose: 'marketing', vendor: 'video' },
];
const vendors = [{ id: 'video', name: 'Video', purposes: ['marketing'], hosts: ['video.localhost'] }];
const cookies = [
  { name: '_stat*', purpose: 'analytics' },
  { name: 'stat_*', purpose: 'analytics', kind: 'local' },
  { name: 'stat_*', purpose: 'analytics', kind: 'session' },
];
const features = { consent_mode: false, cookie_writes: true, storage_writes: true, network: true };

before(async () => {
  stage = await startStage();
  stage.serve('tracker.localhost', ({ url }) => ({
    text: url.pathname.endsWith('.js') ? `window.ran = [...(window.ran ?? []), '${url.pathname}' + (document.currentScript?.nonce ? ' nonce' : '')];` : 'ok',
  }));
  stage.serve('tracker.localhost/module.js', 'window.ran = [...(window.ran ?? []), new URL(import.meta.url).pathname];');
  stage.serve('tracker.localhost/own-category.js', 'window.categories = [...(window.categories ?? []), document.currentScript.dataset.category];');
  stage.serve('video.localhost', '<p>Video</p>');
  stage.serve('www.shop.localhost/own.js', 'window.own = true;');
  stage.serve('www.shop.localhost/empty', '<!doctype html><title>Empty</title>');
  await stage.site(siteOf('shop', { rules, vendors, cookies, features }));
  await stage.site(siteOf('report', { rules, vendors, cookies, features: { ...features, report_only: true } }));
});
after(() => stage?.stop());

/** Opens a page with the site's tag. */
async function page(v, id, head, body = '') {
  const route = `/${id}-${Math.random().toString(36).slice(2)}`;
  stage.serve(`www.shop.localhost${route}`, stage.page(id, head, body));
  stage.hits.length = 0;
  await v.open(stage.url('www.shop.localhost', route));
  return route;
}
const T = () => stage.url('tracker.localhost', '').replace(/\/$/, '');
/** Waits until the page's `window[name]` is what it should be. */
const holds = (p, name, want, message) => until(async () => assert.deepEqual(await p.evaluate((n) => { const x = window[n]; return Array.isArray(x) ? [...x].sort() : x; }, name), want, message));

/** Every way in which a script of a page reaches a host. */
const ways = () => `<script>
  const T = '${T()}', V = '${stage.url('video.localhost', '/embed')}';
  const s = document.createElement('script'); s.src = T + '/create.js'; s.onload = () => { window.loaded = 1; }; document.head.append(s);
  const late = document.createElement('script'); document.head.append(late); late.src = T + '/late.js';
  const before = document.createElement('script'); before.async = true; before.setAttribute('src', T + '/before.js');
  document.head.insertBefore(before, document.head.firstChild);
  document.head.append(document.createRange().createContextualFragment('<script src="' + T + '/fragment.js"></' + 'script>'));
  document.write('<script src="' + T + '/write.js"></' + 'script>');
  window.pixel = new Image(); pixel.onerror = () => { window.failed = 1; }; pixel.src = T + '/pixel.gif?id=1';
  const set = document.createElement('img'); set.srcset = T + '/small.gif 1x, ' + T + '/large.gif 2x'; document.head.append(set);
  const link = document.createElement('link'); link.rel = 'preload'; link.as = 'script'; link.href = T + '/preload.js'; document.head.append(link);
  const far = document.createElement('link'); far.href = T + '/next.html'; far.rel = 'prefetch'; document.head.append(far);
  window.sent = [];
  fetch(T + '/fetch').then((r) => sent.push(r.status));
  const x = new XMLHttpRequest(); x.open('POST', T + '/xhr'); x.onload = () => sent.push(x.status, x.responseText); x.send('x');
  sent.push(navigator.sendBeacon(T + '/beacon', 'x'));
  addEventListener('DOMContentLoaded', () => {
    const d = document.createElement('div'); document.body.append(d);
    d.innerHTML = '<img src="' + T + '/inner.gif"><iframe src="' + V + '" title="Video" width="320" height="180"></iframe><b>kept</b>';
    d.insertAdjacentHTML('beforeend', "<img alt='' src='" + T + "/adjacent.gif'>");
  });
</script>`;

test('nothing that scripts load or send reaches a declared host before a choice, or after a refusal', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', ways());
    await holds(p, 'sent', [204, 204, true, ''].sort(), 'libraries take it for delivered');
    await holds(p, 'failed', 1, 'a pixel that waits tells its page');
    await stage.untouched(v, 'tracker.localhost', 'video.localhost');
    assert.equal(await p.evaluate(() => window.ran), undefined);
    assert.equal(await p.evaluate(() => window.pixel.src), `${T()}/pixel.gif?id=1`, 'the page reads what it has set');
    assert.match(await p.locator('.lx-embed').innerText(), /Video/);
    await choose(p, 'reject');
    await p.evaluate((t) => fetch(`${t}/again`), T());
    await stage.untouched(v, 'tracker.localhost', 'video.localhost');
  }));

test('a grant releases what waits in the page, and no request of before it', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', ways());
    await choose(p, 'accept');
    await holds(p, 'ran', ['/before.js', '/create.js', '/fragment.js', '/late.js', '/write.js']);
    await holds(p, 'loaded', 1, 'the element is the one that the page has made');
    await stage.reached({ 'video.localhost': ['/embed'] });
    const asked = () => stage.asked('tracker.localhost');
    for (const there of ['/inner.gif', '/adjacent.gif', '/small.gif', '/next.html']) await until(() => asked().includes(there));
    await v.rest();
    for (const gone of ['/pixel.gif?id=1', '/fetch', '/xhr', '/beacon']) assert.ok(!asked().includes(gone), gone);
    assert.equal(await p.evaluate(async (t) => (await fetch(`${t}/after`)).text(), T()), 'ok');
    await withdraw(p);
    assert.equal(await p.evaluate(async (t) => (await fetch(`${t}/gone`)).status, T()), 204);
    await until(async () => assert.equal(await p.locator('iframe').count(), 0));
    await v.rest();
    assert.ok(!stage.asked('tracker.localhost').includes('/gone'));
  }));

test('S17: what scripts load into a page that was written anew waits, and is released', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '');
    await p.evaluate((t) => {
      document.open();
      document.write('<!doctype html><title>New</title><h1>New</h1>');
      document.close();
      const s = document.createElement('script');
      s.src = `${t}/anew.js`;
      document.head.append(s);
    }, T());
    await stage.untouched(v, 'tracker.localhost');
    await choose(p, 'accept');
    await holds(p, 'ran', ['/anew.js']);
  }));

test('open lines, late links and newer ways wait, too, and are what they were for all other hosts', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '');
    const deeds = () => p.evaluate((t) => {
      const line = new WebSocket(`${t.replace('http', 'ws')}/line`);
      line.send('x');
      line.close();
      const events = new EventSource(`${t}/events`);
      events.onmessage = () => {};
      events.close();
      window.fetchLater?.(`${t}/later`, { activateAfter: 0 });
      const style = document.createElement('link');
      style.rel = 'stylesheet';
      document.head.append(style);
      style.href = `${t}/late.css`;
      const frames = document.createElement('div');
      document.body.append(frames);
      frames.setHTMLUnsafe?.(`<iframe src="${t}/unsafe" title="Unsafe"></iframe>`);
      const free = new EventSource('/own-events');
      const out = [line.readyState, events.readyState, style.href, free instanceof EventSource, WebSocket.OPEN];
      free.close();
      return out;
    }, T());
    assert.deepEqual(await deeds(), [3, 2, `${T()}/late.css`, true, 1]);
    await stage.untouched(v, 'tracker.localhost');
    await choose(p, 'accept');
    await until(() => ['/late.css', '/unsafe'].every((route) => stage.asked('tracker.localhost').includes(route)));
    await v.rest();
    for (const gone of ['/line', '/events', '/later']) assert.ok(!stage.asked('tracker.localhost').includes(gone), gone);
    await p.evaluate((t) => { window.events = new EventSource(`${t}/open`); }, T());
    await until(() => stage.asked('tracker.localhost').includes('/open'));
  }, { known: /MIME|EventSource/ }));

test('scripts in the markup of the page never run unasked, and come in their order with all they have', () =>
  stage.visit(async (v, p) => {
    // With a policy in the page, Chromium fetches nothing ahead of the parser.
    const plain = '<meta http-equiv="Content-Security-Policy" content="object-src *">';
    const tags = `<script>window.ran = [];</script><script src="${T()}/one.js" nonce="abc" crossorigin="anonymous" data-own="1"></script><script src="${T()}/two.js" nonce="abc" defer></script>
      <script src="${T()}/module.js" type="module"></script><script src="${T()}/free.js"></script><script src="/own.js"></script>`;
    await page(v, 'shop', plain, tags);
    await v.rest();
    assert.deepEqual(stage.asked('tracker.localhost'), ['/free.js']);
    assert.deepEqual(await p.evaluate(() => [window.ran, window.own]), [['/free.js'], true], 'the narrower rule comes first, the own origin is never held');
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran.length === 4);
    const ran = await p.evaluate(() => window.ran);
    assert.ok(ran.indexOf('/one.js nonce') < ran.indexOf('/two.js nonce'), ran.join());
    assert.deepEqual(await p.evaluate(() => { const s = document.querySelector('[data-own]'); return [s.crossOrigin, s.nonce]; }), ['anonymous', 'abc']);
    assert.equal(await p.evaluate(() => document.querySelector('[src$="module.js"]').type), 'module');
  }));

test('a marked script keeps the handlers of its markup, and what comes after it waits all the same', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '<script>window.ran = [];</script>', `
      <script type="text/plain" data-category="analytics" data-src="${T()}/first.js" onload="ran.push('first loaded')"></script>
      <script type="text/plain" data-category="analytics" data-src="/none.js" onerror="ran.push('no second')"></script>
      <script type="text/plain" data-category="analytics">ran.push('text');</script>`);
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran.includes('text'));
    assert.deepEqual(await p.evaluate(() => window.ran), ['/first.js', 'first loaded', 'no second', 'text']);
  }, { known: /404/ }));

test('in a page of XML, written markup stays well formed, and its address what it was', () =>
  stage.visit(async (v, p) => {
    const text = `<html xmlns="http://www.w3.org/1999/xhtml"><head>${stage.tag('shop')}<title>Page</title></head><body><div id="d"/></body></html>`;
    stage.serve('www.shop.localhost/page.xhtml', () => ({ text, headers: { 'content-type': 'application/xhtml+xml' } }));
    await v.open(stage.url('www.shop.localhost', '/page.xhtml'));
    stage.hits.length = 0;
    await p.evaluate((t) => { document.querySelector('#d').innerHTML = `<img alt="" src="${t}/a.gif?a=1&amp;b=2&amp;amp;c"/>`; }, T());
    await stage.untouched(v, 'tracker.localhost');
    await choose(p, 'accept');
    await until(() => assert.deepEqual(stage.asked('tracker.localhost'), ['/a.gif?a=1&b=2&amp;c']));
  }));

/** Marked elements as a route of a single page: a pixel, a script before another, a frame. */
const route = () => `<main><img alt="" data-category="analytics" data-src="${T()}/route.gif"><script type="text/plain" data-category="analytics" data-src="${T()}/route.js"></script>
  <script type="text/plain" data-category="analytics">window.routed = (window.routed ?? 0) + 1;</script>
  <iframe data-category="marketing" data-vendor="video" data-src="${stage.url('video.localhost', '/embed')}" title="Video"></iframe></main>`;

test('what a route has taken out of the page is not sent by a later grant, and waits for its way back', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '', route());
    await p.locator('.lx-embed').waitFor();
    await p.evaluate(() => {
      window.away = document.querySelector('main');
      away.remove();
    });
    await choose(p, 'accept');
    await stage.untouched(v, 'tracker.localhost', 'video.localhost');
    await p.evaluate(() => {
      const s = Object.assign(document.createElement('script'), { type: 'text/plain', textContent: 'window.other = 1' });
      s.dataset.category = 'analytics';
      document.body.append(s);
    });
    await holds(p, 'other', 1, 'nothing waits for a script that is gone');
    await p.evaluate(() => document.body.append(window.away));
    await stage.reached({ 'video.localhost': ['/embed'], 'tracker.localhost': ['/route.gif', '/route.js'] });
    await holds(p, 'routed', 1);
    // Granted, taken out, withdrawn and put back: the frame is not shown again.
    await p.evaluate(() => window.away.remove());
    await withdraw(p);
    await p.evaluate(() => document.body.append(window.away));
    await p.locator('.lx-embed').waitFor();
    await v.rest();
    assert.equal(stage.asked('video.localhost').length, 1);
    assert.equal(await p.evaluate(() => window.routed), 1);
  }));

test('an image that is not in the page when it is granted comes with its way back, and its page hears once that it waits', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop');
    const put = () => p.evaluate(() => document.body.append(window.away));
    await p.evaluate((t) => { window.away = Object.assign(new Image(), { src: `${t}/away.gif`, onerror: () => { window.errors = (window.errors ?? 0) + 1; } }); }, T());
    await put();
    await holds(p, 'errors', 1);
    await p.evaluate(() => window.away.remove());
    await put();
    await choose(p, 'reject');
    await stage.untouched(v, 'tracker.localhost');
    await p.evaluate(() => window.away.remove());
    await p.evaluate(() => window.lxConsent.showPreferences());
    await choose(p, 'accept');
    await stage.untouched(v, 'tracker.localhost');
    await holds(p, 'errors', 1);
    await put();
    await stage.reached({ 'tracker.localhost': ['/away.gif'] });
  }));

test('a frame that is shown once has the focus, and goes at a refusal', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '', `${route()}<iframe data-category="marketing" data-vendor="video" data-src="${stage.url('video.localhost', '/second')}" title="Second"></iframe>`);
    await choose(p, 'reject');
    for (const [i, title] of [[0, 'Video'], [0, 'Second']]) {
      await p.locator('.lx-embed [data-lx-action="once"]').nth(i).press('Enter');
      await until(async () => assert.equal(await p.evaluate(() => document.activeElement.title), title));
    }
    assert.equal(await p.locator('iframe').count(), 2, 'one does not close the other');
    await p.evaluate(() => window.lxConsent.rejectAll());
    await until(async () => assert.deepEqual([await p.locator('iframe').count(), await p.locator('.lx-embed').count()], [0, 2]));
  }));

test('routes of a single page, undeclared hosts and the own origin are as they were', () =>
  stage.visit(async (v, p) => {
    stage.serve('cdn.localhost', 'window.cdn = true;');
    await page(v, 'shop', `<script src="${stage.url('cdn.localhost', '/lib.js')}"></script>`);
    assert.equal(await p.evaluate(() => window.cdn), true);
    await p.evaluate((t) => {
      history.pushState({}, '', '/other');
      const main = document.createElement('main');
      main.append(Object.assign(document.createElement('script'), { src: `${t}/route.js` }), Object.assign(document.createElement('script'), { src: '/own.js' }));
      document.body.replaceChildren(main);
    }, T());
    await p.waitForFunction(() => window.own);
    await stage.untouched(v, 'tracker.localhost');
    // The banner comes back into the new body.
    await p.locator('#lx-consent').waitFor();
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran?.includes('/route.js'));
  }));

test('declared cookies and keys are not written by any door', () =>
  stage.visit(async (v, p) => {
    // The Cookie Store API wants a host that the browser trusts.
    await page(v, 'shop', `<script>
      document.cookie = '_stat1=1'; document.cookie = 'own=1';
      localStorage.setItem('stat_a', 1); sessionStorage.setItem('stat_b', 1); localStorage.setItem('own', 1);
      localStorage.stat_c = 1;
      window.done = Promise.all([cookieStore.set('_stat2', '1'), cookieStore.set({ name: '_stat3', value: '1' }), cookieStore.set('own2', '1')]);
    </script>`);
    await p.evaluate(() => window.done);
    const kept = () => p.evaluate(() => [document.cookie.split('; ').sort().join('; '), Object.keys(localStorage).filter((k) => k !== 'lx_pending').sort(), Object.keys(sessionStorage)]);
    assert.deepEqual(await kept(), ['own2=1; own=1', ['own', 'stat_c'], []]);
    await v.open(stage.url('www.shop.localhost', '/empty'));
    assert.deepEqual((await kept())[1], ['own'], 'what was set as a property is swept when the page is left');
  }));

test('a site that only reports lets everything go and says what it would have held', () =>
  stage.visit(async (v, p) => {
    await page(v, 'report', `<script>window.heard = []; addEventListener('lxconsent:held', (e) => heard.push(e.detail));</script>${ways()}
      <script>document.cookie = '_stat1=1'; localStorage.setItem('stat_a', 1);</script>`);
    await p.waitForFunction(() => window.sent.length === 4 && window.ran?.length === 5);
    await stage.settled(v);
    assert.ok(stage.asked('tracker.localhost').length >= 10);
    assert.equal(await p.evaluate(() => document.cookie), '_stat1=1');
    const heard = await until(async () => {
      const all = await p.evaluate(() => window.heard);
      assert.deepEqual([...new Set(all.map((h) => h.kind))].sort(), ['cookie', 'frame', 'image', 'link', 'local', 'request', 'script']);
      return all;
    });
    assert.ok(heard.every((h) => h.held === false));
    const frame = heard.find((h) => h.kind === 'frame');
    assert.deepEqual([frame.target, frame.purpose, frame.vendor], [stage.url('video.localhost', '/embed'), 'video', 'video']);
    assert.equal(heard.find((h) => h.target.endsWith('/fetch')).purpose, 'analytics');
  }));

test('the gate inside the page holds by the rules before the script is there, and hands them over', () =>
  stage.visit(async (v, p) => {
    const markup = await (await fetch(`${stage.server.url}/v1/inline/shop?gate=1`)).text();
    const gate = /<script>[\s\S]*?<\/script>/.exec(markup)[0];
    const html = `<!doctype html><html lang="en"><head>${gate}<title>Shop</title>${ways()}${stage.tag('shop', ' async')}</head><body><h1>Shop</h1></body></html>`;
    stage.serve('www.shop.localhost/inline', html);
    stage.hits.length = 0;
    await v.open(stage.url('www.shop.localhost', '/inline'));
    await p.locator('#lx-consent').waitFor();
    await stage.untouched(v, 'tracker.localhost', 'video.localhost');
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran?.length >= 5);
    await v.rest();
    assert.equal(new Set(await p.evaluate(() => window.ran)).size, 5, 'nothing runs twice');
  }));

test('a container in the manner of tag managers, posthog-js and mixpanel-browser send nothing unasked', async () => {
  const posthog = readFileSync(`${root}/node_modules/posthog-js/dist/array.full.no-external.js`, 'utf8');
  const mixpanel = readFileSync(`${root}/node_modules/mixpanel-browser/dist/mixpanel.umd.js`, 'utf8');
  stage.serve('www.shop.localhost/posthog.js', posthog);
  stage.serve('www.shop.localhost/mixpanel.js', mixpanel);
  for (const host of ['ph.localhost', 'mp.localhost']) stage.serve(host, ({ url }) => ({ text: url.hostname.startsWith('ph') ? '{}' : '1', headers: { 'access-control-allow-headers': '*' } }));
  stage.serve('gtm.localhost/gtm.js', `(() => { const s = document.createElement('script'); s.async = true; s.src = '${stage.url('gtm.localhost', '/tag.js')}'; document.head.appendChild(s); new Image().src = '${stage.url('gtm.localhost', '/pixel.gif')}'; })();`);
  stage.serve('gtm.localhost/tag.js', 'window.tagged = true;');
  stage.serve('gtm.localhost/pixel.gif', '');
  const hosts = ['ph.localhost', 'mp.localhost', 'gtm.localhost'];
  await stage.site(siteOf('libraries', {
    rules: [{ match: 'ph.localhost', purpose: 'analytics' }, { match: 'mp.localhost', purpose: 'analytics' }, { match: 'gtm.localhost', purpose: 'marketing' }],
    cookies: [
      { name: 'ph_*', purpose: 'analytics' }, { name: 'mp_*', purpose: 'analytics' },
      ...['ph_*', '__ph*', 'mp_*', '__mp*'].flatMap((name) => ['local', 'session'].map((kind) => ({ name, purpose: 'analytics', kind }))),
    ],
    features,
  }));
  const head = `<script>(function (w, d, s, l, i) { w[l] = w[l] || []; w[l].push({ 'gtm.start': Date.now(), event: 'gtm.js' });
      var f = d.getElementsByTagName(s)[0], j = d.createElement(s); j.async = true; j.src = '${stage.url('gtm.localhost', '/gtm.js')}?id=' + i; f.parentNode.insertBefore(j, f);
    })(window, document, 'script', 'dataLayer', 'GTM-TEST');</script>
    <script src="/posthog.js"></script><script src="/mixpanel.js"></script>
    <script>
      posthog.init('phc_test', { api_host: '${stage.url('ph.localhost', '').replace(/\/$/, '')}', persistence: 'localStorage+cookie', request_batching: false, opt_out_useragent_filter: true });
      posthog.capture('seen');
      mixpanel.init('0123456789abcdef', { api_host: '${stage.url('mp.localhost', '').replace(/\/$/, '')}', persistence: 'localStorage', batch_requests: false });
      mixpanel.track('seen');
    </script>`;
  const sinks = () => hosts.map((h) => stage.asked(h).length);
  const stored = (p) => p.evaluate(() => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].join(' '));
  await stage.visit(async (v, p) => {
    const route = await page(v, 'libraries', head);
    await stage.untouched(v, ...hosts);
    assert.doesNotMatch(await stored(p), /ph_|mp_/);
    await choose(p, 'reject');
    await p.evaluate(() => [window.posthog.capture('no'), window.mixpanel.track('no')]);
    await stage.untouched(v, ...hosts);
    await v.open(stage.url('www.shop.localhost', route));
    await stage.untouched(v, ...hosts);
    assert.doesNotMatch(await stored(p), /ph_|mp_/);
  });
  await stage.visit(async (v, p) => {
    const route = await page(v, 'libraries', head);
    await choose(p, 'accept');
    await p.waitForFunction(() => window.tagged);
    await Promise.all([
      ...['ph.localhost', 'mp.localhost'].map((host) => p.waitForRequest((r) => r.url().includes(host))),
      p.evaluate(() => void [window.posthog.capture('yes'), window.mixpanel.track('yes')]),
    ]);
    await until(() => assert.ok(sinks().every(Boolean) && sinks()[2] === 3, `${sinks()}`));
    await v.open(stage.url('www.shop.localhost', route));
    await p.waitForFunction(() => window.tagged);
    await until(async () => assert.match(await stored(p), /ph_/));
    await withdraw(p);
    await v.rest();
    const tried = () => v.requests.filter((r) => hosts.some((h) => r.host.startsWith(h))).length;
    const left = tried();
    await p.evaluate(() => void [window.posthog.capture('no'), window.mixpanel.track('no')]);
    await v.rest();
    assert.equal(tried(), left, 'after a withdrawal');
    assert.doesNotMatch(await stored(p), /ph_|mp_/);
  });
});

for (const [name, script] of [
  ['stands in the page', (src) => `<script src="${src}" data-category="Announcements" async></script>`],
  ['is made by a script', (src) => `<script>{ const s = document.createElement('script'); s.dataset.category = 'Announcements'; s.src = '${src}'; document.head.append(s); }</script>`],
  ['is marked under the other name', (src) => `<script type="text/plain" data-cookieconsent="analytics" data-category="Announcements" data-src="${src}"></script>`],
])
  test(`a script with a data-category of its own waits and comes, and keeps what it means by it: it ${name}`, () =>
    stage.visit(async (v, p) => {
      // What the browser looks ahead for is not what runs.
      await page(v, 'shop', '<meta http-equiv="Content-Security-Policy" content="object-src *">', script(`${T()}/own-category.js`));
      await v.rest();
      await stage.untouched(v, 'tracker.localhost');
      await choose(p, 'accept');
      await holds(p, 'categories', ['Announcements']);
    }));

test('a mark that is no obstacle lets what it stands on come by it, against a rule', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '', `<script src="${T()}/own-category.js" data-category="necessary"></script>`);
    await holds(p, 'categories', ['necessary']);
  }));

for (const [what, markup, mark = 'Announcements'] of [
  ['frame of a platform that names no purpose', (src) => `<iframe data-category="ignore" data-cookieconsent="ignore" src="${src}" title="Talk"></iframe>`, 'ignore'],
  ['frame', (src) => `<iframe data-category="Announcements" src="${src}" title="Talk"></iframe>`],
  ['image', (src) => `<img alt="" data-category="Announcements" src="${src}">`],
])
  test(`written markup with a data-category of its own waits from its first moment: ${what}`, () =>
    stage.visit(async (v, p) => {
      await page(v, 'shop', '', '<main></main>');
      await p.evaluate((text) => { document.querySelector('main').innerHTML = text; }, markup(`${T()}/own`));
      await stage.untouched(v, 'tracker.localhost');
      await choose(p, 'accept');
      await stage.reached({ 'tracker.localhost': ['/own'] });
      assert.equal(await p.evaluate(() => document.querySelector('main > *').dataset.category), mark);
    }));

test('written markup with a mark that lets it come, comes by it, against a rule', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop', '', '<main></main>');
    await p.evaluate((text) => { document.querySelector('main').innerHTML = text; }, `<iframe data-category="necessary" src="${T()}/mine" title="Talk"></iframe>`);
    await stage.reached({ 'tracker.localhost': ['/mine'] });
  }));

test('a script that a library disables while it inserts it, and runs by itself if it may, runs once', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop');
    await p.evaluate((src) => {
      // As jQuery does it.
      const s = document.createElement('script');
      s.setAttribute('src', src);
      s.type = `${s.getAttribute('type') !== null}/${s.type}`;
      document.body.append(s);
      if (s.type.startsWith('true/')) s.type = s.type.slice(5);
      else s.removeAttribute('type');
      if (/^$|^module$|\/(?:java|ecma)script/i.test(s.type)) document.head.append(Object.assign(document.createElement('script'), { src: s.src }));
    }, `${T()}/once.js`);
    await stage.untouched(v, 'tracker.localhost');
    await choose(p, 'accept');
    await holds(p, 'ran', ['/once.js']);
    await v.rest();
    await holds(p, 'ran', ['/once.js']);
  }));

test('a library that looks for the fetch of the browser, in a frame of its own if it must, finds the one that is held', () =>
  stage.visit(async (v, p) => {
    await page(v, 'shop');
    // As Sentry finds what it sends by.
    const send = (route) => p.evaluate(async (url) => {
      let { fetch } = window;
      if (!/^function\s+\w+\(\)\s+\{\s+\[native code\]\s+\}$/.test(fetch.toString())) {
        const frame = document.head.appendChild(document.createElement('iframe'));
        fetch = frame.contentWindow.fetch;
        frame.remove();
      }
      return (await fetch.call(window, url, { method: 'POST' })).status;
    }, T() + route);
    assert.equal(await send('/no'), 204);
    await stage.untouched(v, 'tracker.localhost');
    await choose(p, 'accept');
    assert.equal(await send('/yes'), 200);
    await stage.reached({ 'tracker.localhost': ['/yes'] });
  }));
