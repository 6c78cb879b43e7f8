// The ways to put the tag into a page say what the script and the recipes say.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file) => readFileSync(root + file, 'utf8');
const ways = read('dashboard/src/install/ways.ts');
const recipes = read('docs/recipes.md');

test('every event of the data layer that is named is one that the script pushes', () => {
  const script = readdirSync(`${root}snippet/src`, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts')).map((f) => read(`snippet/src/${f}`)).join('\n');
  const named = new Set(ways.match(/\blxconsent_\w+/g));
  assert.ok(named.has('lxconsent_change'));
  for (const name of named) assert.ok(script.includes(`event: "${name}"`), name);
});

test('code is that of the recipes where it decides whether the tag comes first and the page stays whole', () => {
  for (const decides of [/add_action\('wp_head'[\s\S]*?}, (-?\d+)\);/, /<html lang="en"( suppressHydrationWarning)?>\n\s*<head>/]) {
    const [, here] = ways.match(decides);
    const [, there] = recipes.match(decides);
    assert.ok(there);
    assert.equal(here, there);
  }
});
