// In a dashboard that speaks German, the server does too; and each language is written as its speakers do.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { guest, somebody } from './dashboard.mjs';
import { startDemo } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const german = { locale: 'de-DE' };
const hans = await guest(demo, german);

test('a problem is told in German, with its way out', async () => {
  const { page, see, go } = await somebody(demo, german);
  await go('/');
  await see('sign-in-email').fill('ada@example.com');
  await see('sign-in-password').fill('not the right password');
  await see('sign-in').click();
  await page.getByText('Die E-Mail-Adresse, das Passwort oder der Code stimmt nicht.').waitFor();
  assert.equal(await see('sign-in-email').inputValue(), 'ada@example.com', 'what was typed stays');
  await page.getByText('Versuchen Sie es noch einmal; ein Code gilt einmal.').waitFor();
});

test('a finding of the banner rules is told in German, and so are the places and languages that it names', async () => {
  const { page, see, go } = hans;
  await go('/sites/demo');
  await see('colour-accent').fill('#ffffff');
  await see('colour-accent').press('Tab');
  const finding = see('finding-D05').first();
  await finding.waitFor();
  assert.match(await finding.innerText(), /In hellen Schemata hat die Beschriftung der Knöpfe einen Kontrast von 1,00 zu 1 und braucht 4,5\.\s+Wählen Sie Farben, deren Kontrast mindestens 4,5 zu 1 ist\./);
  // Places and languages that a finding names are named in German too.
  await page.locator('[data-room=words]').click();
  await see('finding-D35').first().waitFor();
  const text = await see('finding-D35').first().innerText();
  assert.match(text, /Malaysia \(Malaiisch\)/);
  assert.doesNotMatch(text, /\b[A-Z]{2} \(|\(ms/);
});

test('in a Spanish list the name of a language begins with a capital, as what stands alone does', async () => {
  const { page, see, go } = hans;
  await page.evaluate(() => localStorage.setItem('lx-dashboard-language', 'es'));
  await go('/sites/demo');
  await see('preview-locale').waitFor();
  assert.deepEqual((await see('preview-locale').locator('option').allInnerTexts()).slice(0, 3), ['Inglés', 'Alemán', 'Francés']);
});
