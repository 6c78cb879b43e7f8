// People at the dashboard of the demo.
import { visitor } from './harness.mjs';

export const password = 'maple river quiet lantern';

/** Somebody at a computer of their own, who is not signed in. Options are those of a browser's context. */
export async function somebody(demo, options) {
  const v = await visitor(demo.browser, options);
  const { page } = v;
  return {
    ...v,
    see: (id) => page.getByTestId(id),
    go: (path) => page.goto(`${demo.server.url}/dashboard${path}`),
    /** Waits until the editor says that everything is saved. */
    saved: () => page.waitForFunction(() => /^saved/i.test(document.querySelector('[data-testid="save-state"]')?.textContent ?? '')),
  };
}

/** Who has come in by the setup link, and has no account. */
export async function guest(demo, options) {
  const v = await somebody(demo, options);
  await v.page.goto(demo.server.dashboard);
  await v.see('own-later').click();
  await v.see('site-card-demo').waitFor();
  return v;
}

/** Who has made the first account. */
export async function owner(demo) {
  const v = await somebody(demo);
  await v.page.goto(demo.server.dashboard);
  await v.see('own-name').fill('Ada Owner');
  await v.see('own-email').fill('ada@example.com');
  await v.see('new-password').fill(password);
  await v.see('own-make').click();
  await v.see('site-card-demo').waitFor();
  return v;
}

/** Who has taken an invitation that `host` wrote, as an editor. */
export async function editor(demo, host, email) {
  await host.go('/organisation/members');
  await host.see('invite').click();
  await host.see('invite-email').fill(email);
  await host.see('invite-make').click();
  const v = await somebody(demo);
  await v.page.goto(await host.see('handed-link').innerText());
  await v.see('new-password').fill(password);
  await v.see('invited-accept').click();
  await v.see('site-card-demo').waitFor();
  return v;
}
