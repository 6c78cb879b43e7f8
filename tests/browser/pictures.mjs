// Takes the pictures of README and docs from the shipped binary:
// `node tests/browser/pictures.mjs [folder]`, after `make build`. Only for those
// of a month that is over it builds one whose clock can be set.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, startBrowser, startServer, tempDir, visitor } from './harness.mjs';

const out = process.argv[2] ?? path.join(root, 'docs', 'images');
const all = process.argv.includes('--all');
mkdirSync(out, { recursive: true });
const temp = tempDir();
const server = await startServer({ dir: temp.dir });
const browser = await startBrowser();

/** One picture of the demo page after `act`; without a name there is none. */
async function demo(name, query, options, act = async () => {}) {
  const v = await visitor(browser, options);
  await v.open(`${server.url}/demo/${query}`);
  await v.page.waitForFunction(() => !document.getAnimations().some((a) => a.playState === 'running'));
  await act(v.page);
  if (name) await v.page.screenshot({ path: path.join(out, `${name}.png`) });
  await v.close();
}

const DAY = 24 * 60 * 60 * 1000;

/** Lets the demo site count, and visitors choose, for 30 days; the page is one of the dashboard. */
async function month(server, page, setClock) {
  await page.evaluate(async () => {
    const call = async (method, route, body) => {
      const r = await fetch(`/v1/sites/demo/${route}`, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
      if (!r.ok) throw new Error(`${method} ${route}: ${await r.text()}`);
      return r.json();
    };
    const doc = await call('GET', 'document');
    doc.features.insight = true;
    await call('PUT', 'draft', doc);
    await call('POST', 'publish', { note: 'count banners' });
  });
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36' };
  const post = async (route, body) => {
    const r = await fetch(`${server.url}${route}`, { method: 'POST', headers, body: JSON.stringify({ site: 'demo', ...body }) });
    if (!r.ok) throw new Error(`${route}: ${await r.text()}`);
  };
  const now = Date.now();
  for (let day = 29; day >= 0; day--) {
    const at = new Date(now - day * DAY);
    setClock(at);
    // Fewer on weekends, and a little more each week.
    const many = (at.getUTCDay() % 6 ? 1 : 0.6) * (1.3 - day / 75);
    for (const [place, action, level, count] of [['FR', 'accept_all', 1, 46], ['FR', 'reject_all', 0, 37], ['FR', 'save', 1, 24], ['US-WA', 'dismiss', 0, 21], ['DE', undefined, 0, 23]]) {
      const { note, purposes } = await (await fetch(`${server.url}/v1/notice?site=demo&lang=en&place=${place}`)).json();
      const optional = purposes.filter((p) => p.id !== 'necessary');
      const levels = Object.fromEntries(optional.map((p) => [p.id, action === 'save' ? Number(p.id === 'analytics') : level && (p.levels?.length || 1)]));
      for (let i = 0; i < Math.round(count * many + ((day * 7 + count) % 3)); i++) {
        const device = i % 3;
        await post('/v1/seen', { note, device });
        if (!action) continue;
        const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
        await post('/v1/consents', { id, note, levels, action, age: 0 });
        await post('/v1/seen', { note, device, action });
      }
    }
  }
}

/** Opens the dashboard as its owner. */
async function own(page, link) {
  await page.goto(link);
  await page.click('[data-testid="own-later"]');
  await page.getByTestId('site-card-demo').waitFor();
}

/** The room that counts, after a month. */
async function insight() {
  const program = path.join(temp.dir, 'lxconsent');
  execFileSync('go', ['build', '-tags', 'testclock', '-o', program, './cmd/lxconsent'], { cwd: root });
  const clock = path.join(temp.dir, 'clock');
  const setClock = (at) => writeFileSync(clock, at.toISOString());
  const open = () => startServer({ dir: path.join(temp.dir, 'past'), program, env: { LXCONSENT_TEST_CLOCK: clock } });
  setClock(new Date(Date.now() - 29 * DAY));
  let past = await open();
  const v = await visitor(browser);
  const { page } = v;
  try {
    await own(page, past.dashboard);
    await month(past, page, setClock);
    // The session of a month ago has ended, and the link of a new start begins one.
    await past.stop();
    past = await open();
    await own(page, past.dashboard);
    await page.goto(`${past.url}/dashboard/sites/demo/insight`);
    await page.getByText('Choices by day').waitFor();
    await v.rest();
    await page.screenshot({ path: path.join(out, 'insight.png') });
  } finally {
    await v.close();
    await past.stop();
  }
}

const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const dark = { colorScheme: 'dark' };
const openSettings = async (page) => {
  await page.click('#lx-consent [data-lx-action="settings"]');
  await page.waitForSelector('#lx-consent [data-lx-action="save"]');
};

try {
  await demo('banner', '?place=FR&lang=en', {});
  if (all) {
    await demo('banner-phone', '?place=FR&lang=de', phone);
    await demo('banner-dark', '?place=FR&lang=fr', dark);
    await demo('preferences', '?place=FR&lang=en', {}, openSettings);
    await demo('preferences-phone', '?place=FR&lang=es', phone, openSettings);
    await demo('preferences-dark', '?place=FR&lang=en', { ...dark, ...phone }, openSettings);
    await demo('california-gpc', '?place=US-CA&gpc=1&lang=en', {});
    await demo('washington', '?place=US-WA&lang=en', {});
    await demo('rtl', '?place=FR&lang=en', {}, (page) => page.evaluate(() => {
      document.documentElement.dir = 'rtl';
    }));
  }
  const v = await visitor(browser);
  const { page } = v;
  await own(page, server.dashboard);
  if (all) await page.screenshot({ path: path.join(out, 'sites.png') });
  await page.goto(`${server.url}/dashboard/sites/demo`);
  await page.frameLocator('[data-testid="preview-frame"]').locator('#lx-consent').waitFor();
  await v.rest();
  await page.screenshot({ path: path.join(out, 'dashboard.png') });
  await demo(all && 'after', '?place=FR&lang=en', {}, async (shown) => {
    await shown.click('#lx-consent [data-lx-action="accept"]');
    await shown.waitForLoadState('networkidle');
  });
  await page.goto(`${server.url}/dashboard/laws`);
  await page.getByTestId('law-answer').waitFor();
  await page.locator('.world').waitFor();
  await page.screenshot({ path: path.join(out, 'laws.png') });
  await page.goto(`${server.url}/dashboard/sites/demo/evidence`);
  await page.getByRole('button', { name: /Open the record/ }).first().click();
  await page.getByTestId('proof').waitFor();
  await page.screenshot({ path: path.join(out, 'evidence.png') });
  if (all) {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${server.url}/dashboard/sites/demo`);
    await page.frameLocator('[data-testid="preview-frame"]').locator('#lx-consent').waitFor();
    await v.rest();
    await page.screenshot({ path: path.join(out, 'dashboard-dark.png') });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.screenshot({ path: path.join(out, 'dashboard-phone.png') });
  }
  await v.close();
  await insight();
} finally {
  await browser.close();
  await server.stop();
  temp.remove();
}
