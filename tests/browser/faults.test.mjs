import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { find, tempDir } from './harness.mjs';
import { choose, decided, siteOf, startStage, until, waiting } from './stage.mjs';

let stage, gate;
const document1 = siteOf('shop', { cookies: [{ name: '_stat', purpose: 'analytics' }], features: { consent_mode: false, cookie_writes: true } });
const tags = '<script type="text/plain" data-category="analytics">window.ran = (window.ran ?? 0) + 1; try { document.cookie = "_stat=1"; } catch {}</script>';
const page = (route = '/page') => stage.url('www.shop.localhost', route);

before(async () => {
  stage = await startStage();
  await stage.site(document1);
  stage.serve('www.shop.localhost/page', stage.page('shop', '', tags));
  gate = await (await stage.api('GET', '/v1/inline/shop?gate=1')).text();
  stage.serve('www.shop.localhost/gated', `<!doctype html><html lang="en"><head><meta charset="utf-8">${gate}<title>Shop</title></head><body><h1>Shop</h1>${tags}</body></html>`);
  stage.serve('www.shop.localhost/plain', '<!doctype html><title>Plain</title><h1>Plain</h1>');
});
after(() => stage?.stop());

const ran = (p) => p.evaluate(() => window.ran);
const shown = (p) => p.locator('#lx-consent').count();
const records = async (site = 'shop') => {
  const text = (await (await stage.api('GET', `/v1/sites/${site}/records`)).text()).trim();
  return text ? text.split('\n').map((l) => JSON.parse(l)) : [];
};

describe('S1: a script that cannot be reached, or is none', () => {
  const faults = {
    'cannot be reached': (r) => r.abort(),
    'answers 500': (r) => r.fulfill({ status: 500, body: 'oops' }),
    'answers an error page with 200': (r) => r.fulfill({ contentType: 'text/html', body: '<!doctype html><h1>Oops</h1>' }),
    'answers half a script': async (r) => {
      const text = await (await fetch(`${stage.server.url}/s/shop.js`)).text();
      await r.fulfill({ contentType: 'text/javascript', body: text.slice(0, text.length / 2) });
    },
  };
  test('the page stays usable and tags inert, also for who had accepted', () =>
    stage.visit(async (_, p) => {
      await p.goto(page());
      await choose(p, 'accept');
      for (const [name, fault] of Object.entries(faults)) {
        await p.route('**/s/shop.js*', fault);
        await p.goto(page());
        assert.deepEqual([await ran(p), await shown(p), await p.locator('h1').innerText()], [undefined, 0, 'Shop'], name);
        await p.unroute('**/s/shop.js*');
      }
    }, { known: /Failed to load|SyntaxError|ERR_FAILED/ }));
});

test('S1: beside an inline gate, a script that never answers holds up neither the page nor what was granted', () =>
  stage.visit(async (_, p) => {
    const read = async () => {
      await p.goto(page('/gated'), { waitUntil: 'commit' });
      await p.waitForFunction(() => document.readyState === 'interactive');
    };
    await p.route('**/s/shop.js*', () => {});
    await read();
    assert.deepEqual([await ran(p), await p.locator('h1').innerText()], [undefined, 'Shop']);
    await p.unroute('**/s/shop.js*');
    await p.goto(page());
    await choose(p, 'accept');
    await p.route('**/s/shop.js*', () => {});
    await read();
    await p.waitForFunction(() => window.ran === 1);
  }));

const allowed = { 'access-control-allow-credentials': 'true' };
const answers = {
  'an error of the server': { status: 500, body: 'oops' },
  'a word to come later': { status: 429, body: 'later' },
  'an error page with 200': { contentType: 'text/html', body: '<!doctype html><h1>Oops</h1>' },
};
for (const [name, answer] of Object.entries(answers))
  test(`S1: a decision that is answered with ${name} is obeyed, kept and recorded once from the next page`, () =>
    stage.visit(async (_, p) => {
      await p.goto(page());
      await p.route('**/v1/consents', (r) => r.fulfill({ ...answer, headers: { ...allowed, 'access-control-allow-origin': new URL(page()).origin } }));
      const [response] = await Promise.all([p.waitForResponse('**/v1/consents'), p.click('#lx-consent [data-lx-action="accept"]')]);
      await response.finished();
      await p.waitForFunction(() => window.ran === 1);
      await p.unroute('**/v1/consents');
      await decided(p, () => p.goto(page()));
      assert.deepEqual([await ran(p), await shown(p)], [1, 0]);
      const { id } = response.request().postDataJSON();
      assert.equal((await records()).filter((r) => r.id === id).length, 1);
    }, { known: /Failed to load/ }));

