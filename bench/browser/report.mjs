// Writes what was measured: a section of bench/RESULTS.md and a chart.
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { chart } from './chart.mjs';
import { CPU_VISITS } from './measure.mjs';

const results = new URL('../RESULTS.md', import.meta.url);
const picture = new URL('../../docs/images/speed.svg', import.meta.url);

const sorted = (list) => [...list].sort((a, b) => a - b);
const median = (list) => sorted(list)[Math.floor(list.length / 2)];
const spread = (list, unit = 0) => {
  const s = sorted(list);
  return `${median(list).toFixed(unit)} (${s[0].toFixed(unit)}–${s.at(-1).toFixed(unit)})`;
};
/** All values of a field; the processor's are several in a run. */
const of = (c, profile, visit, field) => c[profile].flatMap((r) => r[visit][field]);
const med = (c, profile, visit, field) => median(of(c, profile, visit, field));
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (heads, rows) => [row(heads), row(heads.map((_, i) => (i ? '---:' : '---'))), ...rows.map(row)].join('\n');

function sections(found) {
  const named = (name) => found.find((c) => c.name === name);
  const bare = named('bare page');
  const ungated = named('ungated page');
  const gated = found.filter((c) => c.gated);
  const peers = gated.filter((c) => !c.ours);
  const bareTask = (p) => med(bare, p, 'first', 'task');
  const extra = (c, p, visit) => med(c, p, visit, 'tag') - med(ungated, p, visit, 'tag');
  const best = (f) => Math.min(...peers.map(f));
  const first = (p) =>
    table(
      ['', 'requests', 'bytes', 'bytes in the page', 'banner visible, ms', 'first paint, ms', 'script CPU, ms', 'script by the clock, ms', 'task CPU above the bare page, ms', 'TBT, ms', 'CLS', 'banner is the largest paint'],
      [bare, ...gated].map((c) => [
        c.name,
        c.gated ? med(c, p, 'first', 'requests') : '–',
        c.gated ? med(c, p, 'first', 'bytes') : '–',
        c.gated ? c.inPage : '–',
        c.gated ? spread(of(c, p, 'first', 'banner')) : '–',
        spread(of(c, p, 'first', 'fcp')),
        spread(of(c, p, 'first', 'cpu'), 1),
        spread(of(c, p, 'first', 'script')),
        c.gated ? Math.round(med(c, p, 'first', 'task') - bareTask(p)) : '–',
        spread(of(c, p, 'first', 'longTasks')),
        Math.max(...of(c, p, 'first', 'shift')).toFixed(3),
        c.gated ? `${of(c, p, 'first', 'lcpInBanner').filter(Boolean).length} of ${c[p].length}` : '–',
      ]),
    );
  const again = (p) =>
    table(
      ['', 'requests, empty cache', 'bytes, empty cache', 'tag runs, empty cache, ms', 'above the ungated page', 'tag runs, warm cache, ms', 'above the ungated page'],
      [ungated, ...gated].map((c) => [
        c.name,
        med(c, p, 'empty', 'requests'),
        med(c, p, 'empty', 'bytes'),
        spread(of(c, p, 'empty', 'tag')),
        c === ungated ? '–' : `${Math.round(extra(c, p, 'empty'))}`,
        spread(of(c, p, 'warm', 'tag')),
        c === ungated ? '–' : `${Math.round(extra(c, p, 'warm'))}`,
      ]),
    );
  const tag = named('LeadiumX, one tag');
  const gate = named('LeadiumX, inline gate');
  const inside = named('LeadiumX, in the page');
  const ratio = (name, value, target) => [name, value.toFixed(2), target];
  const bestBanner = best((c) => med(c, 'slow', 'first', 'banner'));
  const bestCPU = best((c) => med(c, 'slow', 'first', 'cpu'));
  const summary = table(
    ['slow profile', 'measured', 'aim'],
    [
      ['first visit, one tag: bytes in one request', `${med(tag, 'slow', 'first', 'bytes')}`, '≤ 4,500'],
      ['inline gate: bytes in the page, requests before tags', `${gate.inPage}, 0`, '≤ 1,000, 0'],
      ratio('returning visitor, empty cache, inline gate: delay of a permitted tag ÷ best peer', extra(gate, 'slow', 'empty') / best((c) => extra(c, 'slow', 'empty')), '≤ 0.35'),
      ratio('banner visible, in the page ÷ best peer', med(inside, 'slow', 'first', 'banner') / bestBanner, '≤ 0.75'),
      ratio("banner visible, in the page ÷ bare page's first paint", med(inside, 'slow', 'first', 'banner') / med(bare, 'slow', 'first', 'fcp'), '≤ 1.10'),
      ratio('banner visible, one tag ÷ best peer', med(tag, 'slow', 'first', 'banner') / bestBanner, '≤ 1.00'),
      ratio('script CPU on a first visit, one tag ÷ best peer', med(tag, 'slow', 'first', 'cpu') / bestCPU, '≤ 0.80'),
    ],
  );
  return { first, again, summary };
}

