// In a dashboard that speaks German, the server does too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser, startServer, tempDir, visitor } from './harness.mjs';

const temp = tempDir();
let server;
let browser;
let page;

before(async () => {
  server = await startServer({ dir: temp.dir });
  browser = await startBrowser();
  ({ page } = await visitor(browser, { locale: 'de-DE' }));
});
after(async () => {
  await browser?.close();
  await server?.stop();
  temp.remove();
});

test('a problem is told in German, with its way out', async () => {
  await page.goto(`${server.url}/dashboard/`);
  await page.getByTestId('sign-in-email').fill('ada@example.com');
  await page.getByTestId('sign-in-password').fill('not the right password');
  await page.getByTestId('sign-in').click();
  await page.getByText('Die E-Mail-Adresse, das Passwort oder der Code stimmt nicht.').waitFor();
  assert.equal(await page.getByTestId('sign-in-email').inputValue(), 'ada@example.com', 'what was typed stays');
  await page.getByText('Versuchen Sie es noch einmal; ein Code gilt einmal.').waitFor();
});

test('a finding of the banner rules is told in German, and so is what keeps a draft from being saved', async () => {
  await page.goto(server.dashboard);
  await page.click('[data-testid="own-later"]');
  await page.click('[data-testid="site-card-demo"]');
  await page.getByTestId('preview-frame').waitFor();
  await page.getByTestId('colour-accent').fill('#ffffff');
  await page.getByTestId('colour-accent').press('Tab');
  const finding = page.getByTestId('finding-D05').first();
  await finding.waitFor();
  assert.match(await finding.innerText(), /In hellen Schemata hat die Beschriftung der Knöpfe einen Kontrast von 1\.00 zu 1 und braucht 4\.5\.\s+Wählen Sie Farben, deren Kontrast mindestens 4,5 zu 1 ist\./);
});

test('places and languages that a finding names are named in German', async () => {
  await page.locator('[data-room=words]').click();
  const finding = page.getByTestId('finding-D35').first();
  await finding.waitFor();
  const text = await finding.innerText();
  assert.match(text, /Malaysia \(Malaiisch\)/);
  assert.doesNotMatch(text, /\b[A-Z]{2} \(|\(ms/);
});
