// One visitor: a first visit, a return with an empty cache, a return with a
// warm one. All times are milliseconds since the navigation began.
const SLOW = { cpu: 4, latency: 150, down: (1.6 * 1024 * 1024) / 8, up: (0.75 * 1024 * 1024) / 8 };

/** Runs in the page before everything else: notes paints, shifts, long tasks and when the banner is seen. */
function watch(selector) {
  const m = { longTasks: 0, shift: 0, fcp: 0, lcp: 0, lcpInBanner: false, banner: 0 };
  window.measured = m;
  const on = (type, f) => new PerformanceObserver((l) => l.getEntries().forEach(f)).observe({ type, buffered: true });
  on('longtask', (e) => {
    m.longTasks += Math.max(0, e.duration - 50);
  });
  on('layout-shift', (e) => {
    if (!e.hadRecentInput) m.shift += e.value;
  });
  on('paint', (e) => {
    if (e.name === 'first-contentful-paint') m.fcp = e.startTime;
  });
  on('largest-contentful-paint', (e) => {
    m.lcp = e.startTime;
    m.lcpInBanner = !!(selector && e.element?.closest(selector));
  });
  let tag = 0;
  m.opened = new Promise((done) => {
    // Told, not asked for again and again: polling would count as the page's own work.
    Object.defineProperty(window, 'tagRan', { get: () => tag, set: (at) => {
      tag = at;
      done();
    } });
  });
  if (!selector) return;
  const visible = () => {
    const e = document.querySelector(selector);
    if (!e) return false;
    const r = e.getBoundingClientRect();
    const w = Math.min(r.right, innerWidth) - Math.max(r.left, 0);
    const h = Math.min(r.bottom, innerHeight) - Math.max(r.top, 0);
    if (r.width * r.height === 0 || Math.max(0, w) * Math.max(0, h) < (r.width * r.height) / 2) return false;
    let opacity = 1;
    for (let n = e; n instanceof Element; n = n.parentElement) {
      const s = getComputedStyle(n);
      if (s.visibility === 'hidden' || s.display === 'none') return false;
      opacity *= Number(s.opacity);
    }
    return opacity >= 0.5;
  };
  m.shown = new Promise((done) => {
    const look = () => {
      if (!visible()) return setTimeout(() => requestAnimationFrame(look), 15);
      m.banner = performance.now();
      return done();
    };
    // Until the banner exists, only a mutation is worth a look.
    const watcher = new MutationObserver(() => {
      if (!document.querySelector(selector)) return;
      watcher.disconnect();
      requestAnimationFrame(look);
    });
    watcher.observe(document, { childList: true, subtree: true });
  });
}

const within = (promise) =>
  Promise.race([
    promise,
    new Promise((_, late) => {
      setTimeout(late, 20_000, new Error('nothing happened for 20 seconds')).unref();
    }),
  ]);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Opens a tab of its own, since what a tab counts goes on from page to page.
 * With a clock nothing is watched but what scripts and tasks take by it:
 * `threadTicks` is the processor's time, `timeTicks` the wall's.
 */
async function visit(visitor, server, url, { slow, banner, emptyCache, clock, settled, afterwards }) {
  const page = await visitor.newPage();
  try {
    await page.send('Network.enable');
    if (slow) {
      await page.send('Emulation.setCPUThrottlingRate', { rate: SLOW.cpu });
      await page.send('Network.emulateNetworkConditions', { offline: false, latency: SLOW.latency, downloadThroughput: SLOW.down, uploadThroughput: SLOW.up });
    }
    if (emptyCache) await page.send('Network.clearBrowserCache');
    await page.send('Performance.enable', { timeDomain: clock ?? 'timeTicks' });
    if (!clock) await page.before(watch, banner);
    server.take();
    await page.goto(url);
    if (!clock) await within(page.evaluate(settled));
    await pause((slow ? 700 : 400) * (clock ? 2 : 1));
    const { metrics } = await page.send('Performance.getMetrics');
    const metric = (name) => metrics.find((m) => m.name === name).value * 1000;
    const spent = { script: metric('ScriptDuration'), task: metric('TaskDuration') };
    if (clock) return spent;
    const seen = await page.evaluate(() => ({ ...window.measured, opened: 0, shown: 0, tag: window.tagRan }));
    const found = { ...seen, ...server.take() };
    await afterwards?.(page, found);
    return found;
  } finally {
    await page.close();
  }
}

/** Visits per run that measure the processor: its time scatters most of all that is measured. */
export const CPU_VISITS = 3;

/** Runs one visitor of a candidate; throws when its gate leaks or never opens. */
export async function visitor(browser, server, candidate, index, slow) {
  const url = `${server.url}/page/${index}`;
  const open = () => window.measured.opened;
  const shown = () => window.measured.shown;
  const rest = () => true;
  const later = candidate.tags ? open : rest;
  const hasRun = () => !!window.tagRan;
  // Looking for the banner takes time of its own, so nobody looks where processor time is measured.
  const spentBy = (clock) => browser.visitor((v) => visit(v, server, url, { slow, clock }));
  const cpu = [];
  const task = [];
  for (let i = 0; i < CPU_VISITS; i++) {
    const spent = await spentBy('threadTicks');
    cpu.push(spent.script);
    task.push(spent.task);
  }
  const { script } = await spentBy('timeTicks');
  return browser.visitor(async (v) => {
    const first = await visit(v, server, url, {
      slow,
      banner: candidate.banner,
      settled: candidate.banner ? shown : later,
      afterwards: candidate.banner && (async (page, found) => {
        if (found.gated > 0) throw new Error(`${candidate.name}: a gated thing was fetched before the choice`);
        // One candidate shows its banner before its buttons work: a visitor would click again.
        for (let tries = 0; tries < 3 && !(await page.evaluate(hasRun)); tries++) {
          await page.click(candidate.accept).catch(() => {});
          await Promise.race([page.evaluate(open), pause(4000)]);
        }
        if (!(await page.evaluate(hasRun))) throw new Error(`${candidate.name}: its gate did not open`);
        await pause(slow ? 1000 : 400);
      }),
    });
    // Who returns has no banner to look for.
    const empty = await visit(v, server, url, { slow, settled: later, emptyCache: true });
    const warm = await visit(v, server, url, { slow, settled: later });
    return { first: { ...first, cpu, task, script }, empty, warm };
  });
}