/** Puts a text between its two marks in a document, or at its end. */
export function put(document, mark, text) {
  const [from, to] = [`<!-- ${mark}: measured -->`, `<!-- ${mark}: end -->`];
  const part = `${from}\n${text}\n${to}`;
  const start = document.indexOf(from);
  return start < 0 ? `${document.trimEnd()}\n\n${part}\n` : document.slice(0, start) + part + document.slice(document.indexOf(to) + to.length);
}

export function report(found, runs) {
  const { first, again, summary } = sections(found);
  const cpu = os.cpus();
  const text = `## In the browser

Measured on ${new Date().toISOString().slice(0, 10)}: ${cpu.length} cores (${cpu[0].model.trim()}), Node ${process.versions.node}, headless Chromium, everything on loopback.
One plain page; each candidate installed as its documentation says, with three purposes, accept, reject and preferences in English, one gated
script and one gated frame. ${runs} interleaved runs after a discarded one, a new browser context each; medians, with the smallest and the largest
in brackets; each run begins with another candidate. *Slow* is a CPU slowed 4×, 150 ms of latency and 1.6 Mbit/s; *fast* has no limits. Bytes are brotli 11 and leave out the page, the tag
and the frame; what a candidate adds to the page itself stands beside them. A banner is visible when half of its box is. A run fails when
something gated is fetched before the choice, or is not after it. CPU is the processor time of the page's thread, of
${CPU_VISITS} visits in each run; they and the one for the time by the clock are visits of their own, in which nothing looks for the banner. The browser is
driven without the protocol's domain that watches scripts (\`Runtime\`): while it is on, one reading of \`document.cookie\` makes the browser compile
the functions on the stack again, which no visitor pays for. "One tag" is a blocking script first in the head; "inline gate" is the gate in the page and
the script \`async\`; "in the page" is the markup of \`/v1/inline\`, put in by the page's server. Other platforms ran without a server of their own, at their best.

${summary}

### First visit, slow

${first('slow')}

### Returning visitor who accepted, slow

${again('slow')}

### First visit, fast

${first('fast')}

### Returning visitor who accepted, fast

${again('fast')}`;
  let document = '# Measurements\n\nRatios count, not absolute figures: everything in a table was measured in one run. `make bench` and `make bench-browser` write this page.\n';
  try {
    document = readFileSync(results, 'utf8');
  } catch {
    // The first run writes the page.
  }
  writeFileSync(results, put(document, 'browser', text));
  writeFileSync(
    picture,
    chart(
      found
        .filter((c) => c.gated)
        .map((c) => ({ name: c.name, ours: c.ours, value: med(c, 'slow', 'first', 'banner'), bytes: med(c, 'slow', 'first', 'bytes') + c.inPage })),
      med(found[0], 'slow', 'first', 'fcp'),
    ),
  );
}
