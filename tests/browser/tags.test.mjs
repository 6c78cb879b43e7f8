// Tags as their vendors hand them out, and pages as they are built: a page without us, and one that waits and is
// granted, ask for the same and end with the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { root } from './harness.mjs';
import { choose, siteOf, startStage, until } from './stage.mjs';

let stage;
const U = (host, route = '') => stage.url(`${host}.tags.localhost`, '').replace(/\/$/, '') + route;
const hosts = () => stage.hits.filter((h) => h.includes('.tags.localhost')).map((h) => h.replace('.tags.localhost', ''));

before(async () => {
  stage = await startStage();
  stage.serve('www.shop.localhost/own.js', 'ran.push("own");');
  stage.serve('www.shop.localhost/own.gif', '');
  await stage.site(siteOf('tags', {
    rules: [{ match: 'frames.tags.localhost', purpose: 'marketing', vendor: 'video' }, { match: '*.tags.localhost', purpose: 'analytics' }],
    vendors: [{ id: 'video', name: 'Video', purposes: ['marketing'], hosts: ['video.localhost'] }],
    features: { consent_mode: false, cookie_writes: false, network: true },
  }));
});
after(() => stage?.stop());

/** Answers of hosts under tags.localhost; all else is a script that says it ran. */
const host = (name, make) => stage.serve(`${name}.tags.localhost`, make ?? (({ url }) => ({
  text: url.pathname.endsWith('.js') ? `(window.ran ??= []).push('${name}${url.pathname}');` : '<p>There</p>',
})));

const routes = () => `/page-${Math.random().toString(36).slice(2)}`;
/** Opens a page with the site's tag, or without. */
async function page(v, head, body = '', tag = true) {
  const route = routes();
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">${tag ? stage.tag('tags') : ''}<title>Shop</title><script>window.ran = [];</script>${head}</head><body><h1>Shop</h1>${body}</body></html>`;
  stage.serve(`www.shop.localhost${route}`, html);
  stage.hits.length = 0;
  await v.open(stage.url('www.shop.localhost', route));
}

/** What a page asks for and what `seen()` gives in it: without us, and after it waited, refused or granted. */
async function compare(head, body, seen, { known, deed } = {}) {
  // In what order requests of one moment arrive is up to the network.
  const asked = () => [...hosts()].sort();
  let want;
  await stage.visit(async (v, p) => {
    await page(v, head, body, false);
    await deed?.(p);
    await stage.settled(v);
    want = { hits: asked(), seen: await p.evaluate(seen) };
  }, { known });
  await stage.visit(async (v, p) => {
    await page(v, head, body);
    await deed?.(p);
    await stage.settled(v);
    assert.deepEqual(hosts(), [], 'before a choice');
    await choose(p, 'reject');
    await stage.settled(v);
    assert.deepEqual(hosts(), [], 'after a refusal');
  }, { known });
  await stage.visit(async (v, p) => {
    await page(v, head, body);
    await deed?.(p);
    await choose(p, 'accept');
    await until(async () => assert.deepEqual([asked(), await p.evaluate(seen)], [want.hits, want.seen]));
    await stage.settled(v);
    assert.deepEqual(asked(), want.hits, 'asked once');
  }, { known });
  return want;
}