test('S2, S23: a choice under an edition that was shown holds, and what is new or wider is asked about while it waits', async () => {
  await stage.site({ ...document1, id: 'changing' });
  stage.serve('www.shop.localhost/changing', stage.page('changing', '', tags));
  await stage.visit(async (v, p) => {
    await p.goto(page('/changing'));
    const more = document1.purposes.map((purpose) => (purpose.id === 'functional' ? { ...purpose, classes: ['functional', 'recording'] } : purpose));
    await stage.site({ ...document1, id: 'changing', purposes: [...more, { id: 'surveys', classes: ['analytics'], basis: 'consent' }] });
    await choose(p, 'accept');
    await (await v.context.newCDPSession(p)).send('Network.clearBrowserCache');
    assert.deepEqual((await records('changing')).map((r) => r.edition), [1], 'the record names what was shown');
    await p.goto(page('/changing'));
    await p.locator('#lx-consent').waitFor();
    assert.deepEqual(await p.evaluate(() => ['analytics', 'functional', 'surveys'].map((name) => window.lxConsent.has(name))), [true, false, false]);
  });
});

test('S2: a script that is three editions old and the newest obey each other’s choices, behind a gate as old', async () => {
  await stage.site({ ...document1, id: 'skewed' });
  const old = await (await fetch(`${stage.server.url}/s/skewed.js`)).text();
  const oldGate = await (await stage.api('GET', '/v1/inline/skewed?gate=1')).text();
  const [, functional, ...rest] = document1.purposes;
  for (let i = 2; i < 5; i++)
    await stage.site({ ...document1, id: 'skewed', purposes: [document1.purposes[0], ...rest, { ...functional, id: `more-${i}` }] });
  const late = await (await fetch(`${stage.server.url}/s/skewed.js`)).text();
  const markup = stage.page('skewed', '', tags);
  stage.serve('www.shop.localhost/skewed', markup);
  stage.serve('www.shop.localhost/skewed-gate', markup.replace(stage.tag('skewed'), oldGate));
  await stage.visit(async (_, p) => {
    let script;
    await p.route('**/s/skewed.js*', (r) => r.fulfill({ contentType: 'text/javascript', body: script }));
    const open = async (body, route = '/skewed') => {
      script = body;
      await p.goto(page(route));
      await p.waitForFunction(() => window.lxConsent?.has);
      return p.evaluate(() => [['functional', 'analytics', 'more-4'].filter((name) => window.lxConsent.has(name)), window.ran, document.querySelectorAll('#lx-consent').length]);
    };
    assert.deepEqual(await open(old), [[], undefined, 1]);
    await choose(p, 'accept');
    assert.deepEqual(await open(old), [['functional', 'analytics'], 1, 0]);
    for (const route of ['/skewed', '/skewed-gate']) assert.deepEqual(await open(late, route), [['analytics'], 1, 1], 'what is new is asked about');
    await decided(p, () => p.evaluate(() => window.lxConsent.withdraw()));
    assert.deepEqual((await records('skewed')).map((r) => r.edition), [1, 4]);
    assert.deepEqual(await open(late, '/skewed-gate'), [[], undefined, 0]);
    assert.deepEqual(await open(old), [[], undefined, 1], 'what the later one does not speak of is asked about');
  });
});

test('S3: who removes the banner does not hang the page, and grants nothing', () =>
  stage.visit(async (_, p) => {
    await p.addInitScript(() => {
      new MutationObserver(() => document.querySelector('#lx-consent')?.remove()).observe(document, { childList: true, subtree: true });
    });
    await p.goto(page());
    assert.equal(await p.evaluate(() => new Promise((r) => setTimeout(r, 50, 'alive'))), 'alive');
    assert.equal(await ran(p), undefined);
  }));

