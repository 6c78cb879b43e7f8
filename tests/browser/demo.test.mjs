import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { choose, grown, startBrowser, startRedis, startServer, tempDir, until, visitor, withdraw } from './harness.mjs';

const none = { analytics: 0, ad: 0, video: 0 };
const click = (page, action) => page.click(`#lx-consent [data-lx-action="${action}"]`);

for (const store of ['the embedded file', 'Redis']) {
  describe(`the demo page on ${store}`, () => {
    const temp = tempDir();
    let server;
    let redis;
    let browser;
    const args = [];

    before(async () => {
      if (store === 'Redis') {
        redis = await startRedis(temp.dir);
        args.push('--redis', redis.url);
      }
      server = await startServer({ dir: temp.dir, args });
      browser = await startBrowser();
    });
    after(async () => {
      await browser?.close();
      await server?.stop();
      await redis?.stop();
      temp.remove();
    });

    /** Waits until what is given here, and no more, has run since the start. */
    const ran = async (v, start, want) => {
      await until(async () => assert.deepEqual(grown(start, await server.sinks()), want));
      await v.rest();
      assert.deepEqual(grown(start, await server.sinks()), want);
    };
    /** Waits until the browser keeps these cookies, and not those. */
    const keeps = (v, there, gone = []) =>
      until(async () => {
        const names = Object.keys(await v.cookies());
        assert.deepEqual([there.filter((n) => !names.includes(n)), gone.filter((n) => names.includes(n))], [[], []], `${names}`);
      });

    /** Runs body with a new visitor and checks that the page stayed free of errors. */
    const visit = async (options, body) => {
      const v = await visitor(browser, options);
      try {
        await body(v);
        assert.deepEqual(v.faults, [], 'the page must stay free of errors');
      } finally {
        await v.close();
      }
    };

    test('nothing in the page moves while it loads, as another visitor too', () =>
      visit({}, async (v) => {
        for (const query of ['', '?place=FR&lang=de']) {
          await v.open(`${server.url}/demo/${query}`);
          await v.page.waitForSelector('#lx-consent');
          const shifts = await v.page.evaluate(
            () =>
              new Promise((done) => {
                const all = [];
                new PerformanceObserver((l) => all.push(...l.getEntries().filter((e) => e.value > 0.001).map((e) => `${e.value} ${e.sources.map((s) => s.node?.className)}`))).observe({ type: 'layout-shift', buffered: true });
                requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0, all)));
              }),
          );
          assert.deepEqual(shifts, [], query);
        }
      }));

    for (const query of ['?place=FR', '']) {
      const where = query || 'an unknown place';
      test(`nothing runs and nothing is stored before a choice from ${where}`, () =>
        visit({}, async (v) => {
          const start = await server.sinks();
          await v.open(`${server.url}/demo/${query}`);
          await v.page.waitForSelector('#lx-consent');
          await until(async () => assert.ok((await server.sinks()).script > start.script, 'the ungated script must have run'));
          await ran(v, start, none);
          assert.deepEqual(await v.cookies(), {});
          assert.equal(await v.page.evaluate(() => localStorage.length + sessionStorage.length), 0);
        }));

      test(`a refusal from ${where} holds now and after a reload`, () =>
        visit({}, async (v) => {
          const start = await server.sinks();
          await v.open(`${server.url}/demo/${query}`);
          await choose(v.page, 'reject');
          await v.open(`${server.url}/demo/${query}`);
          await ran(v, start, none);
          const cookies = await v.cookies();
          assert.deepEqual(Object.keys(cookies), ['lx_consent'], 'a refusal makes no subject');
          assert.equal(await v.page.locator('#lx-consent').count(), 0, 'the banner must not come back');
          assert.deepEqual(v.requests.filter((r) => r.url.startsWith('/v1/')), [], 'a returning visitor sends nothing');
        }));
    }

    test('analytics alone runs analytics once and the ad pixel never', () =>
      visit({}, async (v) => {
        const start = await server.sinks();
        await v.open(`${server.url}/demo/?place=FR`);
        await click(v.page, 'settings');
        await v.page.check('#lx-consent [data-lx-purpose="analytics"]', { force: true });
        await choose(v.page, 'save');
        await ran(v, start, { analytics: 1, ad: 0, video: 0 });
        const cookies = await v.cookies();
        assert.ok(cookies.lx_subject.httpOnly, 'the subject is out of reach of scripts');
        assert.ok(!('_fbp' in cookies));
      }));

    test('accepting runs everything, also after a reload, and withdrawing cleans up', () =>
      visit({}, async (v) => {
        const start = await server.sinks();
        await v.open(`${server.url}/demo/?place=FR`);
        await choose(v.page, 'accept');
        await ran(v, start, { analytics: 1, ad: 1, video: 1 });
        await v.open(`${server.url}/demo/?place=FR`);
        await ran(v, start, { analytics: 2, ad: 2, video: 2 });
        assert.equal(await v.page.locator('#lx-consent').count(), 0);
        // The ungated script may set its cookies now, until a withdrawal removes them.
        await keeps(v, ['_ga', '_fbp']);
        await withdraw(v.page);
        await keeps(v, [], ['_ga', '_fbp']);
        await v.open(`${server.url}/demo/?place=FR`);
        await ran(v, start, { analytics: 2, ad: 2, video: 2 });
        await keeps(v, [], ['_ga', '_fbp']);
      }));

    test('in Washington analytics runs without asking and one click objects', () =>
      visit({}, async (v) => {
        const start = await server.sinks();
        await v.open(`${server.url}/demo/?place=US-WA`);
        await ran(v, start, { analytics: 1, ad: 0, video: 0 });
        await keeps(v, ['_ga']);
        await choose(v.page, 'reject');
        // The objection removes the cookie.
        await keeps(v, [], ['_ga']);
        await v.open(`${server.url}/demo/?place=US-WA`);
        await ran(v, start, { analytics: 1, ad: 0, video: 0 });
      }));

    test('the opt-out signal stops ads in California and the page says so', () =>
      visit({}, async (v) => {
        const start = await server.sinks();
        await v.open(`${server.url}/demo/?gpc=1&place=US-CA`);
        assert.equal(grown(start, await server.sinks()).ad, 0);
        assert.match(await v.page.locator('#lx-consent [role="status"]').innerText(), /opt-out/i);
        assert.ok(!('lx_consent' in (await v.cookies())), 'the signal alone stores nothing');
        await choose(v.page, 'accept');
        await v.rest();
        assert.equal(grown(start, await server.sinks()).ad, 0, 'the signal beats accept all');
      }));

    test('a choice outlives kill -9 and a restart of the server', () =>
      visit({}, async (v) => {
        const start = await server.sinks();
        await v.open(`${server.url}/demo/?place=FR`);
        await choose(v.page, 'accept');
        // What was released would fail to load from a server that is killed meanwhile.
        await ran(v, start, { analytics: 1, ad: 1, video: 1 });
        const subject = (await v.cookies()).lx_subject.value;
        const { port } = server;
        await server.kill();
        server = await startServer({ dir: temp.dir, port, args });
        const me = await fetch(`${server.url}/v1/consents/me?site=demo`, { headers: { authorization: `Consent ${subject}` } });
        assert.equal(me.status, 200);
        assert.equal((await me.json()).records[0].action, 'accept_all');
        await v.open(`${server.url}/demo/?place=FR`);
        assert.equal(await v.page.locator('#lx-consent').count(), 0);
      }));

    test('the page is usable and closed to tags while the server is down', async () => {
      const v = await visitor(browser);
      try {
        await v.page.route('**/s/demo.js*', (r) => r.abort());
        const start = await server.sinks();
        await v.open(`${server.url}/demo/?place=US-WA`);
        await ran(v, start, none);
        assert.ok(await v.page.locator('h1').isVisible());
      } finally {
        await v.close();
      }
    });
  });
}
