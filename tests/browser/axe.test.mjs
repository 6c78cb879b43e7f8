// What axe-core finds in the banner and the preferences, in every layout, colour
// scheme, direction and width.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, visitor } from './harness.mjs';
import { layouts, startLayouts } from './layouts.mjs';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const widths = [320, 768, 1366];
let stage;

before(async () => {
  stage = await startLayouts(['en', 'ar']);
  for (const scheme of ['light', 'dark']) await stage.site(scheme, { theme: { ...stage.theme, scheme, border_width: 0 } });
});
after(() => stage?.stop());

/** Opens a page with the banner of a layout in a language, under the strictest law; the demo's own takes a place. */
async function page(layout, lang, body, { place = '', ...options } = {}) {
  const v = await visitor(stage.browser, { reducedMotion: 'reduce', ...options });
  try {
    await v.context.route('**/page', (r) =>
      r.fulfill({
        contentType: 'text/html; charset=utf-8',
        body: `<!doctype html><html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"><head><meta name="viewport" content="width=device-width"><title>Page</title><script src="/s/${layout}.js?place=${place}&lang=${lang}"></script></head><body><main><h1>Page</h1><p>Words <a href="#words">and a link</a></p></main></body></html>`,
      }),
    );
    await v.page.goto(`${stage.url}/page`);
    await v.page.waitForSelector('#lx-consent, #lx-reopen');
    await body(v.page, v);
    assert.deepEqual(v.faults, []);
  } finally {
    await v.close();
  }
}

const settings = async (p) => {
  await p.click('#lx-consent [data-lx-action=settings]');
  await p.waitForSelector('#lx-consent [data-lx-action=save]');
};