test('a copy of its page that a router kept shows no banner that was answered, and one while it is asked', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    await p.locator('#lx-consent').waitFor();
    const restore = () => p.evaluate(() => document.body.replaceWith(window.kept.cloneNode(true)));
    await p.evaluate(() => { window.kept = document.body.cloneNode(true); });
    await restore();
    await until(async () => assert.equal(await p.locator('#lx-consent').count(), 1));
    await choose(p, 'reject');
    await restore();
    await until(async () => assert.equal(await p.locator('#lx-consent').count(), 0));
  }));

test('S17: a page that is written anew has a banner that answers, and triggers that open it', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    await p.locator('#lx-consent').waitFor();
    const rewrite = () => p.evaluate(() => {
      document.open();
      document.write('<!doctype html><title>New</title><h1>New</h1><button id="open" data-lx-action="settings">Cookies</button>');
      document.close();
    });
    await rewrite();
    await choose(p, 'reject');
    await until(async () => assert.equal(await shown(p), 0));
    await rewrite();
    await p.click('#open');
    await p.locator('#lx-consent[data-lx-view="preferences"]').waitFor();
  }));

test('S17: preferences that the page wipes away come back as they were set', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    await p.click('#lx-consent [data-lx-action="settings"]');
    await p.check('#lx-consent [data-lx-purpose="marketing"]');
    for (const wipe of [() => { document.body.innerHTML = '<h1>New</h1>'; }, () => document.body.replaceWith(document.body.cloneNode(true))]) {
      const before = await p.locator('#lx-consent').elementHandle();
      await p.evaluate(wipe);
      await until(() => before.evaluate((e) => !e.isConnected && !!document.querySelector('#lx-consent:modal')));
    }
    await choose(p, 'save');
    assert.deepEqual((await p.evaluate(() => window.lxConsent.get())).levels, { necessary: 1, functional: 0, analytics: 0, marketing: 1 });
  }));

const broken = {
  'S4: storage that throws': () => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
      Object.defineProperty(window, name, { get: () => { throw new DOMException('no', 'SecurityError'); } });
    Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
  },
  'S4: cookies that throw': () => {
    Object.defineProperty(Document.prototype, 'cookie', {
      configurable: true, get: () => { throw new DOMException('no', 'SecurityError'); }, set: () => { throw new DOMException('no', 'SecurityError'); },
    });
  },
  'S4: cookies that a page has walled off for good': () => {
    Object.defineProperty(document, 'cookie', { get: () => { throw new DOMException('no', 'SecurityError'); } });
  },
  'S5: cookies that nobody keeps': () => {
    Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get: () => '', set: () => {} });
  },
};
for (const [name, breakIt] of Object.entries(broken))
  test(`${name} leave a choice that holds for the page`, () =>
    stage.visit(async (_, p) => {
      await p.addInitScript(breakIt);
      await p.goto(page());
      assert.equal(await ran(p), undefined);
      await choose(p, 'accept');
      await p.waitForFunction(() => window.ran === 1);
      await until(async () => assert.equal(await shown(p), 0));
      await p.evaluate(() => window.lxConsent.withdraw());
      assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
    }));

test('S5: the cookie that the server has set is not set again by a page, since some browsers keep what pages set for days only', () =>
  stage.visit(async (_, p) => {
    // Under the host of the page both cookies are the server's.
    stage.serve('www.shop.localhost/own', stage.page('shop').replace(stage.consent, `http://www.shop.localhost:${stage.server.port}`));
    await p.addInitScript(() => {
      window.written = [];
      const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
      Object.defineProperty(Document.prototype, 'cookie', { configurable: true, get, set(text) {
        if (text.startsWith('lx_consent=1')) window.written.push(text.split(';')[0].at(-1));
        set.call(this, text);
      } });
    });
    const written = () => p.evaluate(() => window.written);
    await p.goto(page('/own'));
    await choose(p, 'accept');
    assert.deepEqual(await written(), ['.'], 'what has no proof yet');
    await p.goto(page('/own'));
    assert.deepEqual([await p.evaluate(() => window.lxConsent.has('analytics')), await written()], [true, []]);
  }));

