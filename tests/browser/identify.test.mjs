// An account follows its visitor from device to device.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { choose, siteOf, startStage, until, withdraw } from './stage.mjs';

let stage;
before(async () => {
  stage = await startStage();
});
after(() => stage?.stop());

/** Proves a name as the site's own server does. */
const prove = async (site, name) => {
  const { secret } = await (await stage.api('GET', `/v1/sites/${site}/identify-secret`)).json();
  const at = Math.floor(Date.now() / 1000);
  return `${at}.${createHmac('sha256', secret).update(`${at}.${name}`).digest('hex')}`;
};
const identify = (page, name, proof) => page.evaluate(([n, p]) => window.lxConsent.identify(n, p), [name, proof]);
const may = (page) => page.evaluate(() => ['analytics', 'marketing'].map((p) => window.lxConsent.has(p)));
const tags = '<script type="text/plain" data-category="marketing">window.marketed = true</script>';

test('an opt-out of a logged-in visitor follows to the next device', async () => {
  await stage.site(siteOf('club', { cookie_domain: 'shop.localhost', features: { consent_mode: false, cookie_writes: false, identify: true } }));
  stage.serve('www.shop.localhost/club', stage.page('club', tags));
  const proof = await prove('club', 'ann');
  await stage.visit(async (_, phone) => {
    await phone.goto(stage.url('www.shop.localhost', '/club'));
    await choose(phone, 'accept');
    assert.equal(await identify(phone, 'ann', proof), true);
    await stage.visit(async (_, desk) => {
      await desk.goto(stage.url('www.shop.localhost', '/club'));
      assert.deepEqual(await may(desk), [false, false]);
      assert.equal(await identify(desk, 'ann', proof), true);
      assert.deepEqual(await may(desk), [true, true], 'a new device has what the account granted');
      // What waited runs, and nobody is asked twice.
      await until(() => desk.evaluate(() => window.marketed === true));
      await until(async () => !(await desk.locator('#lx-consent').isVisible()));
      await withdraw(desk);
    });
    assert.equal(await identify(phone, 'ann', proof), true);
    assert.deepEqual(await may(phone), [false, false], 'the opt-out is here too');
    await phone.reload();
    assert.deepEqual(await may(phone), [false, false], 'and stays');
    await choose(await shown(phone), 'accept');
  });
  const asked = await (await stage.api('GET', '/v1/check?site=club&purpose=marketing&external_id=ann')).json();
  assert.equal(asked.decisions[0].reason, 'granted', 'the latest decision counts');
});

/** Opens the banner again. */
const shown = async (page) => {
  await page.evaluate(() => window.lxConsent.show());
  return page;
};

test('without a proof nothing is linked, and without the feature nothing is asked', async () => {
  await stage.visit(
    async (_, page) => {
      await page.goto(stage.url('www.shop.localhost', '/club'));
      assert.equal(await identify(page, 'ann', '1.00'), false);
      assert.deepEqual(await may(page), [false, false]);
    },
    { known: /403/ },
  );
  await stage.site(siteOf('plain'));
  stage.serve('www.shop.localhost/plain', stage.page('plain'));
  await stage.visit(async (_, page) => {
    await page.goto(stage.url('www.shop.localhost', '/plain'));
    await page.route('**/v1/identify', () => assert.fail('asked'));
    assert.equal(await page.evaluate(() => window.lxConsent.identify('ann', '1.00')), false);
  });
});