/** What axe finds, in short: violations, and contrasts that it could not judge; and on how many buttons of ours it judged both. */
const findings = (p) =>
  p.evaluate(async (runOnly) => {
    const { violations, incomplete, passes } = await window.axe.run(document, { runOnly, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations', 'incomplete', 'passes'] });
    const ours = (id) => passes.find((r) => r.id === id)?.nodes.filter((n) => n.html.startsWith('<button')).length ?? 0;
    return {
      found: [...violations, ...incomplete.filter((i) => i.id === 'color-contrast')].map((r) => `${r.id}: ${r.nodes.map((n) => `${n.target} ${n.failureSummary ?? n.any[0]?.message}`).join(' | ')}`),
      judged: [ours('color-contrast'), ours('target-size')],
      colours: ['#lx-consent', '#lx-consent h2', ...['reject', 'accept', 'save', 'settings'].map((a) => `#lx-consent [data-lx-action=${a}]`)].map((q) => {
        const e = document.querySelector(q);
        return e ? `${getComputedStyle(e).color} on ${getComputedStyle(e).backgroundColor}` : 'none';
      }),
    };
  }, tags);

const english = new Map();
for (const layout of layouts)
  for (const lang of ['en', 'ar'])
    test(`axe finds nothing in the layout ${layout}, ${lang}`, () =>
      page(layout, lang, async (p) => {
        await p.evaluate(axe);
        const pairs = new Set();
        for (const part of ['banner', 'preferences']) {
          if (part === 'preferences') await settings(p);
          for (const colorScheme of ['light', 'dark']) {
            await p.emulateMedia({ colorScheme });
            for (const width of widths) {
              await p.setViewportSize({ width, height: 768 });
              const { found, judged, colours } = await findings(p);
              const where = `${part}, ${colorScheme}, ${width}`;
              assert.deepEqual(found, [], where);
              pairs.add(colours.join());
              // axe takes joined letters for an icon font, and does not judge the contrast of
              // short Arabic texts; they stand in the colours that it has judged in English.
              if (lang === 'en') english.set(`${layout}, ${where}`, colours);
              assert.deepEqual(colours, english.get(`${layout}, ${where}`), where);
              assert.ok(judged[1] >= 3 && (lang === 'ar' || judged[0] >= 3), `${where}: ${judged}`);
            }
          }
        }
        await p.click('#lx-consent [data-lx-action=save]');
        await p.waitForSelector('#lx-reopen');
        assert.deepEqual((await findings(p)).found, [], 'the reopen button');
        assert.equal(pairs.size, 4, 'the banner and the preferences, light and dark');
      }));

for (const scheme of ['light', 'dark'])
  test(`axe finds nothing where the site is always ${scheme}, whatever the visitor's system is`, () =>
    page(scheme, 'en', async (p) => {
      await p.evaluate(axe);
      for (const part of ['banner', 'preferences']) {
        if (part === 'preferences') await settings(p);
        const seen = new Set();
        for (const colorScheme of ['light', 'dark']) {
          await p.emulateMedia({ colorScheme });
          for (const width of widths) {
            await p.setViewportSize({ width, height: 768 });
            const { found, judged, colours } = await findings(p);
            assert.deepEqual(found, [], `${part}, ${colorScheme}, ${width}`);
            assert.ok(judged[0] >= 3 && judged[1] >= 3, `${judged}`);
            seen.add(`${colours} ${await p.evaluate(() => getComputedStyle(document.querySelector('#lx-consent')).colorScheme)}`);
          }
        }
        assert.equal(seen.size, 1, 'the system changes nothing');
        assert.match([...seen][0], new RegExp(` ${scheme}$`));
      }
      // A box without a border has one where the system leaves it no other edge.
      await p.emulateMedia({ forcedColors: 'active' });
      assert.doesNotMatch(await p.evaluate(() => getComputedStyle(document.querySelector('#lx-consent')).borderTopColor), /, 0\)$/);
    }));

/** The names of what Tab reaches, in order, from the top of the page. */
async function tabbed(p, most) {
  const seen = [];
  for (let i = 0; i < most; i++) {
    await p.keyboard.press('Tab');
    seen.push(
      await p.evaluate(() => {
        const e = document.activeElement;
        const r = e.getBoundingClientRect();
        const outline = getComputedStyle(e);
        return {
          name: e.dataset.lxAction ?? e.localName,
          ours: !!e.closest('#lx-consent'),
          seen: r.top >= 0 && r.bottom <= innerHeight + 1 && r.left >= 0 && r.right <= innerWidth + 1,
          ring: outline.outlineStyle !== 'none' && parseFloat(outline.outlineWidth) >= 2,
          x: Math.round(r.left),
          y: Math.round(r.top),
          right: Math.round(r.right),
          bottom: Math.round(r.bottom),
        };
      }),
    );
  }
  return seen;
}

/** Each one stands below the one before it, or after it in the direction of reading. */
const inOrder = (list, rtl) => list.every((e, i) => !i || e.y >= list[i - 1].bottom || (rtl ? e.right <= list[i - 1].x : e.x >= list[i - 1].right));
const order = (p) => p.evaluate(() => [...document.querySelectorAll('#lx-consent button, #lx-consent a[href], #lx-consent input:enabled')].map((e) => e.dataset.lxAction ?? e.localName));

for (const layout of layouts)
  for (const lang of ['en', 'ar'])
    test(`the keyboard is enough in the layout ${layout}, ${lang}`, () =>
      page(layout, lang, async (p) => {
        const names = (await order(p)).length;
        const first = (await tabbed(p, names)).filter((e) => e.name !== 'body');
        assert.equal(first.every((e) => e.ours && e.seen && e.ring), true, JSON.stringify(first));
        assert.equal(inOrder(first, lang === 'ar'), true, JSON.stringify(first));
        await p.focus('#lx-consent [data-lx-action=settings]');
        await p.keyboard.press('Enter');
        await p.waitForSelector('#lx-consent:modal section');
        const held = await tabbed(p, 12);
        assert.equal(held.every((e) => e.ours || e.name === 'body'), true, `the focus stays in the preferences: ${JSON.stringify(held)}`);
        await p.keyboard.press('Escape');
        await p.waitForFunction(() => !document.querySelector('#lx-consent section'));
        assert.equal(await p.evaluate(() => !!document.activeElement.closest('#lx-consent')), true, 'the focus comes back to the banner');
        await p.focus('#lx-consent [data-lx-action=reject]');
        await p.keyboard.press('Space');
        await p.waitForFunction(() => document.cookie.includes('lx_consent=') && !document.querySelector('#lx-consent [data-lx-action=reject]'));
      }));

// 400 % of 1280 × 1024.
for (const layout of layouts)
  test(`at 400 % words can be read and every button can be reached in the layout ${layout}`, () =>
    page(
      layout,
      'en',
      async (p) => {
        for (const part of ['banner', 'preferences']) {
          if (part === 'preferences') await settings(p);
          const lines = await p.evaluate(() => {
            const part = document.querySelector('#lx-consent > div');
            return (part.getBoundingClientRect().bottom - part.querySelector('p').getBoundingClientRect().top) / 22.5;
          });
          assert.ok(lines > 3, `${part}: ${lines} lines of words are seen before anything is scrolled`);
          for (const b of await p.locator('#lx-consent button, #lx-consent input').all()) {
            await b.scrollIntoViewIfNeeded();
            const hit = await b.evaluate((e) => {
              const r = e.getBoundingClientRect();
              const at = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
              return { ok: e === at || e.contains(at) || !!at?.closest('label')?.contains(e), inside: r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight, what: e.outerHTML, at: at?.outerHTML.slice(0, 80), r };
            });
            assert.ok(hit.ok && hit.inside, `${part}: ${JSON.stringify(hit)}`);
          }
          assert.equal(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'no scrolling in two directions');
        }
      },
      { viewport: { width: 320, height: 256 } },
    ));

for (const layout of layouts)
  test(`the text spacing of a reader cuts nothing off in the layout ${layout}`, () =>
    page(
      layout,
      'en',
      async (p) => {
        for (const part of ['banner', 'preferences']) {
          if (part === 'preferences') await settings(p);
          // A reader's own style comes before all of the page's.
          await p.evaluate(() => {
            for (const e of document.querySelectorAll('#lx-consent, #lx-consent *')) {
              for (const [k, v] of [['line-height', '1.5'], ['letter-spacing', '.12em'], ['word-spacing', '.16em']]) e.style.setProperty(k, v, 'important');
              if (e.localName === 'p') e.style.setProperty('margin-bottom', '2em', 'important');
            }
          });
          const cut = await p.evaluate(() =>
            [...document.querySelectorAll('#lx-consent, #lx-consent *')]
              .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth || (e.scrollHeight > e.clientHeight + 1 && e.clientHeight && !/auto|scroll/.test(getComputedStyle(e).overflowY) && getComputedStyle(e).overflowY !== 'visible'))
              .map((e) => `${e.localName}.${e.textContent.slice(0, 30)}`),
          );
          assert.deepEqual(cut, [], part);
          for (const b of await p.locator('#lx-consent button').all()) assert.equal(await b.isVisible(), true);
        }
      },
      { viewport: { width: 768, height: 600 } },
    ));

