import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startBrowserWithScrollbars, startDemo, until, visitor } from './harness.mjs';

const { server, browser, stop } = await startDemo();
after(stop);

/** Opens a page of our own that carries the script of the demo site and other markup. */
async function page(markup, body, options, driven = browser, query = 'place=FR&lang=en') {
  const v = await visitor(driven, { reducedMotion: 'reduce', ...options });
  try {
    await v.context.route('**/page', (r) =>
      r.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html><html lang="en"><title>Page</title>${markup}<script src="/s/demo.js?${query}"></script><body><h1>Page</h1><p>Words</p></body></html>` }),
    );
    await v.open(`${server.url}/page`);
    await v.page.waitForSelector('#lx-consent');
    await body(v.page, v);
    assert.deepEqual(v.faults, []);
  } finally {
    await v.close();
  }
}

/** What a visitor would notice about the banner. */
const look = (page) =>
  page.evaluate(() => {
    const facts = (e) => {
      const { width, height } = e.getBoundingClientRect();
      const s = getComputedStyle(e);
      return [e.dataset.lxAction ?? e.localName, Math.round(width), Math.round(height), s.display, s.position, s.visibility, s.opacity, s.color, s.backgroundColor, s.fontSize, s.fontFamily, s.textTransform, s.padding, s.transform, s.pointerEvents];
    };
    return [...document.querySelectorAll('#lx-consent, #lx-consent h2, #lx-consent p, #lx-consent a, #lx-consent button')].map(facts);
  });

const hostile = {
  'a reset of everything': '*,*::before,*::after{all:unset !important;box-sizing:content-box !important;margin:3px !important;padding:0 !important;font:9px monospace !important}',
  'hidden buttons': 'button{display:none !important;visibility:hidden !important;opacity:0 !important}',
  'hidden dialogs': 'dialog{display:none !important}dialog[open]{left:-9999px !important;transform:scale(0) !important}',
  'ids and attributes of ours': '#lx-consent#lx-consent{width:10px !important;background:red !important}#lx-consent button[data-lx-action]{background:red !important;color:red !important}',
  "Bootstrap's reboot": '*,::after,::before{box-sizing:border-box}body{margin:0;font-family:system-ui;line-height:1.5}button{border-radius:0;margin:0;font-family:inherit;text-transform:none}h2{margin-top:0;margin-bottom:.5rem;font-weight:500;line-height:1.2;font-size:2rem}p{margin-top:0;margin-bottom:1rem}a{color:#0d6efd;text-decoration:underline}small{font-size:.875em}',
  "Tailwind's preflight": '*,::after,::before,::backdrop{box-sizing:border-box;margin:0;padding:0;border:0 solid}h1,h2,h3{font-size:inherit;font-weight:inherit}a{color:inherit;text-decoration:inherit}button,input,select{font:inherit;color:inherit;background-color:transparent;border-radius:0;opacity:1}dialog{margin:auto}',
  'big and loud text': 'body *{font-size:40px !important;letter-spacing:1em !important;text-transform:uppercase !important;line-height:3 !important}',
};

test('no style of the page changes how the banner looks', async () => {
  let plain;
  await page('', async (p) => {
    plain = await look(p);
  });
  for (const [name, css] of Object.entries(hostile))
    await page(`<style>${css}</style>`, async (p) => assert.deepEqual(await look(p), plain, name));
});

test('an earlier layer of the page can neither hide the banner nor its buttons', () =>
  page('<style>@layer base{#lx-consent,#lx-consent *{display:none !important;visibility:hidden !important;opacity:0 !important;position:absolute !important}}</style>', async (p) => {
    for (const action of ['reject', 'accept', 'settings']) assert.equal(await p.locator(`#lx-consent [data-lx-action="${action}"]`).isVisible(), true, action);
    await p.click('#lx-consent [data-lx-action="reject"]');
    await p.waitForSelector('#lx-consent', { state: 'detached' });
  }));

