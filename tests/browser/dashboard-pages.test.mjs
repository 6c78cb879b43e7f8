import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { editor, owner } from './dashboard.mjs';
import { axe, startDemo, until } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const { server } = demo;
const ada = await owner(demo);
const { page, see, go } = ada;

test('four steps lead from a new account to a published banner', async () => {
  await page.getByRole('link', { name: 'Add a site' }).first().click();

  await see('wizard-domain').fill('https://shop.example.com/start');
  await see('wizard-next').click();
  // What is missing must be marked.
  await page.locator('[aria-invalid=true]').first().waitFor();
  await see('wizard-name').fill('Example Ltd');
  await see('wizard-email').fill('privacy@example.com');
  await see('wizard-address').fill('1 Main Street, Orlando');
  await see('wizard-next').click();
  await see('wizard-country').fill('Florida');
  await page.getByRole('option', { name: /Florida/ }).click();
  await see('wizard-use-recording').click();
  await see('wizard-next').click();
  await see('wizard-layout-bar').click();
  await see('preview-frame').waitFor();
  await see('wizard-next').click();
  await page.getByRole('heading', { name: 'The banner is live. Now the tag' }).waitFor();
  const script = await fetch(`${server.url}/s/shop-example-com.js`);
  assert.equal(script.status, 200);
  assert.equal(script.headers.get('consent-edition'), '1');
});

test('the check finds the tag of the demo page, and says what is wrong with an address', async () => {
  await go('/sites/demo');
  await page.getByRole('tab', { name: 'Embed' }).click();
  await see('install-check').click();
  await see('install-ok').waitFor();
  await see('install-url').fill('http://10.0.0.7/');
  await see('install-check').click();
  const alert = page.getByRole('alert').filter({ hasText: 'private network' });
  await alert.waitFor();
  assert.match(await alert.innerText(), /^The address .*Use lxconsent verify/s, 'a cause and a fix, as sentences');
});

test('a choice is found as evidence, verified, and erased with a reason', async () => {
  const notice = await (await fetch(`${server.url}/v1/notice?site=demo&place=FR&lang=en`)).json();
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  const body = { site: 'demo', id, note: notice.note, action: 'save', levels: { analytics: 1, marketing: 0 }, age: 0 };
  const wrote = await (await fetch(`${server.url}/v1/consents`, { method: 'POST', body: JSON.stringify(body) })).json();
  await go('/sites/demo/evidence');
  await see('evidence-by').selectOption('receipt');
  await see('evidence-text').fill(JSON.stringify(wrote.receipt));
  await see('evidence-search').click();
  await page.getByRole('button', { name: `Open the record ${id}` }).click();
  await see('proof').getByText('Unchanged since it was recorded').waitFor();
  await page.getByText('Privacy policy of LeadiumX.ai').waitFor();
  await see('erase').click();
  await see('erase-reason').fill('Asked by letter');
  await see('erase-confirm').click();
  await page.getByText('Erased', { exact: true }).or(page.getByText('erased', { exact: true })).first().waitFor();
  await see('proof').getByText('Unchanged since it was recorded').waitFor();
});

test('an invited editor edits, and neither publishes nor sees who else is here', async () => {
  const bob = await editor(demo, ada, 'bob@example.com');
  const tried = await bob.page.evaluate(async () => {
    const publish = await fetch('/v1/sites/demo/publish', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    return [publish.status, (await fetch('/v1/members')).status];
  });
  assert.deepEqual(tried, [403, 403]);
  await bob.close();
});

const pages = [
  '/', '/new', '/laws', '/account', '/organisation', '/organisation/members', '/organisation/keys', '/organisation/audit', '/organisation/edge',
  '/organisation/health', '/organisation/all', '/sites/demo', '/sites/demo/insight', '/sites/demo/evidence', '/sites/demo/evidence/requests',
  '/sites/demo/evidence/webhooks', '/sites/demo/cookies',
];

/** Waits until a page shows what it came to show. */
async function settled() {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .mantine-Skeleton-root') && !document.getAnimations().some((a) => a.playState === 'running' && a.effect?.getComputedTiming().endTime !== Infinity));
}

async function violations() {
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axe);
  // The frame of the preview is another page, for which axe would only wait.
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { iframes: false, resultTypes: ['violations'] }));
  return found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`);
}

/** Shows the page in another colour scheme, as when the visitor's system changes it. */
async function inScheme(scheme) {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
  await settled();
}

test('long addresses and what visitors write at length are there for the widths', async () => {
  const long = 'a-word-of-an-address-that-has-no-end/'.repeat(3);
  const made = await page.evaluate(async (url) => (await fetch('/v1/sites/demo/webhooks', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ url }) })).status, `https://hooks.example.com/${long}`);
  assert.equal(made, 201);
  const asked = await fetch(`${server.url}/privacy/demo/request`, {
    method: 'POST', redirect: 'manual', headers: { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ kind: 'question', message: long, email: `${'someone'.repeat(6)}@example.com` }),
  });
  assert.equal(asked.status, 303);
});