for (const layout of layouts)
  test(`forced colours show borders, focus and switches in the layout ${layout}`, () =>
    page(
      layout,
      'en',
      async (p) => {
        await p.keyboard.press('Tab');
        const bare = await p.evaluate(() => {
          const width = (e, side) => parseFloat(getComputedStyle(e)[`border${side}Width`]);
          const box = document.querySelector('#lx-consent');
          return [
            width(box, 'Top') >= 1 ? '' : 'box',
            ...[...box.querySelectorAll('div + div button')].map((b) => (['Top', 'Right', 'Bottom', 'Left'].every((s) => width(b, s) >= 1) ? '' : b.dataset.lxAction)),
            getComputedStyle(document.activeElement).outlineStyle === 'none' ? 'focus' : '',
          ].filter(Boolean);
        });
        assert.deepEqual(bare, []);
        await settings(p);
        assert.equal(await p.evaluate(() => [...document.querySelectorAll('#lx-consent input')].every((i) => getComputedStyle(i).appearance !== 'none')), true);
      },
      { forcedColors: 'active' },
    ));

test('reduced motion means none', () =>
  page('box', 'en', async (p) => {
    for (const part of ['banner', 'preferences']) {
      if (part === 'preferences') await settings(p);
      assert.deepEqual(await p.evaluate(() => document.getAnimations().length), 0, part);
      const moving = () => p.evaluate(() => [...document.querySelectorAll('#lx-consent, #lx-consent *')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0).map((e) => e.localName));
      assert.deepEqual(await moving(), [], part);
    }
  }));

