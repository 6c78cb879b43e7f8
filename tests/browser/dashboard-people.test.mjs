// What people may do, and what happens to what they typed: plans, roles, a wrong password, two organisations.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import { editor, owner, password, somebody } from './dashboard.mjs';
import { startDemo, until } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const ada = await owner(demo);
const { page, see, go, saved } = ada;
/** The code that an authenticator app shows now. */
const codeOf = (secret) => {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const sum = createHmac('sha1', key).update(step).digest();
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
};
const room = (name) => page.getByRole('tab', { name, exact: false }).first().click();

test('a planned edition is called planned, the one that visitors get is called live, and the plan can be dropped', async () => {
  await go('/sites/demo');
  await room('Words');
  await see('text-banner.title').fill('Your data, your call');
  await saved();
  await see('publish').click();
  // One text is one line of the list, and not the whole catalogue.
  await see('changes').getByText('Words · English · ').waitFor();
  await see('publish-later').press(' ');
  assert.match(await see('publish-when').inputValue(), /T09:00$/, 'a day is proposed');
  await see('publish-confirm').click();
  await room('Editions');
  const edition = (n) => page.locator('.edition').filter({ hasText: `Edition ${n}` });
  await edition(2).getByText('Planned', { exact: true }).waitFor();
  await edition(1).getByText('Live', { exact: true }).waitFor();
  assert.equal(await edition(2).getByText('Live', { exact: true }).count(), 0);
  await see('plan-drop').click();
  await see('rollback-confirm').click();
  await edition(3).getByText('Live', { exact: true }).waitFor();
  await edition(2).getByText('Never live').waitFor();
  const row = await page.evaluate(async () => (await (await fetch('/v1/sites')).json()).sites[0]);
  assert.deepEqual([row.edition, row.upcoming], [3, undefined]);
  // The buttons are not cut.
  const over = await page.locator('.edition-deed').evaluateAll((all) => all.map((b) => b.scrollWidth - b.clientWidth));
  assert.ok(over.length > 0 && over.every((px) => px <= 0), over.join());
});

test('an editor is offered no publishing, and may still edit', async () => {
  const bob = await editor(demo, ada, 'bob@example.com');
  await bob.go('/sites/demo');
  await bob.see('preview-frame').waitFor();
  assert.equal(await bob.see('publish').count(), 0);
  await bob.page.getByRole('tab', { name: 'Editions' }).click();
  await bob.page.locator('.edition').first().waitFor();
  assert.equal(await bob.page.locator('.edition-deed').count(), 0);
  await bob.close();
});

test('a member gets another role, and a membership ends', async () => {
  await go('/organisation/members');
  const bob = async () => (await page.evaluate(async () => (await fetch('/v1/members')).json())).members.find((m) => m.email === 'bob@example.com');
  await page.getByRole('combobox', { name: 'Role of bob' }).selectOption('analyst');
  await until(async () => assert.equal((await bob()).role, 'analyst'));
  // Who may only look is let to look, without errors.
  const other = await somebody(demo);
  await other.go('/');
  await other.see('sign-in-email').fill('bob@example.com');
  await other.see('sign-in-password').fill(password);
  await other.see('sign-in').click();
  await other.see('site-card-demo').waitFor();
  assert.equal(await other.page.getByRole('link', { name: 'Add a site' }).count(), 0);
  await other.go('/sites/demo');
  await other.page.getByText('You may look, and change nothing here').waitFor();
  assert.ok(await other.see('colour-accent').isDisabled());
  // The banner is theirs to see: of the draft as it is saved, and of nothing that they bring.
  const shown = () => other.page.frameLocator('[data-testid="preview-frame"]').locator('#lx-consent h2').first().innerText();
  const draft = await page.evaluate(async () => {
    const { draft } = await (await fetch('/v1/sites/demo')).json();
    draft.texts = { en: { 'banner.title': 'As it is saved' } };
    await fetch('/v1/sites/demo/draft', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(draft) });
    return draft;
  });
  await other.page.reload();
  await until(async () => assert.equal(await shown(), 'As it is saved'));
  const brought = await other.page.evaluate(async (site) => (await fetch('/v1/sites/demo/preview', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ site, place: 'FR', locale: 'en', gpc: false }) })).status, draft);
  assert.equal(brought, 403);
  assert.equal(await other.see('save-state').count(), 0);
  // What may not be done is not offered, and an address that leads there says why.
  assert.deepEqual(await other.page.locator('.nav-row .nav-link').allInnerTexts(), ['Banner', 'Insight', 'Cookies']);
  await other.page.setViewportSize({ width: 360, height: 740 });
  await other.page.locator('.sides').getByText('Preview').click();
  await other.page.frameLocator('[data-testid="preview-frame"]').locator('#lx-consent').waitFor();
  await other.page.setViewportSize({ width: 1366, height: 768 });
  await other.go('/sites/demo/evidence');
  await other.page.getByText('Your role does not see what is recorded').waitFor();
  await other.go('/new');
  await other.page.getByText('Your role adds no sites').waitFor();
  await other.close();
  await page.getByRole('button', { name: 'More for bob' }).click();
  await page.getByRole('menuitem', { name: 'End the membership' }).click();
  await see('sure').click();
  await until(async () => assert.equal(await bob(), undefined));
});

