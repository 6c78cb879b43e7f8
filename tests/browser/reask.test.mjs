// Who is asked again, about what, and who is not.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { choose as click, startDemo, visitor } from './harness.mjs';

const token = 'a-token-for-tests-of-asking-again-01';
const { server, browser, stop } = await startDemo({ args: ['--api-token', token] });
after(stop);

const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
const publish = async (change, query = '') => {
  const doc = await (await fetch(`${server.url}/v1/sites/demo/document`, { headers })).json();
  const answer = await fetch(`${server.url}/v1/sites/demo${query}`, { method: 'PUT', headers, body: JSON.stringify(change(doc)) });
  assert.equal(answer.status, 200, await answer.clone().text());
};
const page = (v, place) => v.open(`${server.url}/demo/?place=${place}`);
const banner = (v) => v.page.locator('#lx-consent');
const runs = (v) => v.page.evaluate(() => window.lxConsent.get().levels);
const choose = (v, action) => click(v.page, action);
const visit = async (body) => {
  const v = await visitor(browser);
  // With a route the browser keeps no script, so that each page has the live one.
  await v.page.route('**/s/demo.js*', (r) => r.continue());
  try {
    await body(v);
    assert.deepEqual(v.faults, []);
  } finally {
    await v.close();
  }
};

test('who agreed where the law asks less is asked where it asks more, and goes home in peace', () =>
  visit(async (v) => {
    await page(v, 'US-WA');
    await choose(v, 'accept');
    assert.equal((await runs(v)).analytics, 1);
    await page(v, 'FR');
    await banner(v).waitFor();
    const there = await runs(v);
    // Marketing and recording waited for a yes at home too.
    assert.deepEqual([there.analytics, there.functional, there.marketing, there.recording], [0, 0, 1, 3]);
    await page(v, 'US-WA');
    assert.equal(await banner(v).count(), 0);
    await page(v, 'FR');
    await choose(v, 'reject');
    await page(v, 'US-WA');
    assert.equal((await runs(v)).analytics, 0, 'a refusal travels');
    assert.equal(await banner(v).count(), 0);
  }));

test('an edition asks only for what is new, announces itself before, and other words ask nobody', () =>
  visit(async (v) => {
    await page(v, 'FR');
    await v.page.click('#lx-consent [data-lx-action="settings"]');
    await v.page.check('#lx-consent [data-lx-purpose="analytics"]', { force: true });
    await choose(v, 'save');
    await publish((d) => ({ ...d, name: 'Other words', texts: { en: { 'banner.title': 'Your choice' } } }));
    await page(v, 'FR');
    assert.equal(await banner(v).count(), 0, 'words ask nobody');
    const more = (d) => ({
      ...d, purposes: [...d.purposes, { id: 'surveys', classes: ['functional'], basis: 'consent' }],
      texts: { en: { 'purpose.surveys.title': 'Surveys', 'purpose.surveys.description': 'Asks how you like it.', 'prefs.upcoming': 'From {date} on we ask about surveys.' } },
    });
    await publish(more, '?effective_at=2028-01-31T00:00:00Z'.replace('2028', new Date().getUTCFullYear() + 1));
    await page(v, 'FR');
    await v.page.evaluate(() => window.lxConsent.showPreferences());
    const text = await banner(v).innerText();
    assert.match(text, /From January 31, 20\d\d on we ask about surveys\./);
    assert.match(text, /Last updated: \w+ \d+, 20\d\d/);
    assert.ok(!text.includes('Asks how you like it'), 'what is to come is not there yet');
    await publish(more);
    await page(v, 'FR');
    await banner(v).waitFor();
    const asked = await banner(v).innerText();
    assert.ok(asked.includes('for: Surveys.') && !asked.includes('Analytics'), asked);
    assert.deepEqual(await runs(v), { necessary: 1, functional: 0, analytics: 1, marketing: 0, recording: 0, surveys: 0 });
    await choose(v, 'accept');
    assert.deepEqual(await runs(v), { necessary: 1, functional: 0, analytics: 1, marketing: 0, recording: 0, surveys: 1 });
    await page(v, 'FR');
    assert.equal(await banner(v).count(), 0);
  }));
