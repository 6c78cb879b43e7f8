// What a marketer meets beside the demo: a site of their own, its card, and its bar on a phone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { guest, password } from './dashboard.mjs';
import { startDemo, until } from './harness.mjs';

const demo = await startDemo();
after(demo.stop);
const { server } = demo;
const { page, see, go } = await guest(demo);
const api = (route, method = 'GET', body) =>
  page.evaluate(async ([r, m, b]) => {
    const answer = await fetch(`/v1/${r}`, { method: m, headers: { 'content-type': 'application/json' }, body: b && JSON.stringify(b) });
    if (!answer.ok) throw new Error(`${m} ${r}: ${await answer.text()}`);
    return answer.json();
  }, [route, method, body]);
const names = async () => (await api('sites')).sites.map((s) => s.id).sort();

async function wizard(domain, upTo) {
  await go('/new');
  await see('wizard-domain').fill(domain);
  await see('wizard-name').fill('Example Ltd');
  await see('wizard-email').fill('privacy@example.com');
  await see('wizard-address').fill('1 Main Street, Orlando');
  await see('wizard-next').click();
  // What is missing is shown where it can be seen.
  await see('wizard-next').click();
  await until(() => see('wizard-country').evaluate((e) => {
    const { left, top, height } = e.getBoundingClientRect();
    return document.activeElement === e && document.elementFromPoint(left + 20, top + height / 2) === e;
  }));
  await see('wizard-country').fill('Florida');
  await page.getByRole('option', { name: /Florida/ }).click();
  await see('wizard-next').click();
  await see('preview-frame').waitFor();
  if (upTo === 'look') return;
  await see('wizard-next').click();
  await page.getByRole('heading', { name: 'The banner is live. Now the tag' }).waitFor();
}

test('a wizard that was left behind is gone on with, and leaves no second draft', async () => {
  await wizard('https://shop.example.com', 'look');
  assert.deepEqual(await names(), ['demo', 'shop-example-com']);
  await go('/new');
  await see('wizard-domain').fill('www.shop.example.com');
  await see('wizard-there').getByText('never published').waitFor();
  await wizard('shop.example.com');
  assert.deepEqual(await names(), ['demo', 'shop-example-com']);
  await go('/new');
  await see('wizard-domain').fill('shop.example.com');
  await see('wizard-there').getByText('has a banner already').waitFor();
});

test('the way back of the browser leads to the step before, with all answers', async () => {
  await go('/new');
  await see('wizard-domain').fill('back.example.com');
  await see('wizard-name').fill('Example Ltd');
  await see('wizard-email').fill('privacy@example.com');
  await see('wizard-address').fill('1 Main Street, Orlando');
  await see('wizard-next').click();
  await see('wizard-country').waitFor();
  await page.goBack();
  assert.equal(await see('wizard-domain').inputValue(), 'back.example.com');
  await page.goForward();
  await see('wizard-country').waitFor();
});

test('of hundreds of cookies one is open, found by its name and changed', async () => {
  const { draft } = await api('sites/shop-example-com');
  const purpose = draft.purposes[1].id;
  await api('sites/shop-example-com/draft', 'PUT', { ...draft, cookies: Array.from({ length: 300 }, (_, i) => ({ name: `_seen_${i}`, purpose })) });
  await go('/sites/shop-example-com?room=vendors');
  await page.getByRole('button', { name: '_seen_299' }).waitFor();
  assert.equal(await see('cookie-name').count(), 0, 'no field of a cookie that is not open');
  await see('cookies-find').fill('seen_290');
  await page.getByRole('button', { name: '_seen_290' }).click();
  await see('cookie-name').fill('_renamed');
  await until(async () => assert.equal((await api('sites/shop-example-com')).draft.cookies[290].name, '_renamed'));
  await see('cookie-add').click();
  await until(async () => assert.match(await see('cookie-name').inputValue(), /^name_301$/));
  await page.getByRole('button', { name: 'Remove name_301' }).click();
  await until(async () => assert.equal((await api('sites/shop-example-com')).draft.cookies.length, 300));
});

