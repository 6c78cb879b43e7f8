// Measures every candidate, interleaved, and writes what was found:
// bench/out/browser.json, the browser part of bench/RESULTS.md and its chart.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, startServer } from '../../tests/browser/harness.mjs';
import { candidates } from './candidates.mjs';
import { startChromium } from './chromium.mjs';
import { visitor } from './measure.mjs';
import { report } from './report.mjs';
import { serve } from './serve.mjs';

const runs = Number(process.env.RUNS ?? 9);
const only = process.env.ONLY && new RegExp(process.env.ONLY);
const list = (await candidates()).filter((c) => !only || only.test(c.name) || !c.banner);
const server = await serve(list);
const dir = mkdtempSync(path.join(tmpdir(), 'lxconsent-bench-'));
const port = await freePort();
const ours = await startServer({ dir, port, args: ['--public-url', server.url] });
server.upstream.port = port;
const browser = await startChromium();
const found = list.map((c) => ({ name: c.name, ours: !!c.ours, gated: !!c.banner, slow: [], fast: [] }));
try {
  for (const [i, f] of found.entries()) f.inPage = await server.inPage(i);
  for (let run = 0; run <= runs; run++) {
    for (const profile of ['slow', 'fast']) {
      // Each run begins with another candidate, so that nobody always follows the same one.
      for (let k = 0; k < list.length; k++) {
        const i = (k + run) % list.length;
        const c = list[i];
        const got = await visitor(browser, server, c, i, profile === 'slow').catch((e) => {
          throw new Error(`${c.name}, ${profile}`, { cause: e });
        });
        // The first round warms everything up.
        if (run > 0) found[i][profile].push(got);
      }
    }
    process.stderr.write(`round ${run} of ${runs}\n`);
  }
} finally {
  await browser.close();
  await ours.stop();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
}
const out = new URL('../out/', import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL('browser.json', out), JSON.stringify(found));
if (!only) report(found, runs);
else console.log(JSON.stringify(found.map((f) => ({ name: f.name, ...f.slow[0] })), null, 1));
