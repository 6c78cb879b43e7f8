// Pages that come in pieces, that are large, and that change all the time.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { choose, siteOf, startStage, until } from './stage.mjs';

let stage;
const home = () => stage.url('www.shop.localhost', '/home');

before(async () => {
  stage = await startStage();
  await stage.site(siteOf('shop'));
  stage.serve('www.shop.localhost/home', stage.page('shop'));
  stage.serve('www.shop.localhost/large', stage.page('shop', '', `<main>${'<p>Words <a href="#x">and a link</a></p>'.repeat(2000)}</main>`));
});
after(() => stage?.stop());

const marked = (text) => `<script type="text/plain" data-category="analytics">${text}</script>`;

test('a script of which half has arrived runs when it is whole, and once', async () => {
  let finish;
  const http = createServer((req, res) => {
    if (req.url === '/more') return finish(res);
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    res.write(`<!doctype html><html lang="en"><head>${stage.tag('shop')}<title>Shop</title></head><body><h1>Shop</h1><script>
      new MutationObserver((_, o) => { if (document.querySelector('[data-category]')?.firstChild) { o.disconnect(); fetch('/more'); } }).observe(document, { childList: true, subtree: true });
    </script><div><script type="text/plain" data-category="analytics">window.ran = ['half',`);
    finish = (more) => {
      more.end();
      res.end(` 'whole'];</script></div>${marked('ran.push("next");')}</body></html>`);
    };
    return undefined;
  });
  await new Promise((done) => http.listen(0, '127.0.0.1', done));
  try {
    await stage.visit(async (v, p) => {
      await v.open(home());
      await choose(p, 'accept');
      await p.goto(`http://www.shop.localhost:${http.address().port}/`);
      await until(async () => assert.deepEqual(await p.evaluate(() => window.ran), ['half', 'whole', 'next']));
    });
  } finally {
    http.closeAllConnections();
    await new Promise((done) => http.close(done));
  }
});

test('a change of a large page costs a look at what is new, and not at the page', () =>
  stage.visit(async (v, p) => {
    await v.open(stage.url('www.shop.localhost', '/large'));
    await choose(p, 'accept');
    const { looks, ran } = await p.evaluate(async () => {
      const looked = [];
      for (const type of [Document, Element]) {
        const native = type.prototype.querySelectorAll;
        type.prototype.querySelectorAll = function (kind) {
          looked.push(this.nodeName + native.call(this, '*').length);
          return native.call(this, kind);
        };
      }
      window.ran = [];
      const script = (text) => Object.assign(document.createElement('script'), { type: 'text/plain', textContent: `ran.push('${text}')` });
      const add = (parent, text, inside) => {
        const e = script(text);
        e.dataset.category = 'analytics';
        const outer = inside ? document.createElement('section') : e;
        if (inside) outer.append(e);
        parent.append(outer);
      };
      // Each change is a look of its own.
      add(document.body, 'in the body');
      await Promise.resolve();
      add(document.querySelector('main'), 'deep', true);
      await Promise.resolve();
      // A tree that is made in the page, from its root on, is looked at once.
      let at = document.querySelector('main');
      for (let i = 0; i < 50; i++) at = at.appendChild(document.createElement('div'));
      add(at, 'at the end of a tree');
      await Promise.resolve();
      // What was taken out again before anyone looked waits until it is back.
      add(document.body, 'moved');
      const moved = document.body.lastElementChild;
      moved.remove();
      await Promise.resolve();
      document.body.prepend(moved);
      await new Promise((done) => setTimeout(done));
      return { looks: looked, ran: window.ran };
    });
    assert.deepEqual(ran, ['in the body', 'deep', 'at the end of a tree', 'moved']);
    assert.ok(looks.length < 16 && looks.every((l) => !/BODY|MAIN|#document/.test(l)), looks.join(' '));
  }));
