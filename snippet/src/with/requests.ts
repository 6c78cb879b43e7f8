// Requests of scripts. One that must not be made is answered with nothing, as
// if it had been delivered: the library goes on, does not try again, and does
// not send later what happened before the choice.
import type { Keeper } from "./rules.ts";

const addressOf = (input: unknown) => (input instanceof Request ? input.url : `${input}`);

const hide = (request: XMLHttpRequest, values: Readonly<Record<string, unknown>>) => {
  for (const name in values) Object.defineProperty(request, name, { configurable: true, value: values[name] });
};

const answer = (request: XMLHttpRequest) => {
  const text = /^(text)?$/.test(request.responseType);
  hide(request, { readyState: 4, status: 204, statusText: "No Content", response: text ? "" : null, ...(text && { responseText: "" }) });
  request.dispatchEvent(new Event("readystatechange"));
  for (const type of ["load", "loadend"]) request.dispatchEvent(new ProgressEvent(type));
};

const nothing = () => {};
type Lines = { EventSource?: typeof EventSource; WebSocket?: typeof WebSocket; fetchLater?: (...args: unknown[]) => unknown };
/** Lines that stay open, and how they say that they are closed. */
const closed = { EventSource: 2, WebSocket: 3 } as const;

/** Guards the ways in which scripts ask. */
export const guardRequests = (held: Keeper) => {
  const page = window as unknown as Lines;
  for (const name of ["EventSource", "WebSocket"] as const) {
    const native = page[name];
    if (native)
      page[name] = new Proxy(native, {
        construct: (type, args, made) => {
          const url = `${args[0]}`;
          return held("request", url.replace(/^ws/i, "http")) ? Object.assign(new EventTarget(), { url, readyState: closed[name], close: nothing, send: nothing }) : Reflect.construct(type, args, made);
        },
      }) as never;
  }
  const later = page.fetchLater;
  if (later) page.fetchLater = (...args) => (held("request", addressOf(args[0])) ? { activated: true } : later.apply(window, args));

  const ask = window.fetch;
  window.fetch = function (this: unknown, ...args) {
    return held("request", addressOf(args[0]))
      ? Promise.resolve(new Response(null, { status: 204, statusText: "No Content" }))
      : ask.apply(window, args);
  };
  // Sentry takes a fetch out of a frame where that of the page does not look like the browser's.
  window.fetch.toString = () => `${ask}`;

  const beacon = navigator.sendBeacon;
  if (beacon)
    Navigator.prototype.sendBeacon = function (this: Navigator, ...args) {
      return !!held("request", `${args[0]}`) || beacon.apply(this, args);
    };

  const { open, send } = XMLHttpRequest.prototype;
  const asked = new WeakMap<XMLHttpRequest, readonly [address: string, waits: boolean]>();
  XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, ...args: unknown[]) {
    if (asked.has(this)) for (const name of ["readyState", "status", "statusText", "response", "responseText"]) Reflect.deleteProperty(this, name);
    asked.set(this, [`${args[1]}`, args.length < 3 || !!args[2]]);
    return (open as (...args: unknown[]) => void).apply(this, args);
  } as typeof open;
  XMLHttpRequest.prototype.send = function (this: XMLHttpRequest, ...args) {
    const [address, waits] = asked.get(this) ?? [];
    if (address === undefined || !held("request", address)) return send.apply(this, args);
    if (waits) setTimeout(answer, 0, this);
    else answer(this);
  };
};
