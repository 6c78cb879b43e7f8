// The npm package on a site's own server, beside the real consent server and beside broken ones.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { root, tempDir } from './harness.mjs';
import { siteOf, startStage } from './stage.mjs';

let stage;
let temp;
let createGate;
const servers = [];
const listen = async (answer) => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${server.address().port}`;
};
/** The cookie of somebody who decided so. */
const decided = async (levels) => {
  const { note } = await (await fetch(`${stage.server.url}/v1/notice?site=shop`)).json();
  const answer = await fetch(`${stage.server.url}/v1/consents`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ site: 'shop', id: randomBytes(16).toString('base64url'), note, levels, action: 'save', age: 0 }),
  });
  return `lx_consent=${(await answer.json()).consent}`;
};
const yes = { site: 'shop', decisions: [{ purpose: 'analytics', allow: true, level: 1, reason: 'granted' }] };

before(async () => {
  temp = tempDir();
  execFileSync(process.execPath, [path.join(root, 'node_modules/tsgo/bin/tsc'), '-p', path.join(root, 'packages/web'), '--outDir', temp.dir]);
  ({ createGate } = await import(path.join(temp.dir, 'server.js')));
  stage = await startStage();
  await stage.site(siteOf('shop'));
});
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  temp?.remove();
  await stage?.stop();
});

test('a gate says yes to what was granted, whatever a request looks like', async () => {
  const gate = createGate({ server: stage.server.url, site: 'shop' });
  const cookie = `session=1; ${await decided({ analytics: 1 })}; theme=dark`;
  const refusal = await decided({ analytics: 0 });
  for (const [visitor, want] of [
    [{ headers: { cookie } }, true],
    [{ headers: { cookie: ['session=1', cookie] } }, true],
    [new Headers({ cookie }), true],
    [new Request(stage.server.url, { headers: { cookie } }), true],
    [{ headers: { cookie: refusal } }, false],
    [{ headers: { cookie: `${refusal}; ${cookie}` } }, false],
    [{ headers: { cookie: cookie.replace(/\.[\w-]{22};/, '.AAAAAAAAAAAAAAAAAAAAAA;') } }, false],
    [{ headers: {} }, false],
    [new Headers(), false],
    [undefined, false],
  ]) {
    assert.equal(await gate.allowed(visitor, 'analytics'), want, JSON.stringify(visitor?.headers));
    assert.equal(await gate.allowed(visitor, 'unheard-of'), false);
  }
  assert.equal(await gate.allowed({ headers: {} }, 'necessary'), true);
});

test('a gate tells of a visitor the two cookies and the signal, and nothing else', async () => {
  const asked = [];
  const gate = createGate({ server: `${await listen((q, a) => { asked.push(q); a.end(JSON.stringify(yes)); })}/`, site: 'shop' });
  const cookie = 'session=secret; lx_consent=a; my_lx_consent=b; lx_subject=c';
  assert.equal(await gate.allowed({ headers: { cookie, 'sec-gpc': '1', authorization: 'Bearer secret' } }, 'analytics', 2), true);
  const [{ url, headers }] = asked;
  assert.equal(url, '/v1/check?site=shop&purpose=analytics&level=2');
  assert.equal(headers.cookie.replace(/\s/g, ''), 'lx_consent=a;lx_subject=c');
  assert.equal(headers['sec-gpc'], '1');
  assert.equal(headers.authorization, undefined);
});

test('whatever is not a clear yes is no', async () => {
  const elsewhere = await listen((_, a) => a.end(JSON.stringify(yes)));
  let answer;
  const server = await listen((q, a) => answer(q, a));
  const gate = createGate({ server, site: 'shop', timeout: 200 });
  const with_ = (change) => (_, a) => a.end(JSON.stringify({ ...yes, decisions: [{ ...yes.decisions[0], ...change }] }));
  const cases = {
    'the law of the place of this server': with_({ reason: 'not-objected' }),
    'a notice': with_({ reason: 'notice' }),
    'another purpose': with_({ purpose: 'functional' }),
    'a word for true': with_({ allow: 'true' }),
    'another site': (_, a) => a.end(JSON.stringify({ ...yes, site: 'other' })),
    'no decision': (_, a) => a.end('{"site":"shop","decisions":[]}'),
    'no JSON': (_, a) => a.end('yes'),
    'an error that looks like a yes': (_, a) => a.writeHead(500).end(JSON.stringify(yes)),
    'a redirect': (_, a) => a.writeHead(307, { location: `${elsewhere}/v1/check` }).end(),
    'half of an answer': (_, a) => a.writeHead(200, { 'content-length': 999 }).write(JSON.stringify(yes)),
    'no answer': () => {},
    'a broken connection': (q) => q.socket.destroy(),
  };
  for (const [name, is] of Object.entries(cases)) {
    answer = is;
    assert.equal(await gate.allowed({ headers: {} }, 'analytics'), false, name);
  }
  answer = with_({});
  assert.equal(await gate.allowed({ headers: {} }, 'analytics'), true);
  assert.equal(await createGate({ server: 'http://127.0.0.1:1', site: 'shop' }).allowed({ headers: {} }, 'analytics'), false, 'nobody is there');
});

test('what cannot be right is said at the start', () => {
  for (const [options, words] of [
    [{ server: 'consent.example.com', site: 'shop' }, /URL/],
    [{ server: 'ftp://consent.example.com', site: 'shop' }, /web address/],
    [{ server: 'https://consent.example.com', site: '' }, /site/],
    [{ server: 'https://consent.example.com', site: 'shop', timeout: 0 }, /timeout/],
  ])
    assert.throws(() => createGate(options), words);
});

test('a handler runs where the purpose may, and everybody else gets 403 that no cache gives to others', async () => {
  const gate = createGate({ server: stage.server.url, site: 'shop' });
  const only = gate.require('analytics');
  const app = await listen((q, a) => {
    a.setHeader('Vary', 'Accept');
    only(q, a, () => a.end('counted'));
  });
  const granted = await fetch(app, { headers: { cookie: await decided({ analytics: 1 }) } });
  assert.deepEqual([granted.status, await granted.text(), granted.headers.get('vary')], [200, 'counted', 'Accept, Cookie, Sec-GPC']);
  const refused = await fetch(app, { headers: { cookie: await decided({ analytics: 0 }) } });
  assert.deepEqual([refused.status, refused.headers.get('vary'), refused.headers.get('cache-control')], [403, 'Accept, Cookie, Sec-GPC', 'no-store']);
});
