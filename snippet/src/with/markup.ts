// Markup that a script hands to the browser as text.
import { namesOf as marks } from "../gate.ts";
import { type Inert, type Policy, shared } from "../revive.ts";
import type { Kind } from "./journal.ts";
import { addresses, type Held, type Keeper } from "./rules.ts";

/** As far as a tag has come. Only behind an equals sign something is in quotes. */
const BEGUN = `<(script|iframe|img)\\b(?:[^>=]|=\\s*(?:"[^"]*("|$)|'[^']*('|$)|(?!["'])))*`;
const TAG = new RegExp(`${BEGUN}>`, "gi");
/** One that has not ended, at the end of a text. */
export const OPEN = new RegExp(`${BEGUN}$`, "i");
/** Each attribute with its value, so that none is found in the value of another, nor missed where no space is before it. */
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?/g;
const kinds: Readonly<Record<string, Kind>> = { script: "script", iframe: "frame", img: "image" };
const quote = (s: string) => `"${s.replaceAll('"', "&quot;")}"`;
const plain = (s: string) =>
  s
    .replace(/^(["'])(.*)\1$/s, "$2")
    .replace(/&#(x?)([\da-f]+);?/gi, (_, x, n) => String.fromCharCode(Number.parseInt(n, x ? 16 : 10)))
    .replaceAll("&amp;", "&");

/**
 * Whether an element follows its mark. Vendors have attributes of the same names for ends of their own: a mark counts
 * where the element is inert, or may run by it; `data-name` where it is inert.
 */
export const follows = (dataset: DOMStringMap, className = "", type = "") => {
  const inert = type === "text/plain";
  const names = marks({ dataset: inert ? dataset : { ...dataset, name: "" }, className } as Inert);
  return names[0] && (inert || dataset.src !== undefined || names.every((n) => shared._may(n, dataset.level, dataset.vendor || n)));
};

/** Turns elements whose address must wait into the markup that the gate knows; all other text stays as it is. */
export const defuse = (value: unknown, held: Keeper, policy: Policy): unknown => {
  const text = `${value}`;
  if (!TAG.test(text)) return value;
  TAG.lastIndex = 0;
  const out = text.replace(TAG, (tag, name: string) => {
    // As in markup, the first of a name counts.
    const own: Record<string, string> = {};
    const dataset: Record<string, string> = {};
    for (const [, key = "", v = ""] of tag.matchAll(ATTRIBUTE)) {
      const [, data] = /^data-(.+)/i.exec(key) ?? [];
      if (data) dataset[data.toLowerCase()] ??= plain(v);
      else own[key.toLowerCase()] ??= plain(v);
    }
    if (follows(dataset, own.class, own.type)) return tag;
    let found: Held | undefined;
    const kind = kinds[name.toLowerCase()] as Kind;
    const inert = tag.replace(ATTRIBUTE, (whole, name: string, address = "") => {
      const attribute = name.toLowerCase();
      if (attribute === "data-cookieconsent" || (kind === "script" && /^(data-lx-)?type$/.test(attribute))) return "";
      if (!/^src(set)?$/.test(attribute)) return whole;
      const rule = addresses(attribute, plain(address)).reduce<Held | undefined>((r, a) => r ?? held(kind, a), undefined);
      found ??= rule;
      return !rule ? whole : `data-${attribute === "src" ? "" : "lx-"}${attribute}=${/^["']/.test(address) ? address : quote(address)}`;
    });
    if (!found) return tag;
    const { _name, _level, _vendor } = found;
    const marks = ` data-${dataset.category ? "cookieconsent" : "category"}=${quote(_name)}${_level && ` data-level=${quote(_level)}`} data-vendor=${quote(_vendor)}`;
    const end = inert.endsWith("/>") ? -2 : -1;
    const typed = kind !== "script" ? inert : `${inert.slice(0, 7)} type="text/plain" data-lx-type=${quote(dataset["lx-type"] ?? own.type ?? "")}${inert.slice(7)}`;
    return typed.slice(0, end) + marks + typed.slice(end);
  });
  if (out === text) return value;
  // A page that must say so in types keeps having to: only what was trusted stays trusted.
  return typeof value === "string" ? out : (policy.createHTML?.(out) ?? value);
};
