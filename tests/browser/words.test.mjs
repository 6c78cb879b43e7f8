// How the words of every language stand in the banner.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { root, visitor } from './harness.mjs';
import { startLayouts } from './layouts.mjs';

const locales = readdirSync(`${root}/snippet/locales`).flatMap((f) => /^(.*)\.json$/.exec(f)?.slice(1) ?? []);
const onATelephone = ['de', 'el', 'fr', 'ar'];
let stage;

before(async () => {
  stage = await startLayouts(locales, { modal: onATelephone });
});
after(() => stage?.stop());

/**
 * Words that go on in another line, buttons in a row whose words do (they may have a row each, but for the last of the
 * preferences), and whether the two answers are as large as each other.
 */
const broken = (p) =>
  p.evaluate(() => {
    const box = document.querySelector('#lx-consent');
    const size = (action) => {
      const { width, height } = box.querySelector(`[data-lx-action=${action}]`).getBoundingClientRect();
      return `${Math.round(width)}x${Math.round(height)}`;
    };
    const out = size('accept') === size('reject') ? [] : ['the answers are not as large as each other'];
    for (const e of box.querySelectorAll('button, label b')) {
      const text = e.firstChild;
      const whole = document.createRange();
      whole.selectNodeContents(e);
      const row = getComputedStyle(e.parentNode);
      const alone = e.parentNode.clientWidth - parseFloat(row.paddingLeft) - parseFloat(row.paddingRight) - e.offsetWidth < 1;
      if (e.matches('div > button:not([data-lx-action=save])') && !alone && whole.getClientRects().length > 1) out.push(text.data);
      // Languages that write no spaces break lines inside of words.
      for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
        if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u.test(word)) continue;
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) out.push(word);
      }
    }
    return out;
  });

/** On a telephone, in the wide letters of this machine, too. */
for (const layout of ['bar', 'box', 'modal', 'corner'])
  test(`both answers share a row on a telephone in the layout ${layout}`, async () => {
    const v = await visitor(stage.browser, { reducedMotion: 'reduce', viewport: { width: 360, height: 740 } });
    try {
      let lang;
      await v.context.route('**/page', (r) =>
        r.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>Page</title><script src="/s/${layout}.js?lang=${lang}"></script><body></body></html>` }),
      );
      for (lang of onATelephone) {
        await v.page.goto(`${stage.url}/page`);
        for (const part of ['banner', 'preferences']) {
          if (part === 'preferences') await v.page.click('#lx-consent [data-lx-action=settings]');
          const [accept, reject] = await v.page.evaluate(() => ['accept', 'reject'].map((a) => document.querySelector(`#lx-consent [data-lx-action=${a}]`).getBoundingClientRect().top));
          assert.equal(accept, reject, `${lang}, ${part}`);
        }
      }
    } finally {
      await v.close();
    }
  });

for (const [layout, width] of [['bar', 960], ['box', 320], ['corner', 360]])
  test(`no word of a button or a title breaks in the layout ${layout}, in any language`, async () => {
    const v = await visitor(stage.browser, { reducedMotion: 'reduce', viewport: { width, height: 768 } });
    try {
      let lang;
      await v.context.route('**/page', (r) =>
        r.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>Page</title><script src="/s/${layout}.js?lang=${lang}"></script><body></body></html>` }),
      );
      for (lang of locales) {
        await v.page.goto(`${stage.url}/page`);
        for (const part of ['banner', 'preferences']) {
          if (part === 'preferences') await v.page.click('#lx-consent [data-lx-action=settings]');
          assert.deepEqual(await broken(v.page), [], `${lang}, ${part}`);
        }
      }
    } finally {
      await v.close();
    }
  });
