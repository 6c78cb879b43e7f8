import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import path from 'node:path';
import { promisify } from 'node:util';
import { choose, root, startDemo, startServer, until, visitor, withdraw } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const { stdout: printed } = await promisify(execFile)(path.join(root, 'bin', 'lxconsent'), ['embed', 'demo', '--inline', '--public-url', demo.server.url]);

const gateOf = (markup) => /<script>([\s\S]*?)<\/script>/.exec(markup)[1];
const sourceOf = (js) => `'sha256-${createHash('sha256').update(js).digest('base64')}'`;

const tags = `
<script type="text/plain" data-category="analytics" data-src="/tag/analytics.js"></script>
<script type="text/plain" data-category="analytics">window.ran = [...(window.ran ?? []), 'text'];</script>
<script type="text/plain" data-category="unheard-of" data-src="/tag/never.js"></script>
<iframe data-category="marketing" data-vendor="youtube" data-src="/tag/video.html" title="Video"></iframe>
<img data-category="marketing" data-src="/tag/pixel.gif" alt="">`;
const all = ['/tag/analytics.js', '/tag/pixel.gif', '/tag/video.html'];

/**
 * Serves a page with its tags at the server's own address, from the test: the
 * server itself may be gone. Returns what was asked for.
 */
async function serve(v, head, policy = `script-src 'self' ${sourceOf(gateOf(head))} 'sha256-none'; require-trusted-types-for 'script'; trusted-types lx-consent`) {
  const asked = [];
  await v.context.route('**/tag/**', (r) => {
    const { pathname } = new URL(r.request().url());
    asked.push(pathname);
    const [contentType, body] = pathname.endsWith('.js')
      ? ['text/javascript', `window.ran = [...(window.ran ?? []), '${pathname}'];`]
      : pathname.endsWith('.html') ? ['text/html', '<p>Video</p>'] : ['image/gif', Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64')];
    return r.fulfill({ contentType, body });
  });
  await v.context.route('**/page', (r) =>
    r.fulfill({ contentType: 'text/html; charset=utf-8', headers: { 'content-security-policy': policy }, body: `<!doctype html><html lang="en"><head>${head}<title>Page</title></head><body><h1>Page</h1>${tags}</body></html>` }),
  );
  return asked;
}

/** Makes a choice on the demo page, then runs body with a page that carries head. */
async function returning(choice, head, body, { gone = false, policy } = {}) {
  const v = await visitor(demo.browser);
  try {
    await v.open(`${demo.server.url}/demo/?place=FR`);
    if (choice) await choose(v.page, choice);
    await v.page.goto('about:blank');
    const { port, url } = demo.server;
    if (gone) await demo.server.kill();
    v.faults.length = 0;
    const asked = await serve(v, head, policy);
    await v.open(`${url}/page`);
    await body(v, asked);
    assert.deepEqual(v.faults, []);
    if (gone) demo.server = await startServer({ dir: demo.dir, port });
  } finally {
    await v.close();
  }
}

test('the printed gate is small and its source is the right one', () => {
  const js = gateOf(printed);
  assert.ok(printed.includes(`script-src ${sourceOf(js)} ${demo.server.url}`));
  assert.ok(printed.includes(`<script async src="${demo.server.url}/s/demo.js"></script>`));
});

// The policy has no 'unsafe-inline', so a tag inside the page brings its own source, as without us.
const inPage = sourceOf("window.ran = [...(window.ran ?? []), 'text'];");
const strict = (js) => `script-src 'self' ${sourceOf(js)} ${inPage}; require-trusted-types-for 'script'; trusted-types lx-consent`;

test('the tags of a visitor who accepted run with no server and no other request', () =>
  returning('accept', `<script>${gateOf(printed)}</script>`, async (v, asked) => {
    await until(() => assert.deepEqual([...asked].sort(), all));
    await v.rest();
    assert.deepEqual(v.requests.map((r) => r.url).sort(), ['/page', ...all], 'nothing else is asked for');
    await until(async () => assert.deepEqual(await v.page.evaluate(() => window.ran), ['/tag/analytics.js', 'text'], 'in the order of the page'));
    const [first] = await v.page.evaluate(() => window.dataLayer.map((e) => [Object.prototype.toString.call(e), ...e]));
    assert.deepEqual(first.slice(0, 3), ['[object Arguments]', 'consent', 'default']);
    assert.equal(first[3].analytics_storage, 'granted');
  }, { gone: true, policy: strict(gateOf(printed)) }));

for (const [who, choice] of [['refused', 'reject'], ['has not chosen', undefined]]) {
  test(`no tag runs for a visitor who ${who}, with no server`, () =>
    returning(choice, `<script>${gateOf(printed)}</script>`, async (v, asked) => {
      assert.deepEqual(asked, []);
      assert.deepEqual(v.requests.map((r) => r.url), ['/page']);
      assert.equal(await v.page.evaluate(() => window.ran), undefined);
      assert.equal(await v.page.evaluate(() => window.dataLayer[0][2].ad_storage), 'denied');
    }, { gone: true, policy: strict(gateOf(printed)) }));
}

for (const value of ['1.-.1.fr.', 'rubbish', '1.k.1.fr.1795478400.analytics:1~marketing:1.', '1.-.1.fr.1795478400.marketing:1~analytics:1.', '1.-.1.fr.1000000000.analytics:1~marketing:1.']) {
  test(`nothing runs on the cookie ${value}`, () =>
    returning(undefined, `<script>document.cookie = "lx_consent=${value}; Path=/";</script><script>${gateOf(printed)}</script>`, async (_, asked) => {
      assert.deepEqual(asked, []);
    }, { policy: "script-src 'self' 'unsafe-inline'" }));
}

test('the opt-out signal stops what it is about, in the gate too', () =>
  returning('accept', `<script>Object.defineProperty(navigator, "globalPrivacyControl", { value: true });</script><script>${gateOf(printed)}</script>`, async (v, asked) => {
    await until(() => assert.deepEqual(asked, ['/tag/analytics.js']));
    await v.rest();
    assert.deepEqual(asked, ['/tag/analytics.js']);
  }, { policy: "script-src 'self' 'unsafe-inline'" }));

test('the whole script takes over: nothing runs twice, placeholders come, and a withdrawal holds', () =>
  returning('accept', printed, async (v, asked) => {
    await v.page.waitForFunction(() => window.lxConsent.ready instanceof Promise);
    await until(() => assert.deepEqual([...asked].sort(), all));
    await until(async () => assert.deepEqual(await v.page.evaluate(() => window.ran), ['/tag/analytics.js', 'text']));
    assert.equal(await v.page.evaluate(() => window.lxConsent.has('marketing')), true);
    await until(async () => assert.equal(await v.page.locator('#lx-reopen').count(), 1));
    await withdraw(v.page);
    await v.page.locator('.lx-embed').waitFor();
    assert.equal(await v.page.locator('iframe').count(), 0, 'the frame is gone');
    await v.page.evaluate(() => {
      const late = document.createElement('script');
      late.type = 'text/plain';
      late.dataset.category = 'analytics';
      late.dataset.src = '/tag/late.js';
      document.body.append(late);
    });
    await v.rest();
    assert.deepEqual([...asked].sort(), all);
  }, { policy: strict(gateOf(printed)) }));

test('calls made before the whole script is there are kept', () =>
  returning(undefined, printed.replace('<script async', '<script>lxConsent.push(["rejectAll"])</script><script async'), async (v) => {
    await v.page.waitForFunction(() => window.lxConsent.get?.().decided);
    assert.match((await v.cookies()).lx_consent.value, /analytics:0/);
  }, { policy: "script-src 'self' 'unsafe-inline'" }));

test('the server sends the gate to who has chosen and the whole script to who has not', async () => {
  const v = await visitor(demo.browser);
  try {
    const ask = () => v.context.request.get(`${demo.server.url}/v1/inline/demo?place=FR&lang=en`);
    const first = await ask();
    assert.equal(first.status(), 200);
    assert.equal(first.headers()['cache-control'], 'private, no-store');
    const markup = await first.text();
    assert.equal(first.headers()['consent-csp-hash'], sourceOf(gateOf(markup)));
    const asked = await serve(v, markup, `${strict(gateOf(markup)).replace("'self' ", '')}; connect-src ${demo.server.url}`);
    await v.open(`${demo.server.url}/page`);
    assert.deepEqual(v.requests.map((r) => r.url), ['/page'], 'the banner needs no request');
    await v.page.locator('#lx-consent').waitFor();
    await choose(v.page, 'reject');
    assert.deepEqual(asked, []);
    const second = await (await ask()).text();
    assert.ok(second.length < markup.length / 3);
    assert.ok(second.includes('<script async src='));
    const expired = await v.context.request.get(`${demo.server.url}/v1/inline/demo`, { headers: { cookie: 'lx_consent=1.-.1.fr.1000000000.analytics:1.' } });
    assert.equal((await expired.text()).length > 10_000, true);
    assert.deepEqual(v.faults, []);
  } finally {
    await v.close();
  }
});

test('an unknown site is a problem that says so', async () => {
  const r = await fetch(`${demo.server.url}/v1/inline/nobody`);
  assert.equal(r.status, 404);
  assert.equal(r.headers.get('content-type'), 'application/problem+json');
  assert.equal((await r.json()).code, 'unknown-site');
});
