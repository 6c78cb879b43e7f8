// What the types allow, and what they refuse. It is compiled and not run.
import * as consent from "@leadiumx/consent";
import { ConsentGate, useConsent } from "@leadiumx/consent/react";
import { createGate } from "@leadiumx/consent/server";

export const Page = () => {
  const full: boolean = useConsent("recording", "everything");
  return (
    <ConsentGate purpose="analytics" level={1} fallback="ask first">
      {full ? <p>everything</p> : null}
    </ConsentGate>
  );
};
// @ts-expect-error: a gate needs a purpose.
export const Open = () => <ConsentGate>open</ConsentGate>;

export const loaded: Promise<boolean> = consent.load({ src: "/s/shop.js", nonce: "r4nd0m", minor: true });
export const known: consent.ConsentState | undefined = consent.get();
export const off: () => void = consent.on("change", ({ levels, action }) => {
  const level: number | undefined = levels.analytics;
  if (action === "withdraw" && !level) consent.showPreferences();
  // @ts-expect-error: no change has such an action.
  if (action === "refused") consent.showPreferences();
});
consent.on("held", ({ target, count }) => target.repeat(count));
consent.set({ analytics: true, recording: 2 });
// @ts-expect-error: a level that is set is a number, true or false.
consent.set({ analytics: "yes" });
// @ts-expect-error: there is no such event.
consent.on("closed", () => {});

window.addEventListener("lxconsent:change", (e) => e.detail.regime.length);
// @ts-expect-error: it may be missing, or a queue.
window.lxConsent.has("analytics");
if (window.lxConsent && "has" in window.lxConsent) window.lxConsent.has("analytics", 1);
window.lxConsent = [];
window.lxConsent.push(["showPreferences"], ["set", { analytics: 0 }]);

const gate = createGate({ server: "https://consent.example.com", site: "shop" });
export const asked: Promise<boolean>[] = [
  gate.allowed(new Request("https://shop.example.com"), "analytics"),
  gate.allowed(new Headers(), "recording", 2),
  gate.allowed({ headers: { cookie: "a=b", "set-cookie": ["c=d"] } }, "marketing"),
];
// @ts-expect-error: a gate is one of a site.
createGate({ server: "https://consent.example.com" });
