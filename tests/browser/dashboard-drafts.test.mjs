// What somebody typed is not lost: to another tab, to the end of a session, to a server that is away.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { owner, password } from './dashboard.mjs';
import { startDemo, startServer, until } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const ada = await owner(demo);
const { page, see, go, saved } = ada;
const draft = () => page.evaluate(async () => (await (await fetch('/v1/sites/demo')).json()).draft);

test('the room that is open stands in the address, and a reload leads to it', async () => {
  await go('/sites/demo?room=words');
  await see('text-banner.title').waitFor();
  await page.getByRole('tab', { name: 'Purposes' }).click();
  await page.waitForURL('**/sites/demo?room=purposes');
  await page.reload();
  await page.getByRole('tab', { name: 'Purposes', selected: true }).waitFor();
  await page.getByRole('tab', { name: 'Look' }).click();
  await page.waitForURL('**/sites/demo');
});

test('two tabs that edit one draft keep the changes of both', async () => {
  await go('/sites/demo?room=words');
  await see('text-banner.title').waitFor();
  const other = await ada.context.newPage();
  await other.goto(`${demo.server.url}/dashboard/sites/demo?room=words`);
  await other.getByTestId('text-button.settings').fill('Choose');
  await other.waitForFunction(() => /^saved/i.test(document.querySelector('[data-testid="save-state"]')?.textContent ?? ''));
  await see('text-banner.title').fill('Your data, your call');
  await page.getByText('This draft was changed elsewhere, too').waitFor();
  await saved();
  const { texts } = await draft();
  assert.deepEqual([texts.en['button.settings'], texts.en['banner.title']], ['Choose', 'Your data, your call']);
  assert.equal(await see('text-button.settings').inputValue(), 'Choose', 'what came is shown');
  // Where both change the same, the later one stays, and is told.
  await other.getByTestId('text-banner.title').fill('Theirs');
  await until(async () => assert.equal((await draft()).texts.en['banner.title'], 'Theirs'));
  await see('text-banner.title').fill('Mine');
  await page.getByText('There yours stays').first().waitFor();
  await until(async () => assert.equal((await draft()).texts.en['banner.title'], 'Mine'));
  await other.close();
});

test('a session that ends while somebody edits takes nothing away, and who signs in again goes on', async () => {
  await go('/sites/demo?room=words');
  await see('text-banner.title').waitFor();
  await page.evaluate(async () => fetch('/v1/session', { method: 'DELETE' }));
  await see('text-banner.title').fill('Typed after the end');
  await page.getByText('Your session has ended').waitFor();
  assert.equal(await see('text-banner.title').isVisible(), false, 'what is behind the door is not seen');
  assert.equal(await see('sign-in-email').inputValue(), 'ada@example.com');
  await until(() => see('sign-in-password').evaluate((e) => e === document.activeElement));
  await see('sign-in-password').fill(password);
  await page.keyboard.press('Enter');
  await see('text-banner.title').waitFor();
  assert.equal(await see('text-banner.title').inputValue(), 'Typed after the end');
  await until(async () => assert.equal((await draft()).texts.en['banner.title'], 'Typed after the end'));
});

test('what could not be had shows itself when the server is back, be it a part of the dashboard or what it shows', async () => {
  await go('/');
  await see('site-card-demo').waitFor();
  const { port } = demo.server;
  const away = async (open, said, then) => {
    await demo.server.stop();
    await open();
    await page.getByText(said).first().waitFor();
    demo.server = await startServer({ dir: demo.dir, port });
    await then.waitFor();
  };
  await away(() => page.getByRole('link', { name: 'Organisation' }).click(), 'This page could not be loaded', see('tenant-name'));
  await away(() => page.getByRole('tab', { name: 'Members' }).click(), 'The server does not answer', page.getByText('ada@example.com'));
});

test('what is typed while the server is away is saved when it is back', async () => {
  await go('/sites/demo?room=words');
  await see('text-banner.title').waitFor();
  const { port } = demo.server;
  await demo.server.stop();
  await see('text-banner.title').fill('Typed into the void');
  await page.getByText('The server does not answer').first().waitFor();
  demo.server = await startServer({ dir: demo.dir, port });
  await saved();
  assert.equal((await draft()).texts.en['banner.title'], 'Typed into the void');
});

/** The values that this browser holds of what was typed and not saved. */
const unsaved = () => page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith('lx-unsaved/')).map(([, kept]) => JSON.parse(kept)));

test('what is typed while the server is away is offered to whoever has left the editor and comes back', async () => {
  await go('/sites/demo?room=words');
  await see('text-banner.title').waitFor();
  const { port } = demo.server;
  await demo.server.stop();
  await see('text-banner.title').fill('Typed and left');
  await page.getByText('The server does not answer').first().waitFor();
  await page.getByRole('link', { name: 'LeadiumX Consent, all sites' }).click();
  await page.waitForURL('**/dashboard/');
  demo.server = await startServer({ dir: demo.dir, port });
  await see('site-card-demo').waitFor();
  await see('site-card-demo').getByRole('link').first().click();
  await see('unsaved').getByText('Words · English · ').waitFor();
  assert.deepEqual((await unsaved()).map(({ doc }) => doc), [{ texts: { en: { 'banner.title': 'Typed and left' } } }], 'nothing but what was typed is kept');
  await see('unsaved-take').click();
  await saved();
  await until(async () => assert.equal((await draft()).texts.en['banner.title'], 'Typed and left'));
  assert.deepEqual([await see('unsaved').count(), await unsaved()], [0, []]);
});

