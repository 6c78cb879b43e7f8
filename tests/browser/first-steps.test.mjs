// docs/first-steps.md, done as it stands there, on other ports.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { guest } from './dashboard.mjs';
import { root, startDemo, until, visitor } from './harness.mjs';

const steps = readFileSync(path.join(root, 'docs/first-steps.md'), 'utf8');
let demo;
let page;
let port;
before(async () => {
  demo = await startDemo();
  const html = /^```html\n([\s\S]*?)^```/m.exec(steps)[1].replaceAll('localhost:8080', `localhost:${demo.server.port}`);
  page = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(html));
  await new Promise((ready) => page.listen(0, 'localhost', ready));
  port = page.address().port;
});
after(async () => {
  page?.close();
  await demo?.stop();
});

test('who follows the first steps has a page that waits, a check and a record', async () => {
  const owner = await guest(demo);
  const { see } = owner;
  await owner.page.getByRole('link', { name: 'Add a site' }).first().click();
  await see('wizard-domain').fill(`localhost:${port}`);
  await see('wizard-name').fill('Example Ltd');
  await see('wizard-email').fill('privacy@example.com');
  await see('wizard-address').fill('1 Main Street, Orlando');
  await see('wizard-policy').fill('https://example.com/privacy');
  await see('wizard-next').click();
  await see('wizard-country').fill('France');
  await owner.page.getByRole('option', { name: 'France', exact: true }).click();
  await see('wizard-next').click();
  await see('preview-frame').waitFor();
  await see('wizard-next').click();
  await owner.page.getByRole('heading', { name: 'The banner is live. Now the tag' }).waitFor();

  const v = await visitor(demo.browser);
  await v.open(`http://localhost:${port}/`);
  await v.page.locator('#lx-consent [data-lx-action="accept"]').waitFor();
  assert.equal(await v.page.title(), 'Waiting');
  await v.page.click('#lx-consent [data-lx-action="accept"]');
  await until(async () => (await v.page.title()) === 'Counted');

  const allowed = async () => {
    const value = await v.page.evaluate(() => document.cookie.match(/lx_consent=([^;]+)/)[1]);
    const answer = await fetch(`${demo.server.url}/v1/check?site=localhost&purpose=analytics`, { headers: { cookie: `lx_consent=${value}` } });
    return (await answer.json()).decisions[0].allow;
  };
  await until(allowed);

  await v.page.click('body > [data-lx-action="settings"]');
  await v.page.click('#lx-consent [data-lx-action="reject"]');
  await until(async () => !(await allowed()));
  await v.open(`http://localhost:${port}/`);
  assert.equal(await v.page.title(), 'Waiting');
  assert.deepEqual(v.faults, []);

  await owner.go('/sites/localhost/evidence');
  await owner.page.getByRole('button', { name: /Open the record/ }).nth(1).waitFor();
  assert.deepEqual(owner.faults, []);
});
