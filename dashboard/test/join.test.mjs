// What is joined of two changes of one document, and what of a change is kept for later.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

const { outputText } = ts.transpileModule(readFileSync(new URL('../src/editor/join.ts', import.meta.url), 'utf8'), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
const { joined, trimmed } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

const base = { name: 'Shop', locales: ['en'], texts: { en: { title: 'A', body: 'B' }, de: { title: 'C' } }, vendors: [{ id: 'a', host: 'x' }, { id: 'b', host: 'y' }], features: { gating: true } };
const theirs = { ...base, name: 'Their shop', texts: { ...base.texts, en: { title: 'A', body: 'Theirs' } } };

for (const [name, mine, kept] of [
  ['a text', { ...base, texts: { ...base.texts, en: { title: 'Mine', body: 'B' } } }, { base: { texts: { en: { title: 'A' } } }, doc: { texts: { en: { title: 'Mine' } } } }],
  ['a text that is new', { ...base, texts: { ...base.texts, fr: { title: 'D' } } }, { base: { texts: {} }, doc: { texts: { fr: { title: 'D' } } } }],
  ['a text that is gone', { ...base, texts: { en: base.texts.en } }, { base: { texts: { de: { title: 'C' } } }, doc: { texts: {} } }],
  ['a member of a list, whose order stays', { ...base, vendors: [base.vendors[0], { id: 'b', host: 'mine' }] }, { base: { vendors: base.vendors }, doc: { vendors: [base.vendors[0], { id: 'b', host: 'mine' }] } }],
  ['a list without names', { ...base, locales: ['en', 'de'] }, { base: { locales: ['en'] }, doc: { locales: ['en', 'de'] } }],
  ['what both changed', { ...base, name: 'My shop' }, { base: { name: 'Shop' }, doc: { name: 'My shop' } }],
  ['nothing', structuredClone(base), { base: {}, doc: {} }],
])
  test(`of a change only what it changes is kept, and does as much: ${name}`, () => {
    const small = trimmed(base, mine);
    assert.deepEqual(small, kept);
    for (const now of [base, theirs]) assert.deepEqual(joined(small.base, small.doc, now), joined(base, mine, now));
  });