test('a purpose of the own has a name and a sentence from the start, and takes them along', async () => {
  await go('/sites/shop-example-com?room=purposes');
  const own = () => api('sites/shop-example-com');
  const name = page.getByLabel('Another purpose');
  await name.fill('Fun & games');
  await page.getByText('“fun-games”').waitFor();
  await page.getByLabel('What it is for').fill('Puzzles that know how far you came.');
  await page.keyboard.press('Enter');
  await until(async () => {
    const { draft, findings } = await own();
    assert.deepEqual(draft.purposes.at(-1), { id: 'fun-games', classes: ['functional'], basis: 'consent' });
    assert.equal(draft.texts.en['purpose.fun-games.title'], 'Fun & games');
    assert.equal(draft.texts.en['purpose.fun-games.description'], 'Puzzles that know how far you came.');
    assert.ok(!(findings ?? []).some((f) => f.path.includes('fun-games')));
  });
  await name.fill('FUN – Games');
  await page.getByText('There is a purpose of this name').waitFor();
  // Of a name in other letters no id can be made.
  await name.fill('ゲーム');
  await page.getByText('“purpose-1”').waitFor();
  await name.fill('');
  await page.getByRole('button', { name: 'Fun & games' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).filter({ visible: true }).click();
  await until(async () => {
    const { draft } = await own();
    assert.ok(!draft.purposes.some((p) => p.id === 'fun-games'));
    assert.ok(!JSON.stringify(draft.texts ?? {}).includes('fun-games'), 'no words are left that belong to nothing');
  });
});

test('a new site starts with dark colours of its brand that can be told apart', async () => {
  const { findings } = await api('sites/shop-example-com/findings');
  assert.deepEqual(findings.filter((f) => f.rule === 'D05'), []);
  const { draft } = await api('sites/shop-example-com');
  await go('/sites/shop-example-com');
  await see('colour-accent').fill('#7a1030');
  await see('colour-accent').press('Tab');
  await until(async () => {
    const { accent, dark } = (await api('sites/shop-example-com')).draft.banner.theme;
    assert.equal(accent, '#7a1030');
    assert.ok(dark.accent !== draft.banner.theme.dark.accent, 'what was made from the accent follows it');
  });
  await see('colour-dark-accent').fill('#ffcc00');
  await see('colour-dark-accent').press('Tab');
  await see('colour-accent').fill('#112233');
  await see('colour-accent').press('Tab');
  await until(async () => assert.equal((await api('sites/shop-example-com')).draft.banner.theme.accent, '#112233'));
  assert.equal((await api('sites/shop-example-com')).draft.banner.theme.dark.accent, '#ffcc00', 'what somebody chose stays');
});

test('a card tells where its site is and what waits there, and many sites can be searched', async () => {
  const asked = await fetch(`${server.url}/privacy/shop-example-com/request`, {
    method: 'POST', redirect: 'manual', headers: { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ kind: 'question', message: 'Who gets my data?' }),
  });
  assert.ok(asked.status < 400, `${asked.status}`);
  const { cookie_domain: _, ...draft } = (await api('sites/shop-example-com')).draft;
  for (const id of ['north', 'south', 'west']) await api(`sites/${id}/draft`, 'PUT', { ...draft, id, name: `Shop ${id}`, origins: [`https://${id}.example.org`] });
  await go('/');
  await see('site-card-shop-example-com').getByText('shop.example.com', { exact: true }).waitFor();
  await see('sites-find').fill('example.org WEST');
  await see('site-card-west').waitFor();
  assert.equal(await page.locator('.site-card').count(), 1);
  await see('sites-find').fill('');
  // Of a banner that nobody answers, the tag is the likeliest cause.
  assert.match(await see('site-figures-shop-example-com').getByText('No choices yet').getAttribute('href'), /\/sites\/shop-example-com\?room=embed$/);
  await see('site-figures-shop-example-com').getByText('1 open request').click();
  await page.getByText('Who gets my data?').waitFor();
});

