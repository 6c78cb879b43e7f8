// A stage for tests of sites other than the demo: a server with a token, pages
// and sinks on hosts of this machine, and a browser that finds them.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { startDemo, until, visitor } from './harness.mjs';

const TOKEN = 'browser-tests-0123456789-0123456789';

/** A small site document under the strictest law; `change` adds to it. */
export const siteOf = (id, change = {}) => ({
  id,
  name: id,
  origins: ['http://shop.localhost', 'http://*.shop.localhost'],
  establishment: 'US-FL',
  controller: { name: 'Shop', address: '1 Street, Orlando', email: 'privacy@example.com' },
  policy_url: 'https://example.com/privacy',
  locales: ['en'],
  purposes: [
    { id: 'necessary', classes: ['necessary'], basis: 'legitimate_interest' },
    { id: 'functional', classes: ['functional'], basis: 'consent' },
    { id: 'analytics', classes: ['analytics'], basis: 'consent' },
    { id: 'marketing', classes: ['ads', 'sale_share'], basis: 'consent' },
  ],
  banner: { layout: 'box', theme: {}, reopen: false },
  features: { consent_mode: false, cookie_writes: false },
  ...change,
});

/** Starts everything. Pages live at `page(host, path)`; all hosts end in .localhost and are this machine. */
export async function startStage({ args, env } = {}) {
  const demo = await startDemo({ args, env: { LXCONSENT_API_TOKEN: TOKEN, ...env }, more: ['--host-resolver-rules=MAP * 127.0.0.1'] });
  const { server, browser } = demo;
  /** What was asked for: host and path with query. */
  const hits = [];
  const answers = new Map();
  const http = createServer((req, res) => {
    const host = (req.headers.host ?? '').replace(/:\d+$/, '');
    let body = '';
    req.on('data', (b) => {
      body += b;
    });
    req.on('end', () => {
      const url = new URL(req.url, `http://${host}`);
      const make = answers.get(host + url.pathname) ?? answers.get(host);
      const answer = make?.({ url, body, headers: req.headers, method: req.method });
      hits.push(host + req.url);
      const { status = 200, headers = {}, text = '' } = answer ?? { status: url.pathname === '/favicon.ico' ? 204 : 404 };
      const type = url.pathname.endsWith('.js') ? 'text/javascript' : url.pathname.endsWith('.gif') ? 'image/gif' : 'text/html; charset=utf-8';
      res.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'access-control-allow-origin': req.headers.origin ?? '*', 'access-control-allow-credentials': 'true', ...headers });
      res.end(text);
    });
  });
  await new Promise((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address();
  const api = (method, route, body) =>
    fetch(`${server.url}${route}`, {
      method, headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
    });
  const stage = {
    server, browser, hits, port, api,
    /** What was asked of a host. */
    asked: (host) => hits.filter((h) => h.startsWith(host)).map((h) => h.slice(host.length)),
    /** Waits until hosts were asked for just this, in any order. */
    reached: (want) =>
      until(() => {
        for (const [host, routes] of Object.entries(want)) assert.deepEqual(stage.asked(host).sort(), [...routes].sort(), host);
      }),
    /** Waits until the page has come to rest and its beacons are here. */
    settled: async (v) => {
      await v.rest();
      await until(() => v.requests.every((r) => !r.beacon || !r.host.endsWith(`:${port}`) || stage.asked(r.host.replace(/:\d+$/, '')).includes(r.url + r.search)));
    },
    /** Waits as above; then these hosts must not have been asked for anything, and the browser must not have begun to. */
    untouched: async (v, ...hosts) => {
      await stage.settled(v);
      const begun = v.requests.filter((r) => hosts.some((h) => r.host === `${h}:${port}`)).map((r) => r.host + r.url);
      assert.deepEqual([...hosts.flatMap(stage.asked), ...begun], []);
    },
    /** Applies a site whose origins hold the stage's pages. */
    site: async (doc) => {
      const origins = doc.origins.map((o) => `${o}:${port}`);
      const r = await api('PUT', `/v1/sites/${doc.id}`, { ...doc, origins });
      if (!r.ok) throw new Error(`${doc.id}: ${r.status} ${await r.text()}`);
    },
    /** Puts something on a host, or on one of its paths. */
    serve: (where, make) => answers.set(where, typeof make === 'string' ? () => ({ text: make }) : make),
    url: (host, route = '/') => `http://${host}:${port}${route}`,
    /** Where the consent server is, as a host of the shop itself. */
    consent: `http://consent.shop.localhost:${server.port}`,
    tag: (id, extra = '') => `<script src="http://consent.shop.localhost:${server.port}/s/${id}.js"${extra}></script>`,
    /** A page whose head starts with the tag. */
    page: (id, head = '', body = '', extra = '') =>
      `<!doctype html><html lang="en"><head><meta charset="utf-8">${stage.tag(id, extra)}<title>Shop</title>${head}</head><body><h1>Shop</h1>${body}</body></html>`,
    /** Runs body with a new visitor. The page must stay free of errors, but for those in `known`. */
    visit: async (body, { known, ...options } = {}) => {
      const v = await visitor(browser, options);
      try {
        await body(v, v.page);
        const left = known ? v.faults.filter((f) => !known.test(f)) : v.faults;
        if (left.length) throw new Error(`the page must stay free of errors: ${left.join('; ')}`);
      } finally {
        await v.close();
      }
    },
    stop: async () => {
      await demo.stop();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
  return stage;
}

export { choose, decided, until, withdraw, written } from './harness.mjs';

/** Lets a decision wait: it is looked at beside a choice that has no proof yet. */
export const waiting = (p, decision) => p.evaluate((s) => {
  localStorage.setItem('lx_pending', s);
  document.cookie = `lx_consent=1.-.1.fr.${Math.floor(Date.now() / 1000)}.analytics:0.;path=/`;
}, decision);