test('S5: where the consent server is another site, the page keeps the choice, and the subject as long as it stands', async () => {
  await stage.site({ ...document1, id: 'client', origins: ['http://www.client.localhost'] });
  stage.serve('www.client.localhost/page', stage.page('client', '', tags));
  await stage.visit(async (v, p) => {
    await p.goto(stage.url('www.client.localhost', '/page'));
    await choose(p, 'accept');
    const [held, ...more] = (await v.context.cookies()).filter((c) => c.name.startsWith('lx_'));
    assert.deepEqual([held.name, held.domain, more], ['lx_consent', 'www.client.localhost', []]);
    assert.match(held.value, /\.[\w-]{22}$/, 'it has its proof');
    await decided(p, () => p.evaluate(() => window.lxConsent.withdraw()));
    const both = await records('client');
    assert.deepEqual(both.map((r) => r.action), ['accept_all', 'withdraw']);
    assert.ok(both[0].subject && both[0].subject === both[1].subject);
    await p.goto(stage.url('www.client.localhost', '/page'));
    assert.deepEqual([await ran(p), await shown(p)], [undefined, 0]);
  });
});

test('S7: a page out of the back-forward cache has the choice that was made since, though its browser tells it nothing else', async () => {
  const deaf = "delete window.cookieStore; for (const name of ['visibilitychange', 'storage']) addEventListener(name, (e) => e.stopImmediatePropagation(), true);";
  // What may not be kept at all does not come back out of a cache.
  stage.serve('www.shop.localhost/kept', () => ({ text: stage.page('shop', '', tags).replace('<meta', `<script>${deaf}</script><meta`), headers: { 'cache-control': 'no-cache' } }));
  const browser = await chromium.launch({
    executablePath: find('chromium'), ignoreDefaultArgs: ['--disable-back-forward-cache'], args: ['--headless', '--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * 127.0.0.1'],
  });
  try {
    const context = await browser.newContext();
    const p = await context.newPage();
    await p.goto(page('/kept'));
    await p.evaluate(() => { window.mark = 1; addEventListener('pageshow', (e) => { window.restored = e.persisted; }); });
    const other = await context.newPage();
    await p.goto(page('/plain'));
    await other.goto(page());
    await choose(other, 'accept');
    await p.goBack({ waitUntil: 'commit' });
    // The page itself came back.
    await until(async () => assert.deepEqual(await p.evaluate(() => [window.mark, window.restored]), [1, true]));
    await p.waitForFunction(() => window.lxConsent.has('analytics') && !document.querySelector('#lx-consent'));
  } finally {
    await browser.close();
  }
});