test('every page is accessible, wide and narrow, light and dark', async () => {
  for (const path of pages) {
    await page.setViewportSize({ width: 1366, height: 768 });
    await go(path);
    await inScheme('light');
    assert.deepEqual(await violations(), [], `${path}, wide, light`);
    await inScheme('dark');
    assert.deepEqual(await violations(), [], `${path}, wide, dark`);
    await page.setViewportSize({ width: 360, height: 740 });
    await until(async () => {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${path} is ${over} px too wide for a phone`);
      const out = await page.evaluate(() => [...document.querySelectorAll('.mantine-Paper-root *')].filter((e) => !e.closest('.wide, svg') && e.getBoundingClientRect().right > e.closest('.mantine-Paper-root').getBoundingClientRect().right + 1).map((e) => e.textContent.slice(0, 60)));
      assert.deepEqual(out, [], `${path}: these leave their card`);
    });
    await settled();
    assert.deepEqual(await violations(), [], `${path}, narrow, dark`);
    await inScheme('light');
    assert.deepEqual(await violations(), [], `${path}, narrow, light`);
  }
});

test('the documents of this very program are a menu away, and lead to each other', async () => {
  await go('/');
  await page.getByRole('button', { name: 'Your account and settings' }).click();
  await page.getByRole('menuitem', { name: 'Documents' }).click();
  await page.getByRole('heading', { level: 1, name: 'Documents' }).waitFor();
  assert.deepEqual(await violations(), []);
  await page.getByRole('link', { name: 'HTTP API' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'HTTP API' }).waitFor();
  await page.getByRole('navigation', { name: 'On this page' }).getByRole('link', { name: 'Errors' }).click();
  await page.waitForURL('**/dashboard/docs/http-api.html#errors');
  assert.deepEqual(await violations(), []);
  const answer = await fetch(page.url());
  assert.match(answer.headers.get('content-security-policy'), /^default-src 'none'/);
  assert.equal(answer.headers.get('cache-control'), 'no-cache', 'another version has others');
  await page.getByRole('link', { name: 'LeadiumX Consent' }).click();
  await page.getByRole('heading', { name: 'Sites' }).first().waitFor();
});

for (const scheme of ['light', 'dark']) {
  test(`every room of the editor is accessible, and what opens above it, ${scheme}`, async () => {
    await page.setViewportSize({ width: 1366, height: 768 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await go('/sites/demo');
    for (const room of ['Look', 'Words', 'Purposes', 'Vendors', 'Regions', 'Signals', 'Site', 'Embed', 'Editions']) {
      await page.getByRole('tab', { name: room, exact: false }).first().click();
      await settled();
      assert.deepEqual(await violations(), [], room);
    }
    for (const [what, open] of [['publishing', () => see('publish').click()], ['the search', () => page.keyboard.press('Control+k')]]) {
      await open();
      await page.getByRole('dialog').waitFor();
      await settled();
      assert.deepEqual(await violations(), [], what);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });
}

test('what visitors grant is told where banners are not counted', async () => {
  await until(async () => {
    await go('/sites/demo/insight');
    await page.getByText('How often the banner was shown is not counted').waitFor();
    assert.deepEqual([await page.getByText('Granted, by purpose').count(), await page.getByText('Nothing yet').count()], [1, 0]);
  });
});

test('the inbox is switched on with one click, in the draft', async () => {
  await go('/sites/demo/cookies');
  await see('count-on').click();
  await page.getByText('Counting begins with the next edition').waitFor();
  const { draft } = await page.evaluate(async () => (await fetch('/v1/sites/demo')).json());
  assert.equal(draft.features.insight, true);
  assert.equal(draft.features.gating, (await page.evaluate(async () => (await fetch('/v1/sites/demo/document')).json())).features.gating, 'nothing else changes');
});

test('on a phone a table is a list, and each value says what it is', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await go('/organisation/audit');
  const cell = page.locator('.stacked td').nth(2);
  await cell.waitFor();
  const shown = await cell.evaluate((td) => ({ label: td.dataset.label, over: td.closest('.wide').scrollWidth - td.closest('.wide').clientWidth }));
  assert.deepEqual(shown, { label: 'What', over: 0 });
  await page.getByText('Published the banner').first().waitFor();
  await page.setViewportSize({ width: 1366, height: 768 });
});

test('the keys lead anywhere', async () => {
  await go('/');
  await see('site-card-demo').waitFor();
  await page.keyboard.press('Control+k');
  // "de" stands in "evidence" of every site, and begins one name.
  await see('search').fill('de');
  await page.getByRole('option').first().getByText('LeadiumX demo').waitFor();
  await see('search').fill('demo evid');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sites/demo/evidence');
});

test('no page threw', () => assert.deepEqual(ada.faults, []));
