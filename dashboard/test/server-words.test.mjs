// What the server says is found in the catalogues, with what it has filled in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

const read = (path) => readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8');
const { outputText } = ts.transpileModule(read('server-words.ts'), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
const { teach, told } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

test('a sentence of the server is said in German, with its values', () => {
  teach(JSON.parse(read('words/server.de.json')), 'de');
  for (const [text, want] of Object.entries({
    'the banner has no name': 'das Banner hat keinen Namen',
    '"OK" does not say that it grants': '"OK" sagt nicht, dass es zustimmt',
    'in dark schemes the labels of the buttons has a contrast of 1.05 to 1, and needs 4.5':
      'in dunklen Schemata hat die Beschriftung der Knöpfe einen Kontrast von 1,05 zu 1 und braucht 4,5',
    'faults in the site document: 2, the first at locales: no language is listed':
      'Fehler im Website-Dokument: 2, der erste bei locales: es ist keine Sprache angegeben',
    'Google Analytics runs before the visitor decides (script); the site declares its host, so the script holds it back where it can':
      'Google Analytics läuft, bevor der Besucher entscheidet (script); die Website gibt seinen Host an, deshalb hält das Skript es zurück, wo es kann',
    '"a.*(b)$" is not a colour': '"a.*(b)$" ist keine Farbe',
    'what nobody has ever said': 'what nobody has ever said',
    '': '',
  }))
    assert.equal(told(text), want);
});

test('no sentence of a catalogue is taken for another one', () => {
  for (const language of ['de', 'es']) {
    const words = JSON.parse(read(`words/server.${language}.json`));
    teach(words, language);
    for (const [text, said] of Object.entries(words)) assert.equal(told(text.replaceAll('{}', '0x7')), said.replaceAll('{}', '0x7'), text);
  }
});
