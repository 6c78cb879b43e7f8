import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { owner } from './dashboard.mjs';
import { startDemo } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);

test('no page of the dashboard makes markup of a text, and the browser lets none', async () => {
  const { page, go, see, faults } = await owner(demo);
  await page.addInitScript(() => {
    window.broken = [];
    document.addEventListener('securitypolicyviolation', (e) => window.broken.push(`${e.violatedDirective} ${e.sample}`));
  });
  const parts = ['', '/evidence', '/evidence/webhooks', '/evidence/requests', '/cookies', '/insight'].map((part) => `/sites/demo${part}`);
  for (const at of ['/', ...parts, '/new', '/laws', '/account', '/organisation', '/organisation/members', '/organisation/keys', '/organisation/audit']) {
    await go(at);
    await page.locator('h1, h2').first().waitFor();
    for (const tab of await page.getByRole('tab').all()) await tab.click();
    assert.deepEqual(await page.evaluate(() => window.broken), [], at);
  }
  await go('/sites/demo');
  await see('preview-frame').waitFor();
  assert.deepEqual(faults, []);
  const outcome = await page.evaluate(() => {
    try {
      document.createElement('div').innerHTML = '<img src=x onerror="window.broken.push(1)">';
      return 'taken';
    } catch (e) {
      return e.name;
    }
  });
  assert.equal(outcome, 'TypeError');
});
