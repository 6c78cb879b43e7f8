// Every layout, under every kind of law and in four languages, against the
// rules of docs/rules.md; and the proof that the checker finds what is wrong.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { around, banner, behaviour, check, keyboard, preferences, preferred, sizes, spacing } from '../../snippet/test/rules/index.mjs';
import { choose, startDemo, until } from './harness.mjs';

const token = 'a-token-for-the-rules-of-banners-0123';
const layouts = ['bar', 'box', 'modal', 'corner'];
const locales = ['en', 'de', 'fr', 'ar'];
const laws = {
  'opt-in': { country: 'FR', months: 12, closeRefuses: true },
  'opt-out': { country: 'US', region: 'VA', months: 12 },
  notice: { country: 'US', region: 'WY', months: 12 },
  links: { country: 'US', region: 'CA' },
  centred: { country: 'NG' },
  closed: { country: 'IT' },
  usable: { country: 'NL' },
};

const site = (id, origin, banner) => ({
  id, name: 'Rules', origins: [origin], establishment: 'US-WY', policy_url: 'https://shop.example/privacy',
  controller: { name: 'Shop', address: '1 Street', email: 'a@shop.example' }, locales,
  purposes: [
    { id: 'necessary', classes: ['necessary'], basis: 'contract' },
    { id: 'functional', classes: ['functional'], basis: 'consent' },
    { id: 'analytics', classes: ['analytics'], basis: 'consent' },
    { id: 'marketing', classes: ['ads', 'sale_share'], basis: 'consent' },
  ],
  vendors: [{ id: 'ads', name: 'Ads', purposes: ['marketing'], policy_url: 'https://ads.example/privacy' }],
  cookies: [{ name: 'seen', purpose: 'analytics', lifetime: '1 day' }],
  banner: { theme: {}, reopen: true, ...banner },
  features: { consent_mode: true, cookie_writes: true },
});

// Ads are all that is asked about.
const sale = [
  { id: 'necessary', classes: ['necessary'], basis: 'contract' },
  { id: 'analytics', classes: ['necessary'], basis: 'contract' },
  { id: 'marketing', classes: ['ads', 'sale_share'], basis: 'consent' },
];

const html = (id, lang) => `<!doctype html><html lang="${lang}"><head><title>Shop</title><meta name="viewport" content="width=device-width">
<script src="/s/${id}.js?lang=${lang}"></script></head><body><main><h1>Shop</h1><p>Words of the page. <a href="#more">More</a></p>
<div style="height:2000px"></div><script type="text/plain" data-category="analytics" data-src="/rules/gated.js"></script></main>
<footer><button data-lx-action="settings" style="min-height:30px">Cookie settings</button></footer></body></html>`;

