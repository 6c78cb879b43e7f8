// The visitor's own page: its controls are the choice, and nothing stands before them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decided, startDemo, until, visitor } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const { server, browser } = demo;
const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

for (const [name, options] of Object.entries({ 'a desktop': {}, 'a phone': phone }))
  test(`no banner covers the page on the first visit, on ${name}`, async () => {
    const v = await visitor(browser, options);
    await v.open(`${server.url}/privacy/demo?place=FR&lang=en`);
    assert.equal(await v.page.locator('#lx-consent, #lx-reopen').count(), 0, 'the page has a button of its own for that');
    const covered = await v.page.locator('main :is(button, a, input, textarea):visible').evaluateAll((all) =>
      all.filter((e) => {
        e.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = e.getBoundingClientRect();
        const at = document.elementFromPoint(left + width / 2, top + height / 2);
        return !(e === at || e.contains(at) || at?.contains(e));
      }).map((e) => e.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(covered, []);
    assert.deepEqual(await v.cookies(), {});
    assert.deepEqual(v.faults, []);
    await v.close();
  });

test('the preferences open on the page, closing them asks nothing, and what is saved is recorded and shown', async () => {
  const v = await visitor(browser);
  const { page } = v;
  await v.open(`${server.url}/privacy/demo?place=FR&lang=en`);
  const settings = page.locator('main [data-lx-action="settings"]');
  await settings.click();
  await page.locator('#lx-consent [data-lx-purpose="analytics"]').waitFor();
  await page.locator('#lx-consent [data-lx-action="close"]').click();
  assert.equal(await page.locator('#lx-consent').count(), 0);
  await settings.click();
  await page.locator('#lx-consent [data-lx-purpose="analytics"]').check();
  await decided(page, () => page.locator('#lx-consent [data-lx-action="save"]').click());
  await page.reload();
  const row = page.locator('.rows li').filter({ hasText: 'Analytics' });
  await row.getByText('Allowed', { exact: true }).waitFor();
  await v.close();
});

test('the refusal on the page is one click, and other pages ask nothing after it', async () => {
  const v = await visitor(browser);
  await v.open(`${server.url}/privacy/demo?place=FR&lang=en`);
  await v.page.getByRole('button', { name: 'Reject all' }).click();
  await v.page.getByRole('status').filter({ hasText: 'Done.' }).waitFor();
  await v.open(`${server.url}/demo/?place=FR&lang=en`);
  assert.equal(await v.page.locator('#lx-consent').count(), 0);
  await v.close();
});

test('other pages of a site ask as before', async () => {
  const v = await visitor(browser);
  await v.open(`${server.url}/demo/?place=FR&lang=en`);
  await until(() => v.page.locator('#lx-consent').isVisible());
  await v.close();
});
