// One server for all candidates: from memory, brotli 11, and it counts what a
// visit asks for. What is ours is passed on to the running program.
import { createServer } from 'node:http';
import { request } from 'node:http';
import { brotliCompressSync, constants } from 'node:zlib';

const brotli = (b) => brotliCompressSync(b, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
const types = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8' };
const css = `body{margin:0;font:17px/1.6 system-ui,sans-serif;color:#222}main{max-width:680px;margin:40px auto;padding:0 20px}
h1{font-size:40px;line-height:1.2}p{margin:0 0 1em}`;
const text = 'A page of plain text about nothing in particular, so that there is something to paint and something to read. '.repeat(6);
const paragraphs = Array.from({ length: 8 }, () => `<p>${text}</p>`).join('\n');

const pageOf = (c, head) => `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<title>Page</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><style>${css}</style></head>
<body><main><h1>A page to measure on</h1>${paragraphs}${c.tags}</main>${c.end ?? ''}</body></html>`;

/** The program behind `port` (0 until it runs) answers /s/ and /v1/. */
export async function serve(list) {
  const upstream = { port: 0 };
  const seen = { requests: 0, bytes: 0, gated: 0 };
  const files = new Map(list.flatMap((c) => Object.entries(c.files ?? {})).map(([path, b]) => [path, brotli(b)]));
  const ask = (path, cookie = '') =>
    new Promise((resolve, reject) => {
      request({ port: upstream.port, path, headers: { cookie, 'accept-language': 'en' } }, (r) => {
        let out = '';
        r.on('data', (d) => {
          out += d;
        }).on('end', () => resolve(out));
      })
        .on('error', reject)
        .end();
    });
  const send = (res, type, body, cache) => {
    res.writeHead(200, { 'content-type': type, 'content-encoding': 'br', 'content-length': body.length, 'cache-control': cache });
    res.end(body);
  };

  const server = createServer(async (req, res) => {
    const path = req.url.split('?')[0];
    const page = /^\/page\/(\d+)$/.exec(path);
    if (page) {
      const c = list[page[1]];
      const head = (await c.head?.({ ours: ask, cookie: req.headers.cookie })) ?? '';
      return send(res, types.html, brotli(Buffer.from(pageOf(c, head))), 'no-store');
    }
    if (path === '/tag.js' || path === '/frame.html') {
      seen.gated++;
      const body = path === '/tag.js' ? 'window.tagRan=performance.now()' : '<!doctype html><title>Frame</title>';
      return send(res, path === '/tag.js' ? types.js : types.html, brotli(Buffer.from(body)), 'no-store');
    }
    seen.requests++;
    const file = files.get(path);
    if (file) {
      seen.bytes += file.length;
      return send(res, types[path.split('.').pop()], file, 'public, max-age=3600');
    }
    const passed = request({ port: upstream.port, path: req.url, method: req.method, headers: req.headers }, (r) => {
      res.writeHead(r.statusCode, r.headers);
      r.on('data', (d) => {
        seen.bytes += d.length;
      }).pipe(res);
    });
    passed.on('error', () => res.writeHead(502).end());
    return req.pipe(passed);
  });
  await new Promise((done) => server.listen(0, 'localhost', done));
  return {
    url: `http://localhost:${server.address().port}`,
    upstream,
    /** What was asked for since the last call: page, tag and frame left out. */
    take: () => {
      const was = { ...seen };
      Object.assign(seen, { requests: 0, bytes: 0, gated: 0 });
      return was;
    },
    /** How much larger the page of a candidate is, compressed, than one without its banner. */
    inPage: async (i) => {
      const c = list[i];
      // Only the demo site is told where its visitor is.
      const head = ((await c.head?.({ ours: ask, cookie: '' })) ?? '').replace('?place=FR"', '"');
      const bare = { tags: c.tags };
      return brotli(Buffer.from(pageOf(c, head))).length - brotli(Buffer.from(pageOf(bare, ''))).length;
    },
    close: () => new Promise((done) => server.close(done)),
  };
}
