// What is measured: each banner installed as its documentation says, with
// three purposes, accept, reject and preferences in English, one gated script
// and one gated frame.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const published = (name) => readFileSync(here(`node_modules/${name}`));

async function bundled(entry) {
  const out = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  });
  return Buffer.from(out.outputFiles[0].contents);
}

/** The gated tag and frame in the markup that most of the candidates read. */
const gated = (attributes, type = 'text/plain') => `
<script type="${type}" ${attributes('analytics')} data-src="/tag.js"></script>
<iframe ${attributes('marketing')} data-src="/frame.html" title="Frame" width="320" height="180"></iframe>`;
const category = (purpose) => `data-category="${purpose}"`;

/**
 * A candidate has what stands in the head and in the body of the page, its
 * files, its banner's selector and its accept button. The `head` of ours asks
 * the running server for the markup of this visitor.
 */
export async function candidates() {
  return [
    { name: 'bare page', tags: '' },
    {
      name: 'ungated page',
      tags: '<script src="/tag.js" async></script><iframe src="/frame.html" title="Frame" width="320" height="180"></iframe>',
    },
    {
      name: 'LeadiumX, one tag',
      ours: true,
      head: () => '<script src="/s/demo.js?place=FR"></script>',
      tags: gated(category),
      banner: '#lx-consent',
      accept: '#lx-consent [data-lx-action="accept"]',
    },
    {
      name: 'LeadiumX, inline gate',
      ours: true,
      head: async ({ ours }) => `${await ours('/v1/inline/demo?gate=1&place=FR')}`.replace('/s/demo.js"', '/s/demo.js?place=FR"'),
      tags: gated(category),
      banner: '#lx-consent',
      accept: '#lx-consent [data-lx-action="accept"]',
    },
    {
      name: 'LeadiumX, in the page',
      ours: true,
      head: async ({ ours, cookie }) => ours('/v1/inline/demo?place=FR', cookie),
      tags: gated(category),
      banner: '#lx-consent',
      accept: '#lx-consent [data-lx-action="accept"]',
    },
    {
      name: 'vanilla-cookieconsent 3.1.0',
      files: { '/peer/cc.js': published('vanilla-cookieconsent/dist/cookieconsent.umd.js'), '/peer/cc.css': published('vanilla-cookieconsent/dist/cookieconsent.css') },
      head: () => '<link rel="stylesheet" href="/peer/cc.css">',
      end: `<script defer src="/peer/cc.js"></script><script type="module">${readFileSync(here('peers/vanilla.js'))}</script>`,
      tags: `<script type="text/plain" data-category="analytics" src="/tag.js"></script>
<div id="frame-place"></div>`,
      banner: '#cc-main .cm',
      accept: '#cc-main [data-role="all"]',
    },
    {
      name: 'klaro 0.7.22',
      files: { '/peer/klaro.js': published('klaro/dist/klaro.js') },
      end: `<script>${readFileSync(here('peers/klaro.js'))}</script><script defer src="/peer/klaro.js"></script>`,
      tags: gated((purpose) => `data-name="${purpose}" data-type="application/javascript"`),
      banner: '.klaro .cookie-notice',
      accept: '.klaro .cookie-notice .cm-btn-success',
    },
    {
      name: 'tarteaucitron 1.34.0',
      files: Object.fromEntries(
        ['tarteaucitron.min.js', 'css/tarteaucitron.min.css', 'lang/tarteaucitron.en.min.js', 'tarteaucitron.services.min.js'].map((f) => [
          `/peer/tac/${f}`,
          published(`tarteaucitronjs/${f}`),
        ]),
      ),
      head: () => `<script src="/peer/tac/tarteaucitron.min.js"></script><script>${readFileSync(here('peers/tarteaucitron.js'))}</script>`,
      end: '',
      tags: '<div class="bench-frame" data-src="/frame.html"></div>',
      banner: '#tarteaucitronAlertBig',
      accept: '#tarteaucitronPersonalize2',
    },
    {
      name: 'c15t 2.2.1, core with a minimal banner',
      files: { '/peer/c15t.js': await bundled(here('peers/c15t.js')) },
      end: '<script defer src="/peer/c15t.js"></script>',
      tags: '<iframe data-category="marketing" data-src="/frame.html" title="Frame" width="320" height="180"></iframe>',
      banner: '#bench-banner',
      accept: '#bench-accept',
    },
    {
      name: 'c15t 2.2.1, React',
      files: { '/peer/c15t-react.js': await bundled(here('peers/c15t-react.jsx')), '/peer/c15t.css': await bundled(here('node_modules/@c15t/react/dist/styles.css')) },
      head: () => '<link rel="stylesheet" href="/peer/c15t.css">',
      end: '<div id="root"></div><script defer src="/peer/c15t-react.js"></script>',
      tags: '<iframe data-category="marketing" data-src="/frame.html" title="Frame" width="320" height="180"></iframe>',
      banner: '[data-testid="consent-banner-card"]',
      accept: '[data-testid="consent-banner-accept-button"]',
    },
  ];
}
