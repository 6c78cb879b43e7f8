// Which declared rule speaks about an address.
import { holds } from "lx:config";
import type { Allowed } from "../revive.ts";
import { quietly } from "../quietly.ts";
import { type Kind, note } from "./journal.ts";

/** A rule that holds, with the names under which it is granted. */
export type Held = { readonly _name: string; readonly _level: string; readonly _vendor: string };

// A form of the page may hide properties of the document, never of this element.
const root = document.documentElement;

// Taken while the page is young: what it does to these later does not reach us.
const Address = URL;
const borrow =
  <A extends unknown[], R>(method: (...args: A) => R) =>
  (text: string, ...args: A): R =>
    apply(method, text, args);
const { apply } = Reflect;
const startsWith = borrow("".startsWith);
const endsWith = borrow("".endsWith);
const slice = borrow("".slice);
const indexOf = borrow("".indexOf);

/** `match`, by methods that nobody can change any more. */
const fits = (pattern: string, text: string): boolean => {
  const star = indexOf(pattern, "*");
  if (star < 0) return pattern === text;
  if (!startsWith(text, slice(pattern, 0, star))) return false;
  let rest = slice(text, star);
  let tail = slice(pattern, star + 1);
  for (let next = indexOf(tail, "*"); next >= 0; next = indexOf(tail, "*")) {
    const part = slice(tail, 0, next);
    const at = indexOf(rest, part);
    if (at < 0) return false;
    rest = slice(rest, at + part.length);
    tail = slice(tail, next + 1);
  }
  return endsWith(rest, tail);
};

/** The first rule for an address; none for the page's own origin and for what nobody declared. */
const ruleOf = (address: string) => {
  let url: URL;
  try {
    url = new Address(address, root.baseURI);
  } catch {
    return;
  }
  const { hostname, origin, pathname, search } = url;
  if (origin === location.origin || !startsWith(url.protocol, "http")) return;
  for (let i = 0; i < holds.length; i++) {
    const rule = holds[i] as (typeof holds)[number];
    const { _host, _path } = rule;
    if ((_host[0] === "*" ? endsWith(hostname, slice(_host, 1)) : hostname === _host) && fits(_path, pathname + search)) return rule;
  }
  return;
};

/** The addresses in a value: one, or those of a `srcset`. */
export const addresses = (attribute: string, value: string): string[] =>
  attribute === "srcset" ? value.split(/\s*,\s+|\s+(?:[\d.]+\w,)?/).filter((a) => /[/.]/.test(a)) : [value];

/** Makes what answers whether an address must wait. */
export const keeper =
  (allowed: Allowed) =>
  (kind: Kind, address: string): Held | undefined => {
    const rule = ruleOf(address);
    if (!rule) return;
    const { _name, _level = "", _vendor = _name } = rule;
    // In a page whose script breaks what we stand on, nothing is granted.
    if (quietly(() => allowed(_name, _level, _vendor))) return;
    quietly(() => note(kind, address, _name, rule._vendor));
    return REPORT_ONLY ? undefined : { _name, _level, _vendor };
  };
export type Keeper = ReturnType<typeof keeper>;