test('tags as vendors hand them out', async () => {
  const vendors = ['meta', 'ttq', 'li', 'uwt', 'hj', 'clarity', 'uet', 'hs', 'chat', 'matomo', 'plausible', 'segment', 'snow', 'adobe', 'gpt', 'maps', 'rc', 'typeform'];
  // Each script drains its stub and says what was in it.
  const drains = {
    meta: 'ran.push("fbq " + fbq.queue.map((a) => [...a].join()).join("|")); fbq.callMethod = function () { ran.push("live " + [...arguments].join()); }; new Image().src = T + "/tr?id=1&ev=PageView&noscript=0";',
    ttq: 'ran.push("ttq " + ttq.map((a) => a.join()).join("|"), ttq._i ? Object.keys(ttq._i).join() : "");',
    li: 'ran.push("li " + _linkedin_data_partner_ids.join()); new Image().src = T + "/collect?pid=" + _linkedin_data_partner_ids;',
    uwt: 'ran.push("twq " + twq.queue.map((a) => [...a].join()).join("|"));',
    hj: 'ran.push("hj " + hj.q.map((a) => [...a].join()).join("|"), _hjSettings.hjid);',
    clarity: 'ran.push("clarity " + clarity.q.length);',
    uet: 'window.UET = function (o) { ran.push("uet " + o.ti + " " + o.q.length); this.push = () => {}; };',
    hs: 'ran.push("hs " + document.getElementById("hs-script-loader").src.split("/").pop()); document.head.appendChild(Object.assign(document.createElement("script"), {src: T + "/second.js"}));',
    chat: 'ran.push("chat " + Intercom.q.length); const f = document.createElement("iframe"); f.id = "chat"; f.title = "Chat"; document.body.appendChild(f); f.contentDocument.write("<p>Chat</p>"); f.contentDocument.close();',
    matomo: 'ran.push("paq " + _paq.map((a) => a[0]).join()); navigator.sendBeacon(T + "/matomo.php", "x");',
    plausible: 'ran.push("plausible " + document.currentScript.getAttribute("data-domain") + " " + new URL(document.currentScript.src).pathname); fetch(T + "/api/event", {method: "POST", body: "x"});',
    segment: 'ran.push("segment " + analytics.map((a) => a[0]).join());',
    snow: 'ran.push("snow " + window.GlobalSnowplowNamespace.join() + " " + snowplow.q.length);',
    adobe: 'ran.push("adobe");',
    gpt: 'googletag.cmd.forEach((f) => f()); googletag.cmd = {push: (f) => f()}; window.gptReady = 1;',
    maps: 'const q = new URL(document.currentScript.src).searchParams; window[q.get("callback")]();',
    rc: 'const q = new URL(document.currentScript.src).searchParams; window[q.get("onload")]();',
    typeform: 'document.querySelectorAll("[data-tf-widget]").forEach((d) => { const f = document.createElement("iframe"); f.title = "Form"; f.src = T.replace("typeform", "frames") + "/to/" + d.dataset.tfWidget; d.append(f); });',
  };
  for (const name of vendors) host(name, ({ url }) => (/second\.js$/.test(url.pathname) ? { text: 'ran.push("second");' } : { headers: { 'content-type': /\.php|tr$|collect|event/.test(url.pathname) ? 'text/html' : 'text/javascript' }, text: `(() => { const T = '${U(name)}'; ${drains[name]} })()` }));
  host('frames');
  const head = `
<script>!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}(window,document,'script','${U('meta', '/en_US/fbevents.js')}');fbq('init','1');fbq('track','PageView');</script>
<noscript><img height="1" width="1" style="display:none" src="${U('meta', '/tr?id=1&ev=PageView&noscript=1')}" alt=""/></noscript>
<script>!function(w,d,t){w.TiktokAnalyticsObject=t;var ttq=w[t]=w[t]||[];ttq.methods=["page","track"];ttq.setAndDefer=function(t,e){t[e]=function(){t.push([e].concat(Array.prototype.slice.call(arguments,0)))}};for(var i=0;i<ttq.methods.length;i++)ttq.setAndDefer(ttq,ttq.methods[i]);ttq.load=function(e,n){var r="${U('ttq', '/i18n/pixel/events.js')}";ttq._i=ttq._i||{};ttq._i[e]=[];var o=document.createElement("script");o.type="text/javascript";o.async=!0;o.src=r+"?sdkid="+e+"&lib="+t;var a=document.getElementsByTagName("script")[0];a.parentNode.insertBefore(o,a)};ttq.load('C1');ttq.page()}(window,document,'ttq');</script>
<script>_linkedin_partner_id="77";window._linkedin_data_partner_ids=window._linkedin_data_partner_ids||[];window._linkedin_data_partner_ids.push(_linkedin_partner_id);(function(l){if(!l){window.lintrk=function(a,b){window.lintrk.q.push([a,b])};window.lintrk.q=[]}var s=document.getElementsByTagName("script")[0];var b=document.createElement("script");b.type="text/javascript";b.async=true;b.src="${U('li', '/li.lms-analytics/insight.min.js')}";s.parentNode.insertBefore(b,s)})(window.lintrk);</script>
<script>!function(e,t,n,s,u,a){e.twq||(s=e.twq=function(){s.exe?s.exe.apply(s,arguments):s.queue.push(arguments)},s.version='1.1',s.queue=[],u=t.createElement(n),u.async=!0,u.src='${U('uwt', '/uwt.js')}',a=t.getElementsByTagName(n)[0],a.parentNode.insertBefore(u,a))}(window,document,'script');twq('config','o1');</script>
<script>(function(h,o,t,j,a,r){h.hj=h.hj||function(){(h.hj.q=h.hj.q||[]).push(arguments)};h._hjSettings={hjid:9,hjsv:6};a=o.getElementsByTagName('head')[0];r=o.createElement('script');r.async=1;r.src=t+h._hjSettings.hjid+j+h._hjSettings.hjsv;a.appendChild(r);})(window,document,'${U('hj', '/c/hotjar-')}','.js?sv=');hj('event','x');</script>
<script>(function(c,l,a,r,i,t,y){c[a]=c[a]||function(){(c[a].q=c[a].q||[]).push(arguments)};t=l.createElement(r);t.async=1;t.src="${U('clarity', '/tag/')}"+i;y=l.getElementsByTagName(r)[0];y.parentNode.insertBefore(t,y);})(window,document,"clarity","script","abc");clarity('set','a','b');</script>
<script>(function(w,d,t,r,u){var f,n,i;w[u]=w[u]||[],f=function(){var o={ti:"5",enableAutoSpaTracking:true};o.q=w[u],w[u]=new UET(o),w[u].push("pageLoad")},n=d.createElement(t),n.src=r,n.async=1,n.onload=n.onreadystatechange=function(){var s=this.readyState;s&&s!=="loaded"&&s!=="complete"||(f(),n.onload=n.onreadystatechange=null)},i=d.getElementsByTagName(t)[0],i.parentNode.insertBefore(n,i)})(window,document,"script","${U('uet', '/bat.js')}","uetq");</script>
<script>(function(){var w=window;var ic=w.Intercom;var d=document;var i=function(){i.c(arguments);};i.q=[];i.c=function(args){i.q.push(args);};w.Intercom=i;var l=function(){var s=d.createElement('script');s.type='text/javascript';s.async=true;s.src='${U('chat', '/widget/x')}';var x=d.getElementsByTagName('script')[0];x.parentNode.insertBefore(s,x);};if(document.readyState==='complete'){l();}else{w.addEventListener('load',l,false);}})();Intercom('boot');</script>
<script>var _paq=window._paq=window._paq||[];_paq.push(['trackPageView']);_paq.push(['enableLinkTracking']);(function(){var u="${U('matomo')}/";_paq.push(['setTrackerUrl',u+'matomo.php']);var d=document,g=d.createElement('script'),s=d.getElementsByTagName('script')[0];g.async=true;g.src=u+'matomo.js';s.parentNode.insertBefore(g,s);})();</script>
<script>!function(){var a=window.analytics=window.analytics||[];if(!a.initialize){a.invoked=!0;a.methods=["page","track"];a.factory=function(e){return function(){var n=Array.prototype.slice.call(arguments);n.unshift(e);a.push(n);return a}};for(var i=0;i<a.methods.length;i++){var k=a.methods[i];a[k]=a.factory(k)}a.load=function(k,e){var t=document.createElement("script");t.type="text/javascript";t.async=!0;t.setAttribute("data-global-segment-analytics-key","analytics");t.src="${U('segment', '/analytics.js/v1/')}"+k+"/analytics.min.js";var n=document.getElementsByTagName("script")[0];n.parentNode.insertBefore(t,n);a._loadOptions=e};a.load("K");a.page()}}();</script>
<script>;(function(p,l,o,w,i,n,g){if(!p[i]){p.GlobalSnowplowNamespace=p.GlobalSnowplowNamespace||[];p.GlobalSnowplowNamespace.push(i);p[i]=function(){(p[i].q=p[i].q||[]).push(arguments)};p[i].q=p[i].q||[];n=l.createElement(o);g=l.getElementsByTagName(o)[0];n.async=1;n.src=w;g.parentNode.insertBefore(n,g)}}(window,document,"script","${U('snow', '/sp.js')}","snowplow"));snowplow('newTracker','a');</script>
<script>window.googletag=window.googletag||{cmd:[]};googletag.cmd.push(function(){ran.push('gpt slot')});</script>
<script>window.initMap=function(){ran.push('map '+!!document.getElementById('map'))};window.rcReady=function(){ran.push('rc')};
(function(){var s=document.createElement('script');s.setAttribute('src','${U('maps', '/maps/api/js?key=k&loading=async&callback=initMap')}');s.defer=true;document.head.append(s)})();</script>
<script src="/own.js"></script>`;
  const tags = `<div id="map"></div><div data-tf-widget="f1"></div>
<script>(function(){for(const [id,src,more] of [['hs-script-loader','${U('hs', '/123.js')}',{async:true,defer:true}],['pl','${U('plausible', '/js/script.js')}',{defer:true}],['ad','${U('adobe', '/launch-x.min.js')}',{async:true}],['g','${U('gpt', '/tag/js/gpt.js')}',{async:true}],['r','${U('rc', '/recaptcha/api.js?onload=rcReady&render=explicit')}',{async:true}],['t','${U('typeform', '/next/embed.js')}',{}]]){const s=document.createElement('script');s.id=id;Object.assign(s,more);if(id==='pl')s.setAttribute('data-domain','shop.example');s.src=src;document.body.append(s)}})();</script>`;
  await compare(head, tags, () => [...[...ran].sort(), document.querySelectorAll('iframe').length, !!window.gptReady], { known: /plausible/ });
});

