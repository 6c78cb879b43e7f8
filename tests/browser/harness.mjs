// Starts the shipped binary and a real Chromium, and stops both.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = path.join(root, 'bin', 'lxconsent');

/** A folder that is removed by the returned function. */
export function tempDir() {
  const dir = mkdtempSync(path.join(tmpdir(), 'lxconsent-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }) };
}

/**
 * Starts a server on a free port (or on the given one) and waits for its greeting.
 * stop() ends it with SIGTERM, kill() with SIGKILL; both wait for its end.
 */
export async function startServer({ dir, port = 0, args = [], env = {} }) {
  const child = spawn(binary, ['serve', '--demo', '--limits', 'off', '--listen', `127.0.0.1:${port}`, '--data-dir', dir, ...args], {
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

/** Starts a real redis-server without persistence on a free port. */
export async function startRedis(dir) {
  const port = await freePort();
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

export async function startBrowser() {
  return chromium.launch({
    executablePath: find('chromium'),
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

/**
 * A new visitor: an empty cookie jar and a page that records its requests and
 * everything that went wrong on it.
 */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en-US', ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const requests = [];
  const faults = [];
  page.on('request', (r) => requests.push({ method: r.method(), url: new URL(r.url()).pathname }));
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
    /** Loads a page and waits until it has come to rest. */
    open: async (url) => {
      requests.length = 0;
      await page.goto(url, { waitUntil: 'networkidle' });
    },
    close: () => context.close(),
  };
}

/** The counts that grew between two readings of the sinks. */
export function grown(before, after) {
  return Object.fromEntries(['analytics', 'ad', 'video'].map((k) => [k, after[k] - before[k]]));
}