test('S8: a page that is made before it is wanted shows nothing until it is', async () => {
  // A browser that a test looks into makes no pages ahead, so this one is left alone: its pages tell what they see.
  const tell = '<script>for (const e of ["ready", "show"]) addEventListener("lxconsent:" + e, () => fetch("/told?" + e + document.prerendering));</script>';
  stage.serve('www.shop.localhost/next', `<!doctype html><head>${tell}${stage.tag('shop')}<title>Next</title></head><body><h1>Next</h1>
    <script>setTimeout(() => fetch('/told?made' + document.prerendering + document.querySelectorAll('#lx-consent').length), 100);
    addEventListener('lxconsent:show', () => setTimeout(() => fetch('/told?seen' + document.querySelectorAll('#lx-consent').length)));</script></body>`);
  stage.serve('www.shop.localhost/told', '');
  stage.serve('www.shop.localhost/start', `<!doctype html><title>Start</title><script type="speculationrules">{"prerender":[{"urls":["/next"],"eagerness":"immediate"}]}</script>
    <script>const timer = setInterval(async () => { if (await (await fetch('/made')).text() === 'yes') { clearInterval(timer); location.href = '/next'; } }, 50);</script>`);
  const told = () => stage.asked('www.shop.localhost/told');
  stage.serve('www.shop.localhost/made', () => ({ text: told().includes('?madetrue0') ? 'yes' : 'no' }));
  stage.hits.length = 0;
  const temp = tempDir();
  const alone = spawn(find('chromium'), ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${temp.dir}`, '--host-resolver-rules=MAP * 127.0.0.1', page('/start')], { stdio: 'ignore', detached: true });
  const ended = new Promise((done) => alone.once('exit', done));
  try {
    // Each is on a way of its own.
    await until(() => assert.deepEqual(told().sort(), ['?madetrue0', '?readytrue', '?seen1', '?showfalse']));
  } finally {
    // The whole group: what the browser started has no time of its own to end in.
    process.kill(-alone.pid, 'SIGKILL');
    await ended;
    temp.remove();
  }
});

test('S10: of two tags the first counts, and the second says so once', () =>
  stage.visit(async (_, p) => {
    const told = [];
    p.on('console', (m) => m.type() === 'warning' && told.push(m.text()));
    stage.serve('www.shop.localhost/twice', stage.page('shop', `<script>window.n = 0; addEventListener('lxconsent:ready', () => window.n++); window.first = window.lxConsent;</script>${stage.tag('shop')}`, tags));
    await p.goto(page('/twice'));
    assert.deepEqual(await p.evaluate(() => [window.n, window.first === window.lxConsent]), [0, true]);
    await until(async () => assert.deepEqual([await shown(p), told], [1, ['lxConsent included twice']]));
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran === 1);
  }));

test('S10: beside an inline gate, of the tag and that of a tag manager the first to come counts', () =>
  stage.visit(async (_, p) => {
    const told = [];
    p.on('console', (m) => m.type() === 'warning' && told.push(m.text()));
    const manager = `<script>for (const place of [document.head, document.documentElement]) place.append(Object.assign(document.createElement('script'), { src: '${stage.consent}/s/shop.js' }));</script>`;
    stage.serve('www.shop.localhost/manager', `<!doctype html><html lang="en"><head><meta charset="utf-8">${gate}<title>Shop</title>${manager}</head><body><h1>Shop</h1>${tags}</body></html>`);
    await p.goto(page('/manager'));
    await p.locator('#lx-consent').waitFor();
    await until(() => told.length === 2);
    assert.equal(await shown(p), 1);
    assert.deepEqual([...new Set(told)], ['lxConsent included twice']);
    await choose(p, 'accept');
    await p.waitForFunction(() => window.ran === 1);
  }));

// What browsers have not always had; each is away in one of them. Older ones cannot read the script at all, see S1.
const missing = [
  'fetch', 'Promise', 'Proxy', 'Set', 'MutationObserver', 'ResizeObserver', 'CustomEvent', 'CSSStyleSheet', 'HTMLDialogElement', 'Intl', 'URL', 'crypto',
  'navigator.userActivation', 'navigator.sendBeacon', 'document.adoptedStyleSheets', 'Element.prototype.attachShadow', 'Element.prototype.closest', 'Element.prototype.append',
  'Element.prototype.replaceWith', 'HTMLDialogElement.prototype.showModal', 'HTMLDialogElement.prototype.close', 'Object.fromEntries', 'Array.prototype.flatMap',
  'Array.prototype.includes', 'String.prototype.replaceAll', 'String.prototype.startsWith', 'HTMLElement.prototype.dataset', 'CSSStyleDeclaration.prototype.setProperty', 'NodeList.prototype.forEach',
];
test('S11: in a browser that lacks something, nothing is granted, nothing surfaces and the page works', async () => {
  for (const name of missing)
    await stage.visit(async (_, p) => {
      await p.addInitScript((path) => {
        const names = path.split('.');
        const last = names.pop();
        let owner = names.reduce((o, n) => o[n], window);
        while (owner && !Object.hasOwn(owner, last)) owner = Object.getPrototypeOf(owner);
        delete owner[last];
      }, name);
      await p.goto(page());
      assert.equal(await p.locator('h1').innerText(), 'Shop', name);
      const has = () => p.evaluate(() => [!!window.lxConsent?.has?.('analytics'), window.ran]);
      assert.deepEqual(await has(), [false, undefined], `nothing runs without ${name}`);
      // Whoever sees a banner can refuse in it.
      const reject = p.locator('#lx-consent [data-lx-action="reject"]');
      if (await reject.count()) {
        await reject.evaluate((b) => b.click());
        assert.deepEqual(await has(), [false, undefined], `a refusal holds without ${name}`);
      }
    });
});

test('S12: a page that is left right after the click loses no decision and records none twice', async () => {
  // Nobody else decides there, and each visitor is a new one: the answer to a page that was left may come after all else.
  await stage.site({ ...document1, id: 'left' });
  stage.serve('www.shop.localhost/left', stage.page('left'));
  for (let i = 0; i < 5; i++)
    await stage.visit(async (_, p) => {
      await p.goto(page('/left'));
      await p.locator('#lx-consent').waitFor();
      await p.evaluate((url) => {
        document.querySelector('#lx-consent [data-lx-action="reject"]').click();
        location.href = url;
      }, page('/plain'));
      await p.waitForURL(page('/plain'));
      await p.goto(page('/left'));
      await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    });
  const all = await records('left');
  assert.equal(new Set(all.map((r) => r.id)).size, 5);
  assert.equal(all.length, 5);
});

test('S12: what is on its way when its page is left arrives, though no page of ours follows', () =>
  stage.visit(async (_, p) => {
    let release;
    const held = new Promise((done) => { release = done; });
    await p.route('**/v1/consents', async (r) => {
      await held;
      await r.continue();
    });
    await p.goto(page());
    const [request] = await Promise.all([p.waitForRequest('**/v1/consents'), p.click('#lx-consent [data-lx-action="reject"]')]);
    await p.goto(page('/plain'));
    release();
    const { id } = request.postDataJSON();
    await until(async () => assert.ok((await records()).some((r) => r.id === id)));
  }));

for (const year of [2016, 2036])
  test(`S13: a clock that tells of ${year} changes nothing but the age`, () =>
    stage.visit(async (_, p) => {
      await p.clock.install({ time: new Date(`${year}-01-01`) });
      await p.goto(page());
      const [request] = await Promise.all([p.waitForRequest('**/v1/consents'), choose(p, 'reject')]);
      const { age } = request.postDataJSON();
      assert.ok(age >= 0 && age < 60_000, `${age}`);
      const { time } = (await records()).at(-1);
      assert.ok(Math.abs(new Date(time) - Date.now()) < 600_000, time);
    }));

test('S13: a decision that waits since a clock was ahead is recorded, as made now', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    await p.route('**/v1/consents', (r) => r.abort());
    await Promise.all([p.waitForEvent('requestfailed'), p.click('#lx-consent [data-lx-action="reject"]')]);
    await p.evaluate(() => {
      const [body, at] = JSON.parse(localStorage.lx_pending);
      localStorage.lx_pending = JSON.stringify([body, at + 3_600_000]);
    });
    await p.unroute('**/v1/consents');
    const response = await decided(p, () => p.goto(page()));
    assert.equal(response.request().postDataJSON().age, 0);
  }, { known: /ERR_FAILED/ }));

for (const [name, route] of [['the one tag', '/page'], ['an inline gate', '/gated']])
  test(`S16: a frame without an origin is silent and denied, with ${name}`, () =>
    stage.visit(async (_, p) => {
      stage.serve('www.shop.localhost/framed', `<!doctype html><title>Framed</title><iframe sandbox="allow-scripts" src="${route}" title="Inner"></iframe>`);
      await p.goto(page('/framed'));
      const inner = p.frames()[1];
      await inner.waitForFunction(() => window.lxConsent?.has);
      assert.equal(await inner.evaluate(() => window.ran), undefined);
      assert.equal(await inner.evaluate(() => window.lxConsent.has('analytics')), false);
    }, { known: /CORS policy|ERR_FAILED/ }));

test('S16: a page out of a file is silent and denied', async () => {
  const temp = tempDir();
  try {
    writeFileSync(`${temp.dir}/page.html`, stage.page('shop', '', tags));
    await stage.visit(async (_, p) => {
      await p.goto(`file://${temp.dir}/page.html`);
      await p.locator('#lx-consent').waitFor();
      assert.deepEqual([await ran(p), await p.evaluate(() => window.lxConsent.has('analytics'))], [undefined, false]);
    });
  } finally {
    temp.remove();
  }
});

