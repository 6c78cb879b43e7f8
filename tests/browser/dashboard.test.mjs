import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { guest } from './dashboard.mjs';
import { startDemo, visitor } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const { server, browser } = demo;

/** What a new visitor from France sees on the demo page. */
async function seen() {
  const v = await visitor(browser);
  try {
    await v.open(`${server.url}/demo/?place=FR&lang=en`);
    return {
      title: await v.page.locator('#lx-consent h2').first().innerText(),
      accept: await v.page.locator('#lx-consent [data-lx-action="accept"]').evaluate((b) => getComputedStyle(b).backgroundColor),
    };
  } finally {
    await v.close();
  }
}

test('a colour and a text are changed, previewed, published, seen, and rolled back', async () => {
  const before = await seen();
  const v = await guest(demo);
  const { page, see, saved } = v;
  try {
    assert.ok(!page.url().includes('setup='), 'the setup token must leave the address bar');
    await see('site-card-demo').click();
    await see('preview-frame').waitFor();

    const accent = see('colour-accent');
    await accent.fill('#b3005e');
    await accent.press('Tab');
    await page.getByRole('tab', { name: 'Words' }).click();
    await see('text-banner.title').fill('Your data, your call');
    await saved();

    // The preview is the really compiled draft.
    const frame = page.frameLocator('[data-testid="preview-frame"]');
    await frame.getByText('Your data, your call').waitFor();
    assert.deepEqual(await seen(), before, 'a draft must not reach visitors');

    await see('publish').click();
    await see('publish-confirm').click();
    await page.getByText(/edition 2 is live/i).first().waitFor();
    assert.deepEqual(await seen(), { title: 'Your data, your call', accept: 'rgb(179, 0, 94)' });

    await page.getByRole('tab', { name: 'Editions' }).click();
    await see('rollback-1').click();
    await see('rollback-confirm').click();
    await page.getByText(/edition 3 is live/i).first().waitFor();
    assert.deepEqual(await seen(), before);
    assert.deepEqual(v.faults, []);
  } finally {
    await v.close();
  }
});

test('a used setup link opens nothing and says how to get a new one', async () => {
  const v = await visitor(browser);
  const { page } = v;
  try {
    await page.goto(server.dashboard);
    await page.getByText(/setup link/i).first().waitFor();
    assert.equal(await page.getByTestId('site-card-demo').count(), 0);
  } finally {
    await v.close();
  }
});
