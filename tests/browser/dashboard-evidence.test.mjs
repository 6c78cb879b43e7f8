// The evidence room: what is shown is what is taken out, in words, and a request is ended only by whoever says how.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { guest } from './dashboard.mjs';
import { startDemo, until } from './harness.mjs';

const demo = await startDemo({ args: ['--webhook-allow', '127.0.0.0/8'] });
after(demo.stop);
const { server } = demo;
const { page, see, go, faults } = await guest(demo);

const notice = await (await fetch(`${server.url}/v1/notice?site=demo&place=FR&lang=en`)).json();
const optional = notice.purposes.filter((p) => p.id !== 'necessary');
const ids = [];
for (const [action, n] of [['reject_all', 0], ['accept_all', 99], ['reject_all', 0]]) {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  const levels = Object.fromEntries(optional.map((p) => [p.id, Math.min(n, p.levels?.length || 1)]));
  const answer = await fetch(`${server.url}/v1/consents`, { method: 'POST', body: JSON.stringify({ site: 'demo', id, note: notice.note, action, levels, age: 0 }) });
  assert.equal(answer.status, 201, await answer.text());
  ids.push(id);
}

/** The ids in the file that the button of the room hands out. */
async function taken() {
  const [download] = await Promise.all([page.waitForEvent('download'), see('evidence-file').click()]);
  const [, ...lines] = readFileSync(await download.path(), 'utf8').trim().split('\n');
  return lines.map((line) => line.split(',')[0].replace(/^'/, ''));
}

test('the file holds what is shown, and its button says so', async () => {
  await go('/sites/demo/evidence');
  await see('evidence-file').getByText('All records').waitFor();
  assert.deepEqual(await taken(), ids);
  await page.getByLabel('What was done').selectOption('reject_all');
  await see('evidence-search').click();
  await see('evidence-file').getByText('What is found').waitFor();
  await until(async () => assert.equal(await page.locator('tbody tr').count(), 2));
  assert.deepEqual(await taken(), [ids[0], ids[2]]);
});

test('who comes back from a record finds the search as it was', async () => {
  await page.getByRole('button', { name: `Open the record ${ids[2]}` }).click();
  await see('proof').waitFor();
  await page.goBack();
  await see('evidence-file').getByText('What is found').waitFor();
  assert.equal(await page.getByLabel('What was done').inputValue(), 'reject_all');
  assert.equal(await page.locator('tbody tr').count(), 2);
  assert.doesNotMatch(page.url(), /reject/, 'no search stands in the address');
});

test('the law of a record is told by the names of its places, and its code stays for programs', async () => {
  await page.locator('tbody').getByText('France + Florida').first().waitFor();
  assert.equal(await page.locator('[title="fr+us-fl"]').count(), 2);
});

test('another site begins with a search of its own', async () => {
  await page.evaluate(async () => {
    const { draft } = await (await fetch('/v1/sites/demo')).json();
    const body = JSON.stringify({ ...draft, id: 'west', name: 'West' });
    await fetch('/v1/sites/west/draft', { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
  });
  await page.reload();
  await page.getByLabel('Look by').selectOption('receipt');
  await see('evidence-text').fill('of the demo');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Where to?').fill('West: Evidence');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sites/west/evidence');
  await until(async () => assert.equal(await page.getByLabel('Look by').inputValue(), 'time'));
  await page.goBack();
  await see('evidence-search').waitFor();
});

test('a level is told by its name, and its number stays for programs', async () => {
  await page.getByLabel('What was done').selectOption('');
  await see('evidence-search').click();
  const badge = page.getByText('Recording: Everything', { exact: true });
  await badge.waitFor();
  assert.equal(await page.locator('[title="recording: 3"]').count(), 1);
  await page.getByRole('button', { name: `Open the record ${ids[1]}` }).click();
  await see('proof').waitFor();
  await badge.first().waitFor();
});

test('a request is ended after a question, told to nobody, and can be opened again', async () => {
  const asked = await fetch(`${server.url}/privacy/demo/request`, {
    method: 'POST', redirect: 'manual', headers: { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ kind: 'correction', message: 'My name is spelt wrong', email: 'eve@example.com' }),
  });
  assert.equal(asked.status, 303);
  const states = async () => (await page.evaluate(async () => (await fetch('/v1/sites/demo/requests?kind=correction')).json())).requests.map((r) => [r.status, r.note]);
  await go('/sites/demo/evidence/requests');
  await see('request-refuse').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('link', { name: 'eve@example.com' }).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(await states(), [['open', undefined]], 'one click ends nothing');
  await see('request-refuse').click();
  await see('request-end').click();
  assert.deepEqual(await states(), [['open', undefined]], 'a refusal wants its reason');
  await see('request-note').fill('It is spelt as in the passport');
  await see('request-end').click();
  await page.getByText('Nothing waits for you.').waitFor();
  assert.deepEqual(await states(), [['refused', 'It is spelt as in the passport']]);
  await page.getByText('All', { exact: true }).click();
  await see('request-again').click();
  await see('request-done').click();
  assert.equal(await see('request-note').inputValue(), 'It is spelt as in the passport');
  await see('request-note').fill('Corrected');
  await see('request-end').click();
  await until(async () => assert.deepEqual(await states(), [['done', 'Corrected']]));
});

test('a webhook that takes nothing says so, since when and why, until it takes something', async () => {
  let status = 500;
  const receiver = createServer((_, answer) => answer.writeHead(status).end());
  await new Promise((listens) => receiver.listen(0, '127.0.0.1', listens));
  after(() => receiver.close());
  await page.evaluate(async (url) => {
    const answer = await fetch('/v1/sites/demo/webhooks', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ url, events: ['consent.recorded'] }) });
    if (!answer.ok) throw new Error(await answer.text());
  }, `http://127.0.0.1:${receiver.address().port}/`);
  await go('/sites/demo/evidence/webhooks');
  await page.getByText('On', { exact: true }).waitFor();
  const choose = async () => {
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
    const levels = Object.fromEntries(optional.map((p) => [p.id, 0]));
    const answer = await fetch(`${server.url}/v1/consents`, { method: 'POST', body: JSON.stringify({ site: 'demo', id, note: notice.note, action: 'reject_all', levels, age: 0 }) });
    assert.equal(answer.status, 201);
  };
  await choose();
  await see('webhook-failing').waitFor();
  assert.match(await see('webhook-failing').innerText(), /^It takes nothing\. The first failure was just now\. The receiver answered 500\. It is tried again \S/);
  assert.equal(await page.getByText('On', { exact: true }).count(), 0);
  await page.getByText('Fails', { exact: true }).waitFor();
  status = 204;
  await choose();
  await page.getByText('On', { exact: true }).waitFor();
});

test('no page threw', () => assert.deepEqual(faults, []));
