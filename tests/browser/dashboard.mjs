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
  const { page, see, ...rest } = await somebody(demo, options);
  await page.goto(demo.server.dashboard);
  await see('own-later').click();
  await see('site-card-demo').waitFor();
  return { page, see, ...rest };
}

/** Who has made the first account. */
export async function owner(demo) {
  const { page, see, ...rest } = await somebody(demo);
  await page.goto(demo.server.dashboard);
  await see('own-name').fill('Ada Owner');
  await see('own-email').fill('ada@example.com');
  await see('new-password').fill(password);
  await see('own-make').click();
  await see('site-card-demo').waitFor();
  return { page, see, ...rest };
}

/** Who has taken an invitation that `host` wrote, as an editor. */
export async function editor(demo, host, email) {
  await host.go('/organisation/members');
  await host.see('invite').click();
  await host.see('invite-email').fill(email);
  await host.see('invite-make').click();
  const { page, see, ...rest } = await somebody(demo);
  await page.goto(await host.see('handed-link').innerText());
  await see('new-password').fill(password);
  await see('invited-accept').click();
  await see('site-card-demo').waitFor();
  return { page, see, ...rest };
}