test('the page knows the height of the banner while it stands', () =>
  page('', async (p) => {
    const height = () => p.evaluate(() => parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--lx-height')));
    await p.waitForFunction(() => document.documentElement.style.getPropertyValue('--lx-height'));
    await until(async () => assert.equal(await height(), await p.locator('#lx-consent').evaluate((e) => e.offsetHeight)));
    await p.click('#lx-consent [data-lx-action="reject"]');
    await p.waitForFunction(() => parseFloat(document.documentElement.style.getPropertyValue('--lx-height')) === 0);
  }));

test('the banner moves nothing in the page and is not its largest paint', () =>
  page('<style>p{font-size:30px}p::after{content:"Words of an ordinary page. Words of an ordinary page. Words of an ordinary page. Words of an ordinary page. Words of an ordinary page. Words of an ordinary page. Words of an ordinary page."}#lx-consent p::after{content:none}</style>', async (p) => {
    const seen = await p.evaluate(
      () =>
        new Promise((done) => {
          const out = { shift: 0, largest: '' };
          new PerformanceObserver((l) => l.getEntries().forEach((e) => { out.shift += e.value; })).observe({ type: 'layout-shift', buffered: true });
          new PerformanceObserver((l) => l.getEntries().forEach((e) => { out.largest = e.element?.closest('#lx-consent') ? 'banner' : 'page'; })).observe({ type: 'largest-contentful-paint', buffered: true });
          // A word that is painted after all there is: the browser tells of it after what was painted before.
          const last = Object.assign(document.createElement('i'), { textContent: '.' });
          last.setAttribute('elementtiming', 'last');
          last.style.cssText = 'position:fixed;top:0;left:0;font-size:9px';
          new PerformanceObserver((l) => l.getEntries().some((e) => e.identifier === 'last') && setTimeout(done, 0, out)).observe({ type: 'element', buffered: true });
          document.body.append(last);
        }),
    );
    assert.deepEqual(seen, { shift: 0, largest: 'page' });
  }));

test('the placeholder of a small frame shows all its words and buttons', () =>
  page('<iframe data-category="marketing" data-vendor="youtube" data-src="https://video.example/" width="200" height="100" title="Tour"></iframe>', async (p) => {
    const placeholder = await p.locator('.lx-embed').evaluate((e) => ({ width: e.offsetWidth, cut: [e.scrollWidth > e.clientWidth, e.scrollHeight > e.clientHeight] }));
    assert.deepEqual(placeholder, { width: 200, cut: [false, false] });
  }));

test('a placeholder in a grid or a flexible box of the page covers neither the banner nor the head of the page', async () => {
  for (const display of ['grid', 'flex'])
    await page(`<style>header{position:fixed;inset:0 0 auto;z-index:9;height:60px}main{display:${display}}</style><header id="head">Head</header><main><iframe data-category="marketing" data-vendor="youtube" data-src="https://video.example/" width="1300" height="2000" title="Tour"></iframe></main>`, async (p) => {
      await p.waitForSelector('.lx-embed');
      const top = await p.evaluate(() => ['#lx-consent [data-lx-action=reject]', '#head'].map((s) => {
        const { left, top, width, height } = document.querySelector(s).getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height / 2).closest('#lx-consent, #head')?.id;
      }));
      assert.deepEqual(top, ['lx-consent', 'head'], display);
    });
});

test('the link that opens the choices again stands in its box with all its words and its icon, however long they are', async () => {
  for (const [lang, width] of [['de', 360], ['de', 320], ['en', 200]])
    await page('', async (p) => {
      await p.click('#lx-consent [data-lx-action=reject]');
      const parts = await p.locator('#lx-reopen').evaluate((box) => {
        const { left, right } = box.getBoundingClientRect();
        return [...box.querySelectorAll('button, svg')].map((e) => e.getBoundingClientRect()).map((r) => r.left >= left && r.right <= right);
      });
      assert.deepEqual(parts, [true, true], `${lang} ${width}`);
    }, { viewport: { width, height: 640 } }, browser, `place=US-CA&lang=${lang}`);
});