/** What a page does in its head and its body; `$T` is a host that waits, `$F` one of a vendor with a placeholder. */
const cases = {
  'a script with a text of its own, as widgets are configured by, reads it at its time': [`<script>
    const s = document.createElement('script'); s.src = '$T/widget.js'; s.type = 'text/javascript'; s.async = true; s.innerHTML = '{"width": 300, "symbol": "X"}'; document.head.appendChild(s);</script>`],
  'a loader finds the script that waits, and makes no second one': [`<script>
    const load = () => { if (!document.querySelector('script[src="$T/once.js"]')) { const s = document.createElement('script'); s.src = '$T/once.js'; s.type = 'text/javascript'; document.head.append(s); } };
    load(); load();</script>`],
  'a data-name of the vendor is no mark': [`<script>const s = document.createElement('script'); s.setAttribute('data-name', 'BMC-Widget'); s.src = '$T/widget.js'; document.head.append(s);
    const i = document.createElement('img'); i.dataset.name = 'Chair'; document.head.append(i); i.src = '$T/named.gif';</script>`],
  'a lazy picture of the own origin comes, whatever it is named': ['', `<img alt="" data-name="Chair" data-src="/own.gif" class="lazy"><script>for (const i of document.querySelectorAll('.lazy')) i.src = i.dataset.src; ran.push(document.querySelector('.lazy').getAttribute('src'));</script>`],
  'minified markup': ['', `<div id="d"></div><script>d.innerHTML = '<img alt="x"src="$T/glued.gif"><iframe title="x"src="$T/glued"></iframe><img/src="$T/slash.gif" alt="a src=b"><img alt=it\\'s src=$T/odd.gif><img alt="" srcset="/own.gif 2x,$T/set.gif 1x"><img alt="" src=$T/one.gif srcset=$T/two.gif><img alt="a src=$T/none.gif" src="/own.gif">'; ran.push(d.lastChild.alt.length);</script>`],
  'markup whose addresses are written in numbers, as Mustache does': ['', `<div id="d"></div><script>d.innerHTML = '<img alt="" src="$T/must.gif"><iframe title="x" src="$T/must"></iframe>'.replaceAll('://', ':&#x2F;&#x2F;');</script>`],
  'a shadow that holds a frame, a picture and a script': ['', `<x-v></x-v><script>customElements.define('x-v', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<iframe title="x" src="$F/shadow"></iframe><img alt="" src="$T/shadow.gif">'; } connectedCallback() { const s = document.createElement('script'); s.src = '$T/shadow.js'; this.shadowRoot.append(s); } });</script>`],
  'copies of a template': ['', `<template id="t"><script src="$T/tpl.js"></script><img alt="" src="$T/tpl.gif"></template><script>document.body.append(t.content.cloneNode(true)); document.body.append(document.importNode(t.content, true).firstChild);</script>`],
  'scripts in order': [`<script>for (const n of [1,2,3,4]) { const s = document.createElement('script'); s.async = false; s.src = '$T/' + n + '.js'; document.head.append(s); }</script>`],
  'a script that is moved loads once': ['', `<div id="a"></div><script>const s = document.createElement('script'); s.src = '$T/moved.js'; a.append(s); s.remove(); document.body.append(s);</script>`],
  'tags that are written in pieces, as ad servers hand them out': ['', `<script>
    document.write('<img alt="" src="', '$T/zone.gif', '">', null); document.writeln('<iframe title="a = b > c"');
    document.writeln("src='$F/zone'></iframe><p id=whole>it's <i", ' title="a>b">a = "b" '); document.write(1, '</i></p', '>'); ran.push(whole.textContent);
    document.write("<scr"+"ipt type='text/javascript' src='$T/ajs.js"); document.write("?zone=1"); document.write("&amp;cb=2"); document.write("'></"+"script>");</script>`],
  'a written text that looks like a tag that never ends': ['', `<script>document.write("<script>ran.push('<img a=\\"'.length)</" + "script>");</script><script>ran.push('next');</script>`],
  'a tag that begins behind a script that writes': ['', `<script>document.write("<script>document.write('<u>between</u>')</" + "script><img alt='' src='$T/behind"); document.write(".gif'>"); ran.push(document.querySelector('u').nextSibling.localName);</script>`],
  'copies that a page makes of what it has made': ['', `<script>
    for (const [name, more] of [['img', { alt: '', src: '$T/copy.gif' }], ['img', { alt: '', srcset: '$T/wide.gif 1x' }], ['script', { src: '$T/copy.js', type: 'text/javascript' }], ['link', { rel: 'stylesheet', href: '$T/copy.css' }]]) {
      const e = document.createElement(name); document.body.append(Object.assign(e, more)); e.replaceWith(e.cloneNode()); }</script>`, { known: /MIME/ }],
  'a data-type of the vendor is no type': ['<meta http-equiv="Content-Security-Policy" content="object-src *">', `<script src="$T/typed.js" data-type="widget"></script>
    <script>document.write('<script data-type="widget" src="$T/written.js"></' + 'script>');</script>`],
  'integrity and events of a script': [`<script>const s = document.createElement('script'); Object.assign(s, { crossOrigin: 'anonymous', integrity: 'sha256-x' }); s.onerror = () => ran.push('error'); s.onload = () => ran.push('load'); s.src = '$T/int.js'; document.head.append(s);</script>`, '', { known: /integrity/ }],
  'an address without a scheme, in capitals': [`<script>const s = document.createElement('script'); s.src = '//A.TAGS.localhost:' + location.port + '/slash.js'; document.head.append(s);</script>`],
};
for (const [name, [head, body = '', how]] of Object.entries(cases))
  test(name, async () => {
    host('a');
    host('frames');
    const put = (t) => t.replaceAll('$T', U('a')).replaceAll('$F', U('frames'));
    await compare(put(head), put(body), () => ran, how);
  });

