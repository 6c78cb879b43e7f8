// window.lxConsent, and the one place where our faults end: the page goes on,
// and what waits for a grant keeps waiting.
import { start } from "./run.ts";

type Call = readonly [method: string, ...args: unknown[]];

const page = window as { lxConsent?: unknown };
const before = page.lxConsent as { ready?: unknown; q?: readonly Call[] } | readonly Call[] | undefined;
if (before && "ready" in before && before.ready instanceof Promise) console.warn("LeadiumX Consent is in this page twice; the second is ignored.");
else
  try {
    const script = document.currentScript;
    const { _tell, ...core } = start(script instanceof HTMLScriptElement ? script : undefined);
    const name = (event: string) => `lxconsent:${event}`;
    const api = {
      ...core,
      on: (event: string, fn: EventListener) => addEventListener(name(event), fn),
      off: (event: string, fn: EventListener) => removeEventListener(name(event), fn),
      /** Takes what a stub would have queued. */
      push: ([method, ...args]: Call) => {
        const f = (api as unknown as Record<string, unknown>)[method];
        if (typeof f === "function") f(...args);
      },
      ready: Promise.resolve(),
    };
    page.lxConsent = Object.assign(api, { ready: Promise.resolve(api) });
    const queued = before && ("q" in before ? before.q : before);
    if (Array.isArray(queued)) for (const call of queued) api.push(call);
    _tell("ready");
  } catch (e) {
    console.warn("LeadiumX Consent stopped; nothing is granted.", e);
  }
