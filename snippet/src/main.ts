// window.lxConsent, and the one place where our faults end: the page goes on,
// and what waits for a grant keeps waiting.
import type { Shared } from "./gate.ts";
import { start } from "./run.ts";

type Call = readonly [method: string, ...args: unknown[]];

const page = window as { lxConsent?: unknown };
// What a stub or the inline gate has left.
const before = page.lxConsent as { ready?: unknown; gate?: Shared; q?: Iterable<Call> } | undefined;
if (!(before?.ready instanceof Promise))
  try {
    const on = (event: string, fn: EventListener) => addEventListener(`lxconsent:${event}`, fn);
    const queue: readonly Call[] = Array.from(before?.q ?? (before as Iterable<Call> | undefined) ?? []);
    // Whoever waits hears of everything, the start included.
    for (const [method, event, fn] of queue) if (method === "on") on(event as string, fn as EventListener);
    const [tell, core] = start(document.currentScript as HTMLScriptElement | null, before?.gate);
    const api = {
      ...core,
      on,
      off: (event: string, fn: EventListener) => removeEventListener(`lxconsent:${event}`, fn),
      /** Takes what a stub would have queued. */
      push: ([method, ...args]: Call) => (api as unknown as Record<string, (...args: unknown[]) => void>)[method]?.(...args),
    };
    page.lxConsent = Object.assign(api, { ready: Promise.resolve(api) });
    tell("ready");
    for (const call of queue) if (call[0] !== "on") api.push(call);
  } catch (e) {
    console.warn("lxConsent", e);
  }
