// The controls of the editor's preview: each one changes what the compiled draft does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { guest } from './dashboard.mjs';
import { startDemo, until } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const { page, see, go, faults } = await guest(demo);
await go('/sites/demo');

const inFrame = (what) => page.frameLocator('[data-testid="preview-frame"]').locator(what);
/** Clicks on a switch; Mantine lays its input under a track. */
const turn = (id) => see(id).press(' ');
const accept = () => inFrame('#lx-consent [data-lx-action="accept"]');

test('a first visitor is asked, and one who has refused before is not until the switch is off again', async () => {
  await accept().waitFor();
  await turn('preview-returning');
  await inFrame('#lx-reopen').waitFor();
  assert.equal(await inFrame('#lx-consent').count(), 0, 'who has answered is not asked again');
  // The frame is scaled, so a pointer of the test would miss.
  await inFrame('#lx-reopen').evaluate((b) => b.click());
  await inFrame('#lx-consent section').first().waitFor();
  assert.equal(await inFrame('[data-lx-purpose="analytics"]').isChecked(), false, 'the answer was no');
  await turn('preview-returning');
  await accept().waitFor();
  await inFrame('#lx-consent[data-lx-view="banner"]').waitFor();
});

test('a dark system shows the dark colours', async () => {
  const colour = () => inFrame('#lx-consent').evaluate((e) => getComputedStyle(e).backgroundColor);
  const light = await colour();
  await turn('preview-dark');
  await until(async () => assert.notEqual(await colour(), light));
  await turn('preview-dark');
  await until(async () => assert.equal(await colour(), light));
});

test('who reads from right to left gets a page and a banner that do', async () => {
  const directions = () => Promise.all([inFrame('html').getAttribute('dir'), inFrame('#lx-consent').getAttribute('dir')]);
  assert.deepEqual(await directions(), ['ltr', 'ltr']);
  await turn('preview-rtl');
  await inFrame('#lx-consent[dir="rtl"][lang="ar"]').waitFor();
  assert.deepEqual(await directions(), ['rtl', 'rtl']);
  await turn('preview-rtl');
  await inFrame('#lx-consent[dir="ltr"]').waitFor();
});

test('the place decides the law, and the signal is told of', async () => {
  await see('preview-place').selectOption('US-CA');
  const link = inFrame('#lx-reopen').getByText('Your Privacy Choices');
  await turn('preview-returning');
  await link.waitFor();
  await turn('preview-returning');
  await accept().waitFor();
  assert.equal(await inFrame('#lx-consent [role="status"]').count(), 0);
  await turn('preview-gpc');
  await inFrame('#lx-consent [role="status"]').getByText(/opt-out/i).waitFor();
});

test('a border of its own is on the box at once, and gone at a width of nothing', async () => {
  const edge = () => inFrame('#lx-consent').evaluate((e) => `${getComputedStyle(e).borderTopWidth} ${getComputedStyle(e).borderTopColor}`);
  const width = see('border-width').getByRole('slider');
  const becomes = (want) => until(async () => assert.equal(await edge(), want));
  assert.match(await edge(), /^1px rgba/, 'without one it follows from the text');
  await see('colour-border').fill('#b3005e');
  await see('colour-border').press('Tab');
  await becomes('1px rgb(179, 0, 94)');
  await width.press('ArrowRight');
  await width.press('ArrowRight');
  await becomes('3px rgb(179, 0, 94)');
  await width.press('Home');
  await becomes('1px rgba(0, 0, 0, 0)');
});

// Chromium says so of a heading that would take the focus, where the frame is another site's.
test('the preview ran without an error', () => assert.deepEqual(faults.filter((f) => !f.startsWith('Blocked autofocusing')), []));