test('a description of the banner stands in the page', () =>
  page('', async (p) => {
    const info = await p.locator('#lx-consent').evaluate((e) => JSON.parse(e.dataset.lxInfo));
    assert.equal(info.edition, 1);
    assert.deepEqual([info.regime, info.decided, info.levels.analytics], ['fr+us-fl', false, 0]);
  }));

test('the focus goes into the preferences, stays there and comes back', () =>
  page('<a id="opener" href="#x" data-lx-action="settings">Cookie settings</a>', async (p) => {
    await p.click('#lx-consent [data-lx-action="reject"]');
    await p.focus('#opener');
    await p.keyboard.press('Enter');
    await until(async () => assert.equal(await p.evaluate(() => document.activeElement.localName), 'h2'));
    for (let i = 0; i < 12; i++) {
      await p.keyboard.press('Tab');
      assert.ok(await p.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest('#lx-consent')));
    }
    await p.keyboard.press('Escape');
    await until(async () => assert.equal(await p.evaluate(() => document.activeElement.id), 'opener'));
  }));

for (const [kind, markup, open] of [
  ['a dialog', '<dialog id="own"><button>x</button></dialog>', (e) => e.showModal()],
  ['a menu', '<div id="own" popover><button>x</button></div>', (e) => e.showPopover()],
])
  test(`the key that closes ${kind} of the page answers no banner behind it`, () =>
    page(markup, async (p, v) => {
      const isOpen = () => p.evaluate(() => document.querySelector('#own').matches(':modal, :popover-open'));
      await p.locator('#own').evaluate(open);
      assert.ok(await isOpen());
      await p.keyboard.press('Escape');
      await until(async () => assert.ok(!(await isOpen())));
      assert.deepEqual(await v.cookies(), {});
      await p.keyboard.press('Escape');
      await until(async () => assert.match((await v.cookies()).lx_consent.value, /analytics:0/));
    }));

test('in a page that is zoomed by its own styles, every button of the preferences stands in the window', () =>
  page('<style>html { zoom: 1.5 } body { zoom: 1.5 }</style>', async (p) => {
    await p.click('#lx-consent [data-lx-action="settings"]');
    for (const action of ['close', 'reject', 'accept', 'save'])
      assert.ok(await p.evaluate((a) => {
        const { top, bottom } = document.querySelector(`#lx-consent [data-lx-action="${a}"]`).getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }, action), action);
  }));

test('the box stands in the middle, and does not move when the page gets a scrollbar', async () => {
  const box = (p) => p.evaluate(() => {
    const { left, right } = document.querySelector('#lx-consent').getBoundingClientRect();
    return { left, middle: (left + right) / 2, window: innerWidth / 2, page: document.documentElement.clientWidth };
  });
  const scrolling = await startBrowserWithScrollbars();
  try {
    for (const [zoom, off] of [[1, 0], [1.5, 24], [0.8, 13]])
      await page(`<style>html { zoom: ${zoom} }</style>`, async (p) => {
        const was = await box(p);
        assert.ok(Math.abs(was.middle - was.window) <= off + 0.5, `zoom ${zoom}: ${was.middle} of ${was.window}`);
        await p.evaluate(() => {
          document.body.style.height = '3000px';
        });
        const now = await box(p);
        assert.ok(now.page < was.page, 'no scrollbar came');
        if (zoom === 1) assert.equal(now.left, was.left);
      }, {}, scrolling);
  } finally {
    await scrolling.close();
  }
});

