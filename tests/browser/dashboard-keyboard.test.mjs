// Who has no pointer: from the door over editing to publishing, with the keys alone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { owner, password, somebody } from './dashboard.mjs';
import { startDemo, until } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
await (await owner(demo)).close();
const { page, see, go, saved, faults } = await somebody(demo);
const focused = () => page.evaluate(({ activeElement: e } = document) => e.dataset.testid || (e.id === 'main' ? 'main' : e.getAttribute('aria-label') || e.textContent));
const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
/** Presses Tab until the focus is where it should be, which takes no more than `most`. */
async function tabTo(where, most = 40) {
  for (let i = 0; i < most; i++) {
    await press('Tab');
    if ((await focused()) === where) return;
  }
  assert.fail(`${where} was not reached by Tab`);
}

test('the keys lead in, and the first stop of each page leads past its bar', async () => {
  await go('/');
  await until(async () => assert.equal(await focused(), 'sign-in-email'));
  await page.keyboard.type('ada@example.com');
  await press('Tab');
  await page.keyboard.type(password);
  await press('Enter');
  await see('site-card-demo').waitFor();
  await tabTo('Skip to the content', 1);
  await press('Enter', 'Tab');
  assert.equal(await focused(), 'Add a site');
});

test('a page that a link opens has the focus, so the next key is in it', async () => {
  await tabTo('LeadiumX demo');
  await press('Enter');
  await see('preview-frame').waitFor();
  await until(async () => assert.equal(await focused(), 'main'));
  await press('Tab');
  assert.equal(await focused(), 'Look');
});

test('rooms change with the arrows, and a text is written and published', async () => {
  await press('ArrowDown');
  await see('text-banner.title').waitFor();
  await tabTo('text-banner.title');
  await page.keyboard.type('Typed without a pointer');
  await saved();
  await see('publish').focus();
  await press('Enter');
  await until(async () => assert.equal(await focused(), 'publish-note'));
  await press('Escape');
  await until(async () => assert.equal(await focused(), 'publish'), 'the focus comes back');
  await press('Enter');
  await until(async () => assert.equal(await focused(), 'publish-note'));
  await tabTo('publish-confirm', 4);
  await press('Enter');
  await page.getByText(/edition 2 is live/i).first().waitFor();
  await until(async () => assert.equal(await focused(), 'publish'));
});

test('a search that is left gives the focus back, and one that leads on gives it to the page', async () => {
  await press('Control+k');
  await until(async () => assert.equal(await focused(), 'search'));
  await press('Escape');
  await until(async () => assert.equal(await focused(), 'publish'));
  await press('Control+k');
  await until(async () => assert.equal(await focused(), 'search'));
  await page.keyboard.type('demo insight');
  await press('Enter');
  await page.getByRole('heading', { name: 'Insight' }).waitFor();
  await until(async () => assert.equal(await focused(), 'main'));
});

test('no page threw', () => assert.deepEqual(faults.filter((f) => !f.startsWith('Blocked autofocusing') && !f.includes('401')), []));