test('the door takes what is typed first', async () => {
  const stranger = await somebody(demo);
  await stranger.go('/');
  await stranger.see('sign-in-email').waitFor();
  await until(() => stranger.page.evaluate(() => document.activeElement?.dataset.testid === 'sign-in-email'));
  await stranger.close();
});

test('a wrong password beside the present one changes nothing, says so, and signs nobody out', async () => {
  await go('/account');
  const fields = page.locator('input[autocomplete="current-password"]');
  await fields.fill('not the password at all');
  await see('new-password').fill('another river quiet lantern');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByRole('alert').getByText('not right').waitFor();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  assert.equal(await page.evaluate(async () => (await fetch('/v1/session')).status), 200);
});

test('a form keeps what somebody types, and takes in what somebody else saved meanwhile', async () => {
  await go('/organisation');
  await see('tenant-name').fill('Half a na');
  await page.evaluate(async () => {
    const tenant = await (await fetch('/v1/tenant')).json();
    tenant.contact.email = 'other@example.com';
    const put = await fetch('/v1/tenant', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(tenant) });
    if (!put.ok) throw new Error(await put.text());
  });
  // A window that comes to the front asks the server again.
  await until(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'other@example.com');
  });
  assert.equal(await see('tenant-name').inputValue(), 'Half a na');
});

test('who has an authenticator app is asked for its code after the password, in a field that has the focus', async () => {
  await go('/account');
  await see('totp-begin').click();
  const secret = await page.locator('code').first().innerText();
  await see('totp-code').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Switch it on' }).click();
  const recovery = await page.getByRole('alert').locator('code').first().innerText();
  const other = await somebody(demo);
  await other.go('/');
  await other.see('sign-in-email').fill('ada@example.com');
  await other.see('sign-in-password').fill(password);
  await other.page.keyboard.press('Enter');
  await other.see('code').waitFor();
  assert.equal(await other.page.getByRole('alert').count(), 0, 'it is no fault to have one');
  await other.page.keyboard.type('000000');
  await other.page.keyboard.press('Enter');
  await other.page.getByRole('alert').waitFor();
  await other.see('code').fill(recovery);
  await other.page.keyboard.press('Enter');
  await other.see('site-card-demo').waitFor();
  await other.close();
});

test('one who enters another organisation sees nothing of the first', async () => {
  await go('/organisation/all');
  const form = page.getByRole('region', { name: 'Add an organisation' });
  await form.getByLabel('Name').fill('Client GmbH');
  await form.getByLabel('Short id').fill('client');
  await form.getByRole('button', { name: 'Add' }).click();
  await page.getByText('Client GmbH').first().waitFor();
  // The dashboard opens anew, by itself.
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Enter' }).first().click()]);
  await page.getByRole('heading', { name: 'Add your first site' }).waitFor();
  assert.equal(await page.evaluate(async () => (await (await fetch('/v1/session')).json()).tenant), 'client');
  assert.equal(await see('site-card-demo').count(), 0);
  assert.equal(await page.evaluate(async () => (await fetch('/v1/sites/demo')).status), 404);
});

test('an invitation that follows another in one tab is the one that is shown, and a damaged link is refused', async () => {
  const links = [];
  for (const name of ['first', 'second']) {
    await go('/organisation/members');
    await see('invite').click();
    await see('invite-email').fill(`${name}@example.com`);
    await see('invite-make').click();
    links.push(await see('handed-link').innerText());
  }
  const eve = await somebody(demo);
  try {
    await eve.go('/#invite=%ff');
    await eve.page.getByRole('alert').waitFor();
    for (const [n, name] of ['first', 'second'].entries()) {
      await eve.page.goto(links[n]);
      await until(async () => (await eve.page.getByLabel('E-mail').inputValue()) === `${name}@example.com`);
    }
  } finally {
    await eve.close();
  }
});