describe('the rules of banners', { concurrency: 1 }, () => {
  let server;
  let browser;
  let stop;

  before(async () => {
    ({ server, browser, stop } = await startDemo({
      args: ['--api-token', token, '--geo-headers', 'custom:X-Place-Country,X-Place-Region', '--trusted-proxies', '127.0.0.0/8'],
    }));
    for (const layout of [...layouts, 'bare', 'sale']) {
      const look = { bare: { layout: 'box', reopen: false }, sale: { layout: 'box' } }[layout] ?? { layout };
      const answer = await fetch(`${server.url}/v1/sites/rules-${layout}`, {
        method: 'PUT', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(Object.assign(site(`rules-${layout}`, new URL(server.url).origin, look), layout === 'sale' && { purposes: sale })),
      });
      assert.equal(answer.status, 200, await answer.clone().text());
    }
  });
  after(() => stop?.());

  /** A new visitor on a page that carries a site's script, under a law. */
  const open = async (id, law, lang, markup = html(id, lang), gpc = false) => {
    const { country, region } = laws[law];
    const context = await browser.newContext({
      viewport: { width: 1366, height: 768 }, locale: lang,
      extraHTTPHeaders: { 'x-place-country': country, ...(region && { 'x-place-region': region }) },
    });
    if (gpc) await context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
    const page = await context.newPage();
    const gated = [];
    await page.route('**/rules/**', (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname.endsWith('.js')) {
        gated.push(pathname);
        return route.fulfill({ contentType: 'text/javascript', body: 'document.cookie="seen=1;path=/"' });
      }
      return route.fulfill({ contentType: 'text/html', body: markup });
    });
    const load = async () => {
      await page.goto(`${server.url}/rules/`);
      await page.waitForFunction(() => window.lxConsent?.ready);
    };
    await load();
    return { page, again: load, gated: () => gated, close: () => context.close() };
  };
  const told = (findings) => [...new Set(findings.map((f) => `${f.rule} ${f.severity}: ${f.message}`))];

  for (const layout of layouts)
    for (const law of ['opt-in', 'opt-out', 'notice'])
      test(`${layout}, ${law}`, async () => {
        const found = {};
        const look = async (lang) => {
          const v = await open(`rules-${layout}`, law, lang);
          try {
            // Where nothing is asked the banner comes when it is called.
            if (law === 'notice') await v.page.evaluate(() => window.lxConsent.show());
            await v.page.waitForSelector('#lx-consent');
            await v.page.waitForFunction(() => !document.getAnimations().some((a) => a.playState === 'running'));
            const f = told(await check(v.page, { profile: law, locale: lang, modal: layout === 'modal' }));
            if (f.length) found[lang] = f;
          } finally {
            await v.close();
          }
        };
        await Promise.all(locales.map(look));
        assert.deepEqual(found, {});
      });

  for (const law of ['opt-in', 'opt-out'])
    test(`what happens before and after a choice, ${law}`, async () => {
      const found = await behaviour(async ({ gpc }) => {
        const v = await open('rules-box', law, 'en', undefined, gpc);
        await v.page.waitForSelector('#lx-consent');
        return v;
      }, { profile: law, ...laws[law], cookies: ['seen'], signal: ['marketing'] });
      assert.deepEqual(told(found), []);
    });

  for (const law of ['opt-in', 'opt-out'])
    test(`a refusal rests, and a grant holds, for the months that the law says: ${law}`, async () => {
      const { country, region } = laws[law];
      const place = [country, region].filter(Boolean).join('-');
      const told = await (await fetch(`${server.url}/v1/laws/explain?place=${place}&establishment=US-WY`, { headers: { authorization: `Bearer ${token}` } })).json();
      for (const [action, months] of [['reject', told.reask_months], ['accept', told.consent_months]]) {
        const v = await open('rules-box', law, 'en');
        try {
          await choose(v.page, action);
          const begun = new Date();
          for (const [days, asked] of [[-2, 0], [2, 1]]) {
            const then = new Date(begun);
            then.setUTCMonth(then.getUTCMonth() + months, then.getUTCDate() + days);
            await v.page.clock.setFixedTime(then);
            await v.again();
            await until(async () => assert.equal(await v.page.locator('#lx-consent').count(), asked, `${action}, ${months} months and ${days} days`));
          }
        } finally {
          await v.close();
        }
      }
    });

  test('on a page that is marked as sensitive nothing runs that runs unasked on others', async () => {
    for (const [mark, runs] of [['', true], [' data-sensitive', false]]) {
      const v = await open('rules-box', 'opt-out', 'en', html('rules-box', 'en').replace('lang=en"', `lang=en"${mark}`));
      try {
        assert.equal(await v.page.evaluate(() => window.lxConsent.has('marketing')), runs);
        await until(() => v.gated().length > 0 === runs);
      } finally {
        await v.close();
      }
    }
  });

  test('what single laws want stands on the page, and is missed where it does not', async () => {
    const found = {};
    const missed = [];
    const visit = async (id, law, body, gpc) => {
      const v = await open(id, law, 'en', undefined, gpc);
      try {
        const f = told(await body(v.page));
        if (f.length) found[law] = f;
        return v.page;
      } finally {
        await v.close();
      }
    };
    const want = { links: ['Your Privacy Choices'], icon: true };
    // The signal is honoured without a banner, and that is shown.
    await visit('rules-sale', 'links', (page) => around(page, { ...want, status: true, noBanner: true }), true);
    await visit('rules-box', 'links', async (page) => {
      const link = await page.textContent('#lx-consent a:nth-of-type(2)');
      assert.equal(link, 'Notice at collection');
      await page.click('#lx-consent [data-lx-action="reject"]');
      return around(page, { ...want, status: true });
    });
    await visit('rules-bar', 'centred', (page) => banner(page, { profile: 'opt-in', locale: 'en', notBottomBar: true }));
    await visit('rules-box', 'closed', (page) => banner(page, { profile: 'opt-in', locale: 'en', closes: true }));
    await visit('rules-modal', 'usable', (page) => banner(page, { profile: 'opt-in', locale: 'en' }));
    assert.deepEqual(found, {});
    // Elsewhere the same wishes are not met.
    await visit('rules-bare', 'opt-in', async (page) => {
      await page.evaluate(() => document.querySelector('footer').remove());
      missed.push(...(await around(page, { ...want, status: true, noBanner: true })).map((f) => f.rule));
      return [];
    });
    assert.deepEqual([...new Set(missed)].sort(), ['D12', 'D31', 'D37', 'D38', 'D40']);
  });

  // Our markup, spoilt in one way each, and the part of the checker that must see it.
  const set = (action, css) => `for (const d of '${css}'.split(';')) { const [n, x] = d.split(':'); box.querySelector('[data-lx-action=${action}]').style.setProperty(n, x, 'important'); }`;
  const bad = [
    ['D01', banner, set('reject', 'display:none')],
    ['D02', banner, set('reject', 'display:none')],
    ['D03', banner, "const a = document.createElement('a'); a.href = '#'; a.textContent = 'Reject all'; a.dataset.lxAction = 'reject'; a.style.cssText = 'display:block;min-height:40px'; box.querySelector('[data-lx-action=reject]').replaceWith(a)"],
    ['D04', banner, set('reject', 'flex:none;width:1px;font-size:1px;padding:0')],
    ['D04', banner, set('reject', 'flex:none;width:60px;font-size:11px;padding:0')],
    ['D05', banner, set('reject', 'color:#fff;background:#fff')],
    ['D06', sizes, set('accept', 'min-height:900px') + set('reject', 'min-height:900px')],
    ['D13', banner, "document.documentElement.style.overflow = 'hidden'"],
    ['D14', banner, '', { closes: true }],
    ['D18', banner, '', { purposes: ['A purpose that nobody names'] }],
    ['D20', banner, "for (const a of box.querySelectorAll('a')) a.replaceWith('Policy')"],
    ['D23', banner, "box.querySelector('[data-lx-action=accept]').append(' ★')"],
    ['D25', banner, "box.querySelector('[data-lx-action=accept]').focus()"],
    ['D26', keyboard, set('reject', 'outline:none')],
    ['D27', banner, set('settings', 'min-height:0;height:14px;padding:0;font-size:10px')],
    ['D28', keyboard, "box.querySelector('[data-lx-action=reject]').tabIndex = -1"],
    ['D29', banner, "box.removeAttribute('aria-label')"],
    ['D32', banner, "box.lang = 'tlh'"],
    ['D33', banner, "for (const p of box.querySelectorAll('p')) p.style.setProperty('font-size', '9px', 'important')"],
    ['D33', spacing, "for (const [n, x] of [['width', '30px'], ['white-space', 'nowrap'], ['overflow', 'hidden']]) box.querySelector('h2').style.setProperty(n, x, 'important')"],
    ['D34', preferred, "box.style.setProperty('transition', 'all 2s', 'important')"],
    ['D39', banner, "const i = document.createElement('input'); i.type = 'email'; box.append(i)"],
    ['D47', banner, "box.style.cssText += ';width:100% !important;inset:auto 0 0 !important;margin:0 !important;max-width:none !important'", { notBottomBar: true }],
  ];
  const badPreferences = [
    ['D07', "for (const e of box.querySelectorAll('input')) e.checked = true"],
    ['D24', "box.querySelector('[data-lx-action=reject]').before(box.querySelector('[data-lx-action=accept]'))"],
    ['D30', "for (const l of box.querySelectorAll('label')) { const s = document.createElement('div'); s.append(...l.childNodes); l.replaceWith(s); }"],
    ['D45', "box.querySelector('[data-lx-action=save]').remove()"],
  ];
  test('the checker finds each banner that is spoilt', async () => {
    const v = await open('rules-box', 'opt-in', 'en');
    try {
      const o = { profile: 'opt-in', locale: 'en', screens: [[320, 568]] };
      const blind = [];
      for (const [rule, look, spoil, more] of bad) {
        await v.again();
        await v.page.waitForSelector('#lx-consent');
        await v.page.evaluate(`((box) => { ${spoil} })(document.querySelector('#lx-consent'))`);
        const found = await look(v.page, { ...o, ...more });
        if (!found.some((f) => f.rule === rule && f.message && f.source && f.fix)) blind.push(`${rule}: only ${told(found).join('; ')}`);
      }
      for (const [rule, spoil] of badPreferences) {
        await v.again();
        await v.page.waitForSelector('#lx-consent');
        // They are spoilt as soon as they open.
        await v.page.evaluate(`new MutationObserver((_, o) => { const box = document.querySelector('#lx-consent[data-lx-view=preferences]'); if (box) { o.disconnect(); ${spoil} } }).observe(document.body, { childList: true })`);
        const found = await preferences(v.page, o);
        if (!found.some((f) => f.rule === rule)) blind.push(`${rule}: only ${told(found).join('; ')}`);
      }
      assert.deepEqual(blind, []);
    } finally {
      await v.close();
    }
  });

  test('the checker finds each page that behaves badly', async () => {
    // It loads a tag before the choice, counts scrolling as a yes, forgets the
    // refusal, keeps choices for years, and adds to the consent write.
    const hostile = `<script src="/rules/ungated.js"></script><script>
addEventListener('scroll', () => { document.cookie = 'lx_consent=1.-.1.fr.1795478400.analytics:1.;path=/'; });
addEventListener('pagehide', () => { document.cookie = 'lx_consent=;path=/;max-age=0'; });
const send = fetch; window.fetch = (u, o) => send(u, { ...o, body: JSON.stringify({ ...JSON.parse(o.body), page: location.href }) });
</script>`;
    const markup = html('rules-bare', 'en').replace('</body>', `${hostile}</body>`).replace(/<footer>.*<\/footer>/, '');
    const found = await behaviour(async () => {
      const v = await open('rules-bare', 'opt-in', 'en', markup);
      await v.page.waitForSelector('#lx-consent');
      return v;
    }, { profile: 'opt-in', months: 1, cookies: ['seen'], signal: ['necessary', 'analytics'] });
    const rules = new Set(found.map((f) => f.rule));
    assert.deepEqual(['D09', 'D10', 'D11', 'D12', 'D15', 'D16', 'D44', 'D51'].filter((r) => !rules.has(r)), [], told(found).join('; '));
  });
});
