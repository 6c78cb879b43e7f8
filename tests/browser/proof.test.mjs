// docs/reference/proof-format.md, held against the program: examples/verify.mjs knows nothing but that page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ledger, open } from '../../examples/verify.mjs';
import { root, startServer, tempDir } from './harness.mjs';

const token = 'a-token-for-proofs-0123456789-0123456789';
const temp = tempDir();
let server;
let keys;
let answers;
let text;

const api = async (method, route, { body, bearer = token } = {}) => {
  const r = await fetch(server.url + route, { method, headers: { authorization: bearer }, body: body && JSON.stringify(body) });
  if (!r.ok) throw new Error(`${route}: ${r.status} ${await r.text()}`);
  return r;
};

before(async () => {
  server = await startServer({ dir: temp.dir, env: { LXCONSENT_API_TOKEN: token } });
  const { note } = await (await fetch(`${server.url}/v1/notice?site=demo`)).json();
  const write = async (more) => (await api('POST', '/v1/consents', { bearer: '', body: { site: 'demo', id: randomBytes(16).toString('base64url'), note, age: 0, ...more } })).json();
  const grant = { action: 'accept_all', levels: { functional: 1, analytics: 1, marketing: 1, recording: 3 } };
  answers = [await write(grant), await write({ action: 'reject_all' })];
  await api('DELETE', '/v1/consents/me?site=demo', { bearer: `Consent ${answers[0].subject}` });
  // The key that signed before the present one stays valid. A server that starts has the new one at once.
  await server.stop();
  execFileSync(path.join(root, 'bin', 'lxconsent'), ['keys', 'rotate', '--data-dir', temp.dir]);
  server = await startServer({ dir: temp.dir, env: { LXCONSENT_API_TOKEN: token } });
  // Those that come at once share a signature.
  for (let tries = 0; !answers.some((a) => header(a).alg !== 'EdDSA'); tries++) {
    assert.ok(tries < 9, 'no signature was shared');
    answers.push(...(await Promise.all(Array.from({ length: 20 }, () => write({ action: 'save', levels: { analytics: 1 }, vendors: { youtube: 1 }, signals: { gpc: true } })))));
  }
  assert.equal(new Set(answers.map((a) => header(a).kid)).size, 2);
  keys = await (await fetch(`${server.url}/v1/keys`)).json();
  text = await (await api('GET', '/v1/sites/demo/proof', { bearer: `Bearer ${token}` })).text();
});
after(async () => {
  await server?.stop();
  temp.remove();
});

const header = ({ receipt: { jws } }) => JSON.parse(Buffer.from(jws.split('.')[0], 'base64url'));
const lines = () => text.trim().split('\n').map((l) => JSON.parse(l));
const join = (list) => list.map((l) => JSON.stringify(l)).join('\n');

test('receipts with either signature, of either key, verify by what is documented, and no changed one does', () => {
  assert.equal(keys.keys.length, 2);
  for (const { receipt: { jws, ...said } } of answers) assert.deepEqual(open(keys, jws, 'consent-receipt+jws'), said);
  for (const alg of ['EdDSA', 'EdDSA-RFC6962']) {
    const { jws } = answers.find((a) => header(a).alg === alg).receipt;
    for (let i = 0; i < jws.length; i += 5) {
      const changed = jws.slice(0, i) + (jws[i] === 'A' ? 'B' : 'A') + jws.slice(i + 1);
      assert.throws(() => open(keys, changed, 'consent-receipt+jws'), undefined, `${alg}, letter ${i}`);
    }
  }
});

test('an export verifies by what is documented, and names each part that was changed', () => {
  assert.deepEqual(ledger(keys, text), []);
  assert.ok(lines().some((l) => l.type === 'record' && !l.key && !l.record.subject && l.record.action === 'accept_all'), 'an erased record is in it');
  const blind = [];
  const spoil = (what, change) => {
    const list = lines();
    const changed = change(list) ?? list;
    if (!ledger(keys, join(changed)).length) blind.push(what);
  };
  const [, whole] = lines().flatMap((l, i) => (l.type === 'record' && l.key ? [i] : []));
  for (const field of Object.keys(lines()[whole].record)) {
    spoil(`without ${field}`, (l) => { delete l[whole].record[field]; });
    spoil(`another ${field}`, (l) => { l[whole].record[field] = typeof l[whole].record[field] === 'number' ? l[whole].record[field] + 1 : field === 'time' ? '2020-01-01T00:00:00Z' : typeof l[whole].record[field] === 'object' ? { analytics: 0 } : `${l[whole].record[field]}x`; });
  }
  const bytes = (i, field) => {
    for (let at = 0; at < Buffer.from(lines()[i][field], 'base64').length; at += 3)
      spoil(`byte ${at} of ${field} in line ${i + 1}`, (l) => { const b = Buffer.from(l[i][field], 'base64'); b[at] ^= 1; l[i][field] = b.toString('base64'); });
  };
  // Each byte of what is packed would take too long.
  bytes(whole, 'evidence');
  bytes(whole, 'key');
  lines().forEach((l, i) => {
    if (l.type === 'context') bytes(i, 'context');
    if (l.type === 'statement') spoil(`statement ${i + 1}`, (list) => { list[i].jws = list[i].jws.replace(/.(?=.{90}$)/, (c) => (c === 'A' ? 'B' : 'A')); });
    if (l.type !== 'statement' && l.type !== 'ledger') spoil(`without line ${i + 1}`, (list) => list.toSpliced(i, 1).map((x, n) => ({ ...x, n: n + 1 })));
  });
  spoil('two records exchanged', (l) => { [l[whole].record, l[whole + 1].record] = [l[whole + 1].record, l[whole].record]; });
  assert.deepEqual(blind, []);
});