test('an entry of the browser that is damaged hides no other, and goes', async () => {
  const damaged = ['{"base":', '{}', '{"base":1,"doc":{},"at":"2026-01-01"}', 'null'];
  await page.evaluate((texts) => {
    const kept = { base: { name: 'x' }, doc: { name: 'Kept name' }, at: new Date().toISOString() };
    for (const [i, text] of [...texts, JSON.stringify(kept)].entries()) localStorage.setItem(`lx-unsaved/default/demo/old${i}`, text);
  }, damaged);
  await go('/sites/demo');
  await see('unsaved').waitFor();
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('lx-unsaved/')).length), 1);
  await see('unsaved-drop').click();
  await see('sure').click();
  await see('unsaved').waitFor({ state: 'detached' });
});

test('what could not be saved outlives a reload, and is dropped after a question', async () => {
  await go('/sites/demo?room=words');
  await see('text-banner.title').waitFor();
  await page.route('**/draft', (r) => (r.request().method() === 'PUT' ? r.abort() : r.fallback()));
  await see('text-banner.title').fill('Typed and reloaded');
  page.once('dialog', (d) => d.accept());
  await page.reload();
  await see('unsaved').waitFor();
  await page.unroute('**/draft');
  await see('unsaved-drop').click();
  await see('sure').click();
  await see('unsaved').waitFor({ state: 'detached' });
  assert.deepEqual(await unsaved(), []);
  assert.equal((await draft()).texts.en['banner.title'], 'Typed and left');
});

test('a draft that is as it is live offers nothing to publish, and one edit changes that', async () => {
  await go('/sites/demo?room=words');
  await see('publish').click();
  await see('publish-confirm').click();
  await page.getByText('is live', { exact: false }).first().waitFor();
  await see('publish-confirm').waitFor({ state: 'detached' });
  await see('publish').click();
  await see('publish-nothing').getByText('The draft is the same as edition 2').waitFor();
  assert.equal(await see('publish-confirm').count(), 0);
  await page.keyboard.press('Escape');
  await see('text-prefs.title').fill('Your settings');
  await saved();
  await see('publish').click();
  await see('changes').getByText('Built-in').waitFor();
  await see('publish-confirm').waitFor();
});

test('whoever publishes or rolls back is told before who is asked again, and why', async () => {
  // Words ask nobody.
  await see('asks-again').getByText('nobody is asked again').waitFor();
  await page.keyboard.press('Escape');
  const doc = await draft();
  const cookies = doc.cookies.map((c) => (c.name === '_ga' ? { ...c, lifetime: '2 hours' } : c));
  const vendors = [...doc.vendors, { id: 'maps', name: 'Maps Inc', purposes: ['marketing'], role: 'joint_controller' }];
  await page.evaluate((body) => fetch('/v1/sites/demo/draft', { method: 'PUT', headers: { 'content-type': 'application/json' }, body }), JSON.stringify({ ...doc, vendors, cookies }));
  await go('/sites/demo');
  await see('publish').click();
  await see('changes').getByText('Maps Inc; Uses data for: Marketing; Its part: Joint controller').waitFor();
  // Fields are called as the editor calls them.
  await see('changes').getByText('Cookies and storage · _ga · How long it stays', { exact: true }).waitFor();
  await see('changes').getByText('Vendors · Maps Inc', { exact: true }).waitFor();
  assert.doesNotMatch(await see('changes').innerText(), /lifetime|purposes:/);
  await see('asks-again').getByText('Marketing: whoever agreed, because these vendors were not named: Maps Inc').waitFor();
  await see('publish-confirm').click();
  await see('publish-confirm').waitFor({ state: 'detached' });
  await go('/sites/demo?room=editions');
  await see('rollback-2').click();
  await see('asks-again').getByText('nobody is asked again').waitFor();
  await page.keyboard.press('Escape');
});

test('a publication that is planned is judged by what is live on its day', async () => {
  const day = (n) => `${new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 11)}09:00`;
  const put = (doc) => page.evaluate((body) => fetch('/v1/sites/demo/draft', { method: 'PUT', headers: { 'content-type': 'application/json' }, body }), JSON.stringify(doc));
  const doc = await draft();
  await put({ ...doc, vendors: [...doc.vendors, { id: 'films', name: 'Films Inc', purposes: ['marketing'] }] });
  await go('/sites/demo');
  await see('publish').click();
  await see('publish-later').press(' ');
  await see('publish-when').fill(day(3));
  await see('asks-again').getByText('Films Inc').waitFor();
  await see('publish-confirm').click();
  await see('publish-confirm').waitFor({ state: 'detached' });
  await put({ ...(await draft()), name: 'Another name' });
  await go('/sites/demo');
  await see('publish').click();
  await see('asks-again').getByText('Films Inc').waitFor();
  await see('publish-later').press(' ');
  await see('publish-when').fill(day(5));
  await see('asks-again').getByText('nobody is asked again').waitFor();
  await page.keyboard.press('Escape');
});

test('who comes to a site that is not there is led to those that are', async () => {
  await go('/sites/nosuch');
  await page.getByText('There is no site').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
  await page.getByRole('link', { name: 'Go to your sites' }).click();
  await see('site-card-demo').waitFor();
});