test('a site is ended only by whoever says so twice', async () => {
  const state = async (id) => (await api('sites')).sites.find((s) => s.id === id)?.state;
  const site = (id) => go(`/sites/${id}`).then(() => page.getByRole('tab', { name: 'Site', exact: true }).click());
  await site('shop-example-com');
  await see('archive').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await see('sure').waitFor({ state: 'detached' });
  assert.equal(await state('shop-example-com'), 'live');
  await see('archive').click();
  await see('sure').click();
  await page.getByRole('button', { name: 'Serve it again' }).click();
  await page.getByRole('button', { name: 'Archive it' }).waitFor();
  assert.equal(await state('shop-example-com'), 'live');
  await site('north');
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('nothing of it is left').waitFor();
  await see('sure').click();
  await see('site-card-west').waitFor();
  assert.equal(await state('north'), undefined);
});

test('a long name gives way to what stands beside it in the bar, and cuts nothing else', async () => {
  const { draft } = await api('sites/west');
  await api('sites/west/draft', 'PUT', { ...draft, name: 'Example Company With A Remarkably Long Legal Name & Sons Incorporated Ltd' });
  for (const [where, last] of [['/sites/west', 'publish'], ['/sites/west/evidence', undefined]])
    for (const width of [1366, 1130, 1000, 760, 360]) {
      await page.setViewportSize({ width, height: 768 });
      await go(where);
      await page.locator('.site-name').waitFor();
      if (last) await see(last).waitFor();
      const cut = await page.locator('.topbar :is(a, button):visible').evaluateAll((all) =>
        all.filter((e) => {
          const { left, right } = e.getBoundingClientRect();
          const at = document.elementFromPoint((left + right) / 2, 30);
          return right > innerWidth || e.scrollWidth > e.clientWidth + 1 || [...e.querySelectorAll('*')].some((x) => x.scrollWidth > x.clientWidth + 1 && getComputedStyle(x).overflow === 'hidden' && x.clientWidth > 1) || !(e === at || e.contains(at) || e.matches('.skip'));
        }).map((e) => e.outerHTML.slice(0, 120)),
      );
      assert.deepEqual(cut, [], `${where} at ${width}`);
    }
  await page.setViewportSize({ width: 1366, height: 768 });
});

test('a name of one endless word is broken where the window ends', async () => {
  const { draft } = await api('sites/west');
  await api('sites/west/draft', 'PUT', { ...draft, name: 'Donaudampfschifffahrtsgesellschaftskapitaensmuetzenundmehr GmbH', origins: ['https://a-very-long-host-name-that-has-no-end-at-all-in-sight.example.com'] });
  await page.setViewportSize({ width: 320, height: 640 });
  for (const where of ['/', '/laws', '/sites/west', '/sites/west?room=site', '/sites/west/insight', '/sites/west/evidence']) {
    await go(where);
    await page.getByText('Donaudampf').first().or(page.locator('option', { hasText: 'Donaudampf' })).first().waitFor({ state: 'attached' });
    const out = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => !e.closest('.wide, .tabs, .parts, svg, [aria-hidden=true]') && e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width > 1).map((e) => e.outerHTML.slice(0, 100)));
    assert.deepEqual(out, [], where);
  }
  await page.setViewportSize({ width: 1366, height: 768 });
});

test('on a phone the bar of the editor shows the name of the site', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await go('/sites/demo');
  const name = page.locator('h1.site-name');
  await name.waitFor();
  await until(async () => {
    const cut = await name.evaluate((e) => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]);
    assert.deepEqual(cut.map((over) => over <= 1), [true, true], `LeadiumX demo is cut: ${cut}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${over} px too wide`);
  });
  await page.setViewportSize({ width: 1366, height: 768 });
});

test('who looked around first makes their account later, on its page', async () => {
  await go('/account');
  await see('own-name').fill('Ada Owner');
  await see('own-email').fill('ada@example.com');
  await see('new-password').fill(password);
  await see('own-make').click();
  await page.getByRole('heading', { name: 'Your name' }).or(page.getByLabel('Your name')).first().waitFor();
  await page.getByText('ada@example.com').waitFor();
  assert.equal(await see('own-make').count(), 0);
});
