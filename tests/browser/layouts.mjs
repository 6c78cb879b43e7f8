// The demo site in every layout: a server, a browser, and one site for each.
import assert from 'node:assert/strict';
import { startDemo } from './harness.mjs';

const token = 'tests-of-all-layouts-need-their-own-token';
export const layouts = ['bar', 'box', 'modal', 'corner'];

/** Starts everything; the sites bear the names of the layouts, and speak these languages, or those of their own: each takes a compilation. */
export async function startLayouts(locales, own = {}) {
  const { server, browser, stop } = await startDemo({ env: { LXCONSENT_API_TOKEN: token } });
  const manage = async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const r = await fetch(server.url + path, { method: body ? 'PUT' : 'GET', headers, body: body && JSON.stringify(body) });
    const answer = await r.json();
    assert.ok(r.ok, JSON.stringify(answer));
    return answer;
  };
  try {
    const { draft } = await manage('/v1/sites/demo');
    /** Publishes the demo site under another name, with changes of its banner. */
    const site = (id, banner, change) => manage(`/v1/sites/${id}`, { ...draft, id, locales, ...change, banner: { ...draft.banner, position: undefined, ...banner } });
    for (const layout of layouts) await site(layout, { layout }, { locales: own[layout] ?? locales });
    return { url: server.url, browser, theme: draft.banner.theme, site, stop };
  } catch (fault) {
    // Nobody else knows of what runs, and the tests would not end.
    await stop();
    throw fault;
  }
}