test('a page that keeps hold of its frame moves it, and takes it away, while a placeholder or a copy stands for it', () =>
  stage.visit(async (v, p) => {
    host('frames');
    await page(v, '', `<div id="a"></div><div id="b"></div><script>const f = document.createElement('iframe'); f.title = 'x'; f.src = '${U('frames', '/frame')}'; a.append(f);</script>`);
    const kids = () => p.evaluate(() => [a, b].map((e) => [...e.children].map((c) => (c.matches('.lx-embed') ? 'placeholder' : c.localName)).join()));
    await until(async () => assert.deepEqual(await kids(), ['placeholder', '']));
    assert.ok(await p.evaluate(() => a.insertBefore(document.createElement('p'), f).localName === 'p' && a.replaceChild(document.createElement('b'), f) === f));
    assert.deepEqual(await kids(), ['p,b', '']);
    await p.evaluate(() => a.append(f));
    await until(async () => assert.deepEqual(await kids(), ['p,b,placeholder', '']));
    await p.evaluate(() => { b.moveBefore(f, null); a.moveBefore(a.lastChild, a.firstChild); });
    assert.deepEqual(await kids(), ['b,p', 'placeholder']);
    await p.evaluate(() => { a.moveBefore(f, a.lastChild); a.moveBefore(a.firstChild, f); a.moveBefore(a.lastChild, a.firstChild); });
    assert.deepEqual(await kids(), ['p,b,placeholder', '']);
    await p.evaluate(() => b.append(f));
    await until(async () => assert.deepEqual(await kids(), ['p,b', 'placeholder']));
    await choose(p, 'accept');
    await until(async () => assert.deepEqual(await kids(), ['p,b', 'iframe']));
    await until(() => assert.deepEqual(hosts(), ['frames/frame']));
    await p.evaluate(() => { a.moveBefore(f, null); b.moveBefore(f, null); });
    assert.deepEqual(await kids(), ['p,b', 'iframe']);
    assert.deepEqual(hosts(), ['frames/frame'], 'a frame that is moved like this is not loaded anew');
    assert.ok(await p.evaluate(() => b.removeChild(f) === f));
    assert.deepEqual(await kids(), ['p,b', '']);
    await p.evaluate(() => a.append(f));
    await until(() => assert.deepEqual(hosts(), ['frames/frame', 'frames/frame']));
    await p.evaluate(() => f.remove());
    assert.deepEqual(await kids(), ['p,b', '']);
  }));