test('S4: where no cookie is kept, the choice holds as long as its page', () =>
  stage.visit(async (_, p) => {
    stage.serve('www.shop.localhost/framed', `<!doctype html><title>Framed</title><iframe sandbox="allow-scripts" src="/page" title="Inner" width="800" height="600"></iframe>`);
    await p.goto(page('/framed'));
    const inner = p.frames()[1];
    await inner.click('#lx-consent [data-lx-action="accept"]');
    await inner.waitForFunction(() => window.ran === 1);
    // As when its tab is left and looked at again, or comes out of the back-forward cache.
    for (const name of ['visibilitychange', 'pageshow']) {
      assert.equal(await inner.evaluate((n) => {
        dispatchEvent(new Event(n));
        return window.lxConsent.get().decided && window.lxConsent.has('analytics');
      }, name), true);
    }
  }, { known: /CORS policy|ERR_FAILED|403/ }));

test('S19: who lost the subject gets a new one and never an old one', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    const subject = async (deed) => (await (await decided(p, deed)).json()).subject;
    const first = await subject(() => p.click('#lx-consent [data-lx-action="accept"]'));
    await p.goto(page());
    await p.click('body');
    const second = await subject(() => p.evaluate(() => window.lxConsent.set({ analytics: 0 })));
    assert.ok(first);
    assert.notEqual(first.split('.')[1], second?.split('.')[1]);
  }));

