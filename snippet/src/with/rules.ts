// Which declared rule speaks about an address.
import { holds } from "lx:config";
import type { Allowed } from "../gate.ts";
import { match } from "../match.ts";
import { type Kind, note } from "./journal.ts";

/** A rule that holds, with the names under which it is granted. */
export type Held = { readonly _name: string; readonly _level: string; readonly _vendor: string };

// A form of the page may hide properties of the document, never of this element.
const root = document.documentElement;

/** The first rule for an address; none for the page's own origin and for what nobody declared. */
const ruleOf = (address: string) => {
  let url: URL;
  try {
    url = new URL(address, root.baseURI);
  } catch {
    return;
  }
  const { hostname, origin, pathname, search } = url;
  if (origin === location.origin || !url.protocol.startsWith("http")) return;
  return holds.find(
    ({ _host, _path }) => (_host.startsWith("*") ? hostname.endsWith(_host.slice(1)) : hostname === _host) && match(_path, pathname + search),
  );
};

/** The addresses in a value: one, or those of a `srcset`. */
export const addresses = (attribute: string, value: string): string[] =>
  attribute === "srcset" ? value.split(/\s*,\s+|\s+/).filter((a) => /[/.]/.test(a)) : [value];

/** Makes what answers whether an address must wait. */
export const keeper =
  (allowed: Allowed) =>
  (kind: Kind, address: string): Held | undefined => {
    const rule = ruleOf(address);
    if (!rule) return;
    const { _name, _level = "", _vendor = _name } = rule;
    if (allowed(_name, _level, _vendor)) return;
    note(kind, address, _name, rule._vendor);
    return REPORT_ONLY ? undefined : { _name, _level, _vendor };
  };
export type Keeper = ReturnType<typeof keeper>;