test('a framework renders, moves and takes away a frame that waits, as any other', async () => {
  stage.serve('www.shop.localhost/preact.js', readFileSync(`${root}/node_modules/preact/dist/preact.umd.js`, 'utf8'));
  for (const action of ['reject', 'accept'])
    await stage.visit(async (v, p) => {
      host('frames');
      await page(v, '<script src="/preact.js"></script>', `<div id="app"></div><script>
        const { h, render, Fragment } = preact;
        window.draw = (...kids) => render(h(Fragment, null, kids.map((k) => (k === 'f' ? h('iframe', { key: k, title: 'x', src: '${U('frames', '/frame')}' }) : h(k, { key: k })))), app);
        draw('p', 'f', 'b');</script>`);
      const kids = () => p.evaluate(() => [...app.children].map((c) => (c.matches('.lx-embed') ? 'frame' : c.localName.replace('iframe', 'frame'))).join());
      const drawn = async (...list) => {
        await p.evaluate((l) => window.draw(...l), list);
        await until(async () => assert.equal(await kids(), list.join().replace('f', 'frame')));
      };
      await p.locator('.lx-embed').waitFor();
      await choose(p, action);
      await until(async () => assert.equal(await p.locator('.lx-embed').count(), action === 'accept' ? 0 : 1));
      await drawn('b', 'p', 'f');
      await drawn('f', 'i', 'b');
      await drawn('i', 'b');
      await drawn('i', 'f');
      await drawn();
      await v.rest();
      if (action === 'reject') assert.deepEqual(hosts(), []);
    });
});