test('what has the focus in the preferences is not in the part that fades', () =>
  page('', async (p) => {
    await p.setViewportSize({ width: 360, height: 500 });
    await p.click('#lx-consent [data-lx-action="settings"]');
    for (let i = 0; i < 10; i++) {
      await p.keyboard.press('Tab');
      await until(() => p.evaluate(() => {
        const rows = document.querySelector('#lx-consent h2 + div');
        const e = document.activeElement;
        if (!rows.contains(e)) return true;
        const [mine, all] = [e.getBoundingClientRect(), rows.getBoundingClientRect()];
        // What is scrolled is so by whole pixels.
        return mine.top >= all.top + 8 && mine.bottom <= all.bottom - 15;
      }));
    }
  }));

test('the control that closes stands beside the title, large and small', () =>
  page('', async (p) => {
    await p.click('#lx-consent [data-lx-action="settings"]');
    for (const [width, height] of [[1366, 768], [360, 740], [320, 256]]) {
      await p.setViewportSize({ width, height });
      const [x, words] = await p.evaluate(() => ['[data-lx-action=close]', 'h2'].map((s) => {
        const range = document.createRange();
        range.selectNodeContents(document.querySelector(`#lx-consent ${s}`));
        const { top, height, right } = range.getBoundingClientRect();
        return { middle: top + height / 2, right, edge: document.querySelector('#lx-consent h2 + div section').getBoundingClientRect().right };
      }));
      assert.ok(Math.abs(x.middle - words.middle) < 2, `${width}: ${x.middle} beside ${words.middle}`);
      assert.ok(Math.abs(x.right - x.edge) < 5, `${width}: ${x.right} above ${x.edge}`);
    }
  }));

test('in a small window the box stands off the edges, and words that do not fit fade out above the buttons', () =>
  page('', async (p) => {
    await p.setViewportSize({ width: 320, height: 256 });
    const seen = await p.evaluate(() => {
      const { top, bottom } = document.querySelector('#lx-consent').getBoundingClientRect();
      const words = document.querySelector('#lx-consent > div');
      return { top: top >= 4, bottom: innerHeight - bottom >= 4, scrolls: words.scrollHeight > words.clientHeight, fades: getComputedStyle(words).maskImage !== 'none' };
    });
    assert.deepEqual(seen, { top: true, bottom: true, scrolls: true, fades: true });
  }));

test('the list of cookies and vendors fills its place in a page', () =>
  page('<div data-lx-declaration></div><script src="/s/demo/declaration.js?lang=de"></script>', async (p) => {
    for (const part of ['Statistik', '_ga', 'YouTube', 'Zuletzt geändert'])
      await until(async () => assert.ok((await p.locator('[data-lx-declaration]').innerText()).includes(part), part));
    await p.click('[data-lx-declaration] [data-lx-action="settings"]');
    await p.waitForSelector('#lx-consent[data-lx-view="preferences"]');
  }));

test('the preferences lead to the list, in their language', () =>
  page('', async (p, v) => {
    await p.click('#lx-consent [data-lx-action="settings"]');
    const [list] = await Promise.all([v.context.waitForEvent('page'), p.getByRole('link', { name: 'Cookies and providers' }).click()]);
    await list.waitForURL(`${server.url}/s/demo/declaration.html?lang=en`);
    assert.equal(await list.locator('h1').innerText(), 'Cookies and providers');
    assert.notEqual(await list.locator('section').first().evaluate((e) => getComputedStyle(e).borderRadius), '0px', 'in the look of the site');
  }));

test('the list is a page of its own and JSON, too', async () => {
  const html = await (await fetch(`${server.url}/s/demo/declaration.html?lang=fr`)).text();
  assert.match(html, /<html lang="fr" dir="ltr">/);
  assert.match(html, /<code dir="ltr">_fbp<\/code>/);
  const json = await (await fetch(`${server.url}/v1/declaration?site=demo&lang=en`)).json();
  assert.equal(json.purposes.find((x) => x.id === 'marketing').cookies[0].name, '_fbp');
});
