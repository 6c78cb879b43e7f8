// Every sentence of the dashboard goes through t() and is known in every language.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'));

const spoken = new Set(['label', 'title', 'description', 'placeholder', 'aria-label', 'alt', 'hint', 'thumbLabel', 'what']);
// Names and samples are the same in every language.
const same = /^(https?:|[\w.*-]+@|[*\w-]+\.[\w.*/-]+|[A-Z]{2}(, [A-Z]{2}-[A-Z]{2})?$|_\w|CSV$|HTML$|Next\.js$|WordPress|Shopify$|Google|Microsoft|LeadiumX|English$|Deutsch$|Español$|Tag Manager$|GPC$|Example Ltd$|Consent$|ms$|lxconsent |Authorization: )/;
const letters = /\p{L}{2}/u;

const keys = new Set();
const bare = [];
for (const name of files) {
  const tree = ts.createSourceFile(name, readFileSync(src + name, 'utf8'), ts.ScriptTarget.Latest, true, name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const at = (n) => `${name}:${tree.getLineAndCharacterOfPosition(n.getStart()).line + 1}`;
  const visit = (n) => {
    if (ts.isCallExpression(n) && ['t', 'rich', 'count'].includes(n.expression.getText())) {
      for (const a of n.expression.getText() === 'count' ? n.arguments.slice(1) : n.arguments.slice(0, 1)) {
        if (ts.isStringLiteralLike(a)) keys.add(a.text);
      }
    }
    if (ts.isJsxText(n) && letters.test(n.text) && !same.test(n.text.trim())) bare.push(`${at(n)} ${n.text.trim()}`);
    if (ts.isJsxAttribute(n) && spoken.has(n.name.getText()) && n.initializer) {
      const say = (e) => {
        if (ts.isStringLiteralLike(e) && letters.test(e.text) && !same.test(e.text)) bare.push(`${at(e)} ${n.name.getText()}="${e.text}"`);
        if (ts.isTemplateExpression(e) && letters.test(e.head.text + e.templateSpans.map((s) => s.literal.text).join(''))) bare.push(`${at(e)} ${e.getText()}`);
        if (ts.isJsxExpression(e) && e.expression) say(e.expression);
        if (ts.isConditionalExpression(e)) [e.whenTrue, e.whenFalse].forEach(say);
      };
      say(n.initializer);
    }
    if (ts.isPropertyAssignment(n) && ['label', 'title', 'message', 'fix', 'hint'].includes(n.name.getText()) && ts.isStringLiteralLike(n.initializer) && letters.test(n.initializer.text) && !same.test(n.initializer.text))
      bare.push(`${at(n)} ${n.getText()}`);
    ts.forEachChild(n, visit);
  };
  visit(tree);
}

if (process.argv.includes('--keys')) console.log(JSON.stringify([...keys], null, 1));
if (process.argv.includes('--bare')) console.log(bare.join('\n'));

test('no sentence is written past the catalogues', () => assert.deepEqual(bare, []));

for (const language of ['de', 'es']) {
  const words = JSON.parse(readFileSync(`${src}words/${language}.json`, 'utf8'));
  test(`${language} knows every sentence, with its places, and none that nobody says`, () => {
    assert.deepEqual([...keys].filter((k) => !words[k]), []);
    assert.deepEqual(Object.keys(words).filter((k) => !keys.has(k)), []);
    const places = (s) => [...s.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [k, said] of Object.entries(words)) assert.deepEqual(places(said), places(k), k);
  });
}
