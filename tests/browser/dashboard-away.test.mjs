// What somebody sees while the store is away that holds their session.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { guest } from './dashboard.mjs';
import { axe, startBrowser, startRedis, startServer, tempDir } from './harness.mjs';

const temp = tempDir();
let redis = await startRedis(temp.dir);
const server = await startServer({ dir: temp.dir, args: ['--redis', redis.url] });
const browser = await startBrowser();
after(async () => {
  await browser.close();
  await server.stop();
  await redis.stop();
  temp.remove();
});

test('while the store is away there is no form that would refuse a right password, and the page comes by itself', async () => {
  const { page, see, go, faults } = await guest({ server, browser });
  await redis.stop();
  await go('/');
  await page.getByRole('heading', { level: 1, name: 'The dashboard waits for its store' }).waitFor();
  await page.getByText('Your visitors are served').waitFor();
  assert.equal(await see('sign-in-password').count(), 0);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  assert.deepEqual(violations.map((v) => v.id), []);
  const script = await fetch(`${server.url}/s/demo.js`);
  assert.equal(script.status, 200, 'what the page says of visitors is so');
  redis = await startRedis(temp.dir, redis.port);
  await see('site-card-demo').waitFor();
  assert.deepEqual(faults.filter((f) => !/status of 503/.test(f)), []);
});