test('S19: a withdrawal that does not wait for the answer to the grant is still the same visitor’s', () =>
  stage.visit(async (_, p) => {
    let asked = 0, answer;
    const held = new Promise((done) => { answer = done; });
    await p.route('**/v1/consents', async (r) => {
      if (!asked++) await held;
      await r.continue();
    });
    await p.goto(page());
    await p.click('#lx-consent [data-lx-action="accept"]');
    await p.evaluate(() => window.lxConsent.withdraw());
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
    answer();
    await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    const [grant, withdrawal] = (await records()).slice(-2);
    assert.deepEqual([grant.action, withdrawal.action], ['accept_all', 'withdraw']);
    assert.ok(grant.subject);
    assert.equal(withdrawal.subject, grant.subject);
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
  }));

for (const [late, hold] of [['answer', true], ['request', false]])
  test(`S9: a withdrawal in one tab is not undone by the late ${late} of a grant in another, and is the same visitor’s`, () =>
    stage.visit(async (v, p) => {
      let asked = 0, release;
      const held = new Promise((done) => { release = done; });
      await p.route('**/v1/consents', async (r) => {
        if (asked++) return r.continue();
        if (!hold) await held;
        // This program does not know the hosts that the browser is told of.
        const response = await r.fetch({ url: r.request().url().replace('consent.shop.localhost', '127.0.0.1'), headers: await r.request().allHeaders() });
        await held;
        await r.fulfill({ response });
      });
      const other = await v.context.newPage();
      await p.goto(page());
      await other.goto(page());
      await p.click('#lx-consent [data-lx-action="accept"]');
      const has = (tab) => tab.evaluate(() => window.lxConsent.has('analytics'));
      await until(() => has(other));
      if (hold) await until(async () => (await records()).at(-1)?.action === 'accept_all');
      await decided(other, () => other.evaluate(() => window.lxConsent.withdraw()));
      await until(async () => !(await has(p)));
      const [answer] = await Promise.all([p.waitForResponse('**/v1/consents'), release()]);
      await answer.finished();
      const last = (await records()).slice(-2);
      assert.deepEqual(last.map((r) => [r.action, r.subject]), [['accept_all', last[0].subject], ['withdraw', last[0].subject]]);
      assert.ok(last[0].subject);
      for (const tab of [other, p]) {
        assert.equal(await has(tab), false);
        await tab.goto(page());
        assert.equal(await has(tab), false, 'what is kept says the same');
      }
    }));

test('S20: a withdrawal offline stops everything now and is sent later', () =>
  stage.visit(async (v, p) => {
    await p.goto(page());
    await choose(p, 'accept');
    await p.waitForFunction(() => document.cookie.includes('_stat='));
    await v.context.setOffline(true);
    await p.evaluate(() => window.lxConsent.withdraw());
    assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
    assert.doesNotMatch(await p.evaluate(() => document.cookie), /_stat=/);
    await v.context.setOffline(false);
    await p.goto(page());
    await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    assert.equal((await records()).at(-1).action, 'withdraw');
    assert.equal(await ran(p), undefined);
  }, { known: /ERR_INTERNET_DISCONNECTED/ }));