test('the banner comes with a short movement, and can be seen from its first frame', async () => {
  await stage.site('high', { layout: 'bar', position: 'top' });
  for (const [layout, from] of [['box', '0px 16px'], ['high', '0px -16px']]) {
    const v = await visitor(stage.browser);
    await v.page.addInitScript(() => {
      new MutationObserver((_, watch) => {
        const box = document.querySelector('#lx-consent');
        if (!box) return;
        watch.disconnect();
        const { translate, opacity } = getComputedStyle(box);
        window.first = { translate, opacity, moving: box.getAnimations().map((a) => a.transitionProperty) };
      }).observe(document, { childList: true, subtree: true });
    });
    await v.context.route('**/page', (r) => r.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Page</title><script src="/s/${layout}.js?place=FR&lang=en"></script><h1>Page</h1>` }));
    await v.open(`${stage.url}/page`);
    assert.deepEqual(await v.page.evaluate(() => window.first), { translate: from, opacity: '1', moving: ['translate'] }, layout);
    await v.page.waitForFunction(() => getComputedStyle(document.querySelector('#lx-consent')).translate === 'none');
    await v.close();
  }
});

test('a choice is said as a status, every time, in an element that was there before', () =>
  page('box', 'en', async (p) => {
    const said = () => p.evaluate(() => document.querySelector('body > [role=status]').textContent);
    for (const action of ['reject', 'accept', 'save']) {
      assert.equal(await said(), '', `nothing is said before ${action}`);
      await p.click(`#lx-consent [data-lx-action=${action}]`);
      assert.equal(await said(), 'Your choice is saved.');
      await p.click('#lx-reopen');
    }
    await p.keyboard.press('Escape');
    await p.waitForFunction(() => !document.querySelector('#lx-consent'));
    assert.equal(await said(), '', 'what was closed is no choice');
    assert.equal(await p.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true, 'it takes no room');
  }));

test('an opt-out is said as a status, where a law wants it said', () =>
  page(
    'demo',
    'en',
    async (p) => {
      const say = p.locator('#lx-reopen [role=status]');
      assert.equal(await say.count(), 0);
      await p.click('#lx-reopen button, #lx-consent [data-lx-action=settings]');
      await p.click('#lx-consent [data-lx-action=reject]');
      assert.match(await say.innerText(), /opt-out/i);
    },
    { place: 'US-CA' },
  ));

/** What a screen reader is given of our box: role and name of all that bears one, in order. */
async function heard(p, v) {
  const cdp = await v.context.newCDPSession(p);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  const byId = new Map(nodes.map((n) => [n.nodeId, n]));
  const lines = [];
  const say = (n) => {
    const role = n.role?.value;
    const checked = n.properties?.find((x) => x.name === 'checked')?.value.value;
    const modal = n.properties?.some((x) => x.name === 'modal' && x.value.value);
    if (!n.ignored && /^(dialog|heading|button|checkbox|combobox|link)$/.test(role)) lines.push([role, modal && 'modal', n.name.value, checked].filter(Boolean).join(' '));
    for (const id of n.childIds ?? []) if (byId.has(id)) say(byId.get(id));
  };
  say(nodes.find((n) => n.role?.value === 'dialog'));
  return lines;
}

test('S21: a screen reader is given a named dialog, what can be chosen, and how each choice stands', () =>
  page('box', 'en', async (p, v) => {
    assert.deepEqual(await heard(p, v), [
      'dialog Your privacy, your choice', 'heading Your privacy, your choice', 'link Privacy policy of LeadiumX.ai', 'button Reject all', 'button Accept all', 'button Settings',
    ]);
    await settings(p);
    const rows = ['Necessary Always on true', 'Functional false', 'Analytics false', 'Marketing false'].map((r) => `checkbox ${r}`);
    const ends = ['Reject all', 'Accept all', 'Save choices', 'Close'].map((b) => `button ${b}`);
    assert.deepEqual(await heard(p, v), ['dialog modal Cookie settings', 'heading Cookie settings', 'link Privacy policy of LeadiumX.ai', 'link Cookies and providers', ...rows, 'link YouTube', 'checkbox Recording false', ...ends]);
    await p.check('#lx-consent [data-lx-purpose=recording]');
    assert.deepEqual((await heard(p, v)).slice(9, 11), ['checkbox Recording true', 'combobox Recording']);
  }));

for (const layout of ['bar', 'corner'])
  test(`where a law wants a control that closes, no button lies below it in the layout ${layout}`, async () => {
    await stage.site('demo', { layout });
    await page(
      'demo',
      'en',
      async (p) => {
        for (const width of [320, 960, 1100, 1366]) {
          await p.setViewportSize({ width, height: 768 });
          const [control, ...others] = await p.evaluate(() =>
            ['close', 'reject', 'accept', 'settings'].map((a) => document.querySelector(`#lx-consent [data-lx-action=${a}]`).getBoundingClientRect().toJSON()),
          );
          assert.ok(others.every((b) => b.right <= control.left || b.top >= control.bottom), `${width}: ${JSON.stringify([control, others])}`);
        }
      },
      { place: 'IT' },
    );
  });
