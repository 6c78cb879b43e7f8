// Starts the shipped binary and a real Chromium, and stops both.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = path.join(root, 'bin', 'lxconsent');

/** How long what is expected may take: far longer than it does, so that a slow machine is not a fault. */
export const patience = 30_000;

/**
 * Looks again and again until what is expected holds: until look() neither throws nor answers false. Answers what
 * it saw; if it never holds, throws what was wrong at last. What is read right after a deed is read too early now
 * and then, and so is what a page says of itself that was true before the deed.
 */
export async function until(look) {
  for (const end = Date.now() + patience; ; await new Promise((done) => setTimeout(done, 20))) {
    try {
      const seen = await look();
      if (seen !== false) return seen;
      throw new Error(`waited in vain: ${look}`);
    } catch (fault) {
      if (Date.now() > end) throw fault;
    }
  }
}

/**
 * A folder that is removed by the returned function. What a browser that has ended leaves running writes a little
 * longer, so the folder is read anew for each try: rmSync's own retries see only what was there at the first.
 */
export function tempDir() {
  const dir = mkdtempSync(path.join(tmpdir(), 'lxconsent-'));
  const remove = () => {
    for (const end = Date.now() + patience; ; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)) {
      try {
        return rmSync(dir, { recursive: true, force: true });
      } catch (fault) {
        if (fault.code !== 'ENOTEMPTY' || Date.now() > end) throw fault;
      }
    }
  };
  return { dir, remove };
}

/**
 * Starts a server on a free port (or on the given one) and waits for its greeting.
 * stop() ends it with SIGTERM, kill() with SIGKILL; both wait for its end.
 */
export async function startServer(how) {
  // Another program may hold a given port for a moment after it was left.
  return how.port ? until(() => begin(how)) : begin(how);
}

async function begin({ dir, port = 0, args = [], env = {}, program = binary }) {
  const child = spawn(program, ['serve', '--demo', '--limits', 'off', '--listen', `127.0.0.1:${port}`, '--data-dir', dir, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let log = '';
  child.stderr.on('data', (b) => {
    log = (log + b).slice(-20000);
  });
  const greeting = [];
  const ready = new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      greeting.push(line);
      if (line.includes('Embed tag')) resolve();
    });
  });
  await ready;
  const text = greeting.join('\n');
  const url = /Site\s+(\S+)/.exec(text)[1];
  const finish = (signal) => async () => {
    child.kill(signal);
    await ended;
  };
  return {
    url,
    port: Number(new URL(url).port),
    dashboard: /Dashboard\s+(\S+)/.exec(text)[1],
    log: () => log,
    stop: finish('SIGTERM'),
    kill: finish('SIGKILL'),
    sinks: async () => (await fetch(`${url}/demo/sink.json`)).json(),
  };
}

/** Starts a real redis-server on a free port, or on the given one. */
export function startRedis(dir, port) {
  // Another program may take the free port first.
  return until(async () => beginRedis(dir, port ?? (await freePort())));
}

async function beginRedis(dir, port) {
  const child = spawn(find('redis-server'), ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--save', ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`redis-server ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port on which nothing listens at this moment. */
export async function freePort() {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const s = createServer();
    s.once('error', reject);
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

export function find(name) {
  return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

export const switches = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function startBrowser(...more) {
  return chromium.launch({ executablePath: find('chromium'), args: [...switches, ...more] });
}

/** A browser whose scrollbars take room, as they do on most desktops. */
export function startBrowserWithScrollbars() {
  return chromium.launch({ executablePath: find('chromium'), args: switches, ignoreDefaultArgs: ['--hide-scrollbars'] });
}

/**
 * A server with the demo, on the embedded file, and a browser; `more` are switches of the browser.
 * stop() ends the server that `server` names by then, so a test may put another one in its place.
 */
export async function startDemo({ args, env, more = [] } = {}) {
  const temp = tempDir();
  const demo = {
    dir: temp.dir,
    stop: async () => {
      await demo.browser?.close();
      await demo.server?.stop();
      temp.remove();
    },
  };
  try {
    demo.server = await startServer({ dir: temp.dir, args, env });
    demo.browser = await startBrowser(...more);
    return demo;
  } catch (fault) {
    await demo.stop();
    throw fault;
  }
}

/** The script of axe-core: a page that evaluates it has window.axe. */
export const axe = readFileSync(`${root}/node_modules/axe-core/axe.min.js`, 'utf8');

/**
 * A new visitor: an empty cookie jar and a page that records its requests and
 * everything that went wrong on it.
 */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en-US', ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const requests = [];
  const faults = [];
  // What is on its way. The end of a beacon is not told.
  const underway = new Set();
  let begun = 0;
  page.on('request', (r) => {
    const { host, pathname, search } = new URL(r.url());
    requests.push({ method: r.method(), url: pathname, host, search, beacon: r.resourceType() === 'ping' });
    begun++;
    // A new page ends what the one before it has asked for.
    if (r.isNavigationRequest() && r.frame() === page.mainFrame()) underway.clear();
    if (r.resourceType() !== 'ping') underway.add(r);
  });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (r) => underway.delete(r));
  // What nobody reads to its end has none.
  page.on('response', (r) => r.request().resourceType() === 'fetch' && underway.delete(r.request()));
  const rest = () =>
    until(async () => {
      const before = begun;
      // The browser tells of all that the page has begun before it gives this answer; a frame is begun when it has an address.
      const empty = await page.locator('iframe:not([src]), iframe[loading=lazy]').count();
      const blank = page.frames().filter((f) => f.parentFrame() && ['', 'about:blank'].includes(f.url())).length;
      if (blank > empty || begun !== before) return false;
      if (underway.size) throw new Error(`still on its way: ${[...underway].map((r) => `${r.resourceType()} ${r.url()}`).join(', ')}`);
    });
  page.on('pageerror', (e) => faults.push(String(e)));
  page.on('console', (m) => {
    if (m.type() === 'error') faults.push(m.text());
  });
  return {
    context,
    page,
    requests,
    faults,
    cookies: async () => Object.fromEntries((await context.cookies()).map((c) => [c.name, c])),
    /** Waits until all that the page has begun by now is over: whatever it asked for was answered. Nothing is asked later without another cause. */
    rest,
    /** Loads a page and waits until it has come to rest. */
    open: async (url) => {
      requests.length = 0;
      await page.goto(url);
      await rest();
    },
    close: () => context.close(),
  };
}

/** Waits for the answer that a choice is recorded. */
export const written = (page) => page.waitForResponse((r) => r.url().endsWith('/v1/consents') && r.status() === 201, { timeout: patience });

/**
 * Does what decides, and waits until the choice is recorded and the page has taken the answer: until then the
 * next page sends the choice once more. Answers the response.
 */
export async function decided(page, deed) {
  const [response] = await Promise.all([written(page), deed()]);
  await until(() => page.evaluate(() => { try { return !localStorage.lx_pending; } catch { return true; } }));
  return response;
}

/** Clicks in the banner, and waits as above. */
export const choose = (page, action) => decided(page, () => page.click(`#lx-consent [data-lx-action="${action}"]`));

/** Takes everything back through the page's API, and waits as above. */
export const withdraw = (page) => decided(page, () => page.evaluate(() => window.lxConsent.withdraw()));

/** The counts that grew between two readings of the sinks. */
export function grown(before, after) {
  return Object.fromEntries(['analytics', 'ad', 'video'].map((k) => [k, after[k] - before[k]]));
}