test('S22: a browser that sends the signal itself is obeyed before anything is shown', async () => {
  const browser = await chromium.launch({
    executablePath: find('chromium'), args: ['--headless', '--no-sandbox', '--disable-gpu', '--enable-features=GlobalPrivacyControlForce', '--host-resolver-rules=MAP * 127.0.0.1'],
  });
  try {
    const p = await (await browser.newContext()).newPage();
    await p.goto(page());
    assert.equal(await p.evaluate(() => navigator.globalPrivacyControl), true);
    assert.equal(await p.evaluate(() => window.lxConsent.get().gpc), true);
    await choose(p, 'accept');
    assert.deepEqual(await p.evaluate(() => [window.lxConsent.has('analytics'), window.lxConsent.has('marketing')]), [true, false]);
  } finally {
    await browser.close();
  }
});

test('S22: the signal, sent from now on, stops what was granted before and nothing else, and records nothing', () =>
  stage.visit(async (v, p) => {
    await p.goto(page());
    await choose(p, 'accept');
    const held = async () => (await v.cookies()).lx_consent.value;
    const before = await held();
    await p.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
    await p.goto(page());
    assert.deepEqual([await p.evaluate(() => ['analytics', 'marketing'].map((name) => window.lxConsent.has(name))), await shown(p)], [[true, false], 0]);
    assert.equal(await held(), before);
    assert.equal(v.requests.filter((r) => r.method === 'POST').length, 1);
  }));

test('S23: a grant that has ended runs nothing until it is given again, and its record stays', () =>
  stage.visit(async (_, p) => {
    await p.goto(page());
    const { id } = (await choose(p, 'accept')).request().postDataJSON();
    await p.addInitScript(() => {
      const { now } = Date;
      Date.now = () => now() + 400 * 86_400_000;
    });
    for (const route of ['/page', '/gated']) {
      await p.goto(page(route));
      await p.locator('#lx-consent').waitFor();
      assert.deepEqual([await ran(p), await p.evaluate(() => window.lxConsent.has('analytics'))], [undefined, false], route);
    }
    assert.ok((await records()).some((r) => r.id === id));
  }));

test('S19: who holds a subject that no key proves any more decides all the same, as somebody new', () =>
  stage.visit(async (v, p) => {
    const old = { name: 'lx_subject', value: '1.k1.AAAAAAAAAAAAAAAAAAAAAA.1795478400123.AAAAAAAAAAAAAAAAAAAAAA', url: stage.consent, httpOnly: true };
    await v.context.addCookies([old]);
    await p.goto(page());
    await choose(p, 'accept');
    await p.waitForFunction(() => !document.cookie.includes('.-.') && !localStorage.getItem('lx_pending'));
    assert.equal((await records()).at(-1).action, 'accept_all');
    assert.ok(!(await v.context.cookies()).some((c) => c.value === old.value));
  }, { known: /403/ }));

test('S24: a decision that the server refuses is not tried for ever, and keeps no newer one back', () =>
  stage.visit(async (_, p) => {
    await p.goto(page('/plain'));
    for (const poison of ['{"id":1}', '[{"id":"AAAAAAAAAAAAAAAAAAAAAA","site":"shop","note":"forged","action":"accept_all","levels":{}},0]', 'rubbish', '[]', 'null', '[null,"x"]']) {
      await waiting(p, poison);
      await p.goto(page());
      assert.equal(await p.evaluate(() => window.lxConsent.has('analytics')), false);
    }
    await waiting(p, '[{"id":"AAAAAAAAAAAAAAAAAAAAAA","site":"shop","note":"forged","action":"accept_all","levels":{}},0]');
    await p.goto(page());
    await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    await choose(p, 'reject');
    await p.waitForFunction(() => !localStorage.getItem('lx_pending'));
    assert.equal((await records()).at(-1).action, 'reject_all');
  }, { known: /400|403|422/ }));
