// window.lxConsent, and the one place where our faults end: the page goes on,
// and what waits for a grant keeps waiting.
import { start } from "./run.ts";

type Call = readonly [method: string, ...args: unknown[]];

const page = window as { lxConsent?: unknown };
const before = page.lxConsent as { ready?: unknown; q?: Iterable<Call> } | undefined;
if (!(before?.ready instanceof Promise))
  try {
    const script = document.currentScript;
    const [tell, core] = start(script instanceof HTMLScriptElement ? script : undefined);
    const api = {
      ...core,
      on: (event: string, fn: EventListener) => addEventListener(`lxconsent:${event}`, fn),
      off: (event: string, fn: EventListener) => removeEventListener(`lxconsent:${event}`, fn),
      /** Takes what a stub would have queued. */
      push: ([method, ...args]: Call) => (api as unknown as Record<string, (...args: unknown[]) => void>)[method]?.(...args),
    };
    page.lxConsent = Object.assign(api, { ready: Promise.resolve(api) });
    tell("ready");
    for (const call of Array.from(before?.q ?? (before as Iterable<Call> | undefined) ?? [])) api.push(call);
  } catch (e) {
    console.warn("lxConsent", e);
  }
