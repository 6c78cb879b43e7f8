// Two changes of one document, made at the same time: by two people, or in two tabs.
import type { SiteDocument } from "../api";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Maybe = Json | undefined;

const plain = (v: Maybe): v is { [key: string]: Json } => typeof v === "object" && v !== null && !Array.isArray(v);

/** Whether two values say the same, in whatever order their fields stand. */
const equal = (a: Maybe, b: Maybe): boolean => {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => equal(v, b[i]));
  if (plain(a) && plain(b)) return Object.keys({ ...a, ...b }).every((k) => equal(a[k], b[k]));
  return a === b;
};

// Members of these lists are known by a name and not by their place.
const nameOf = (v: Json): string | undefined => {
  const name = plain(v) ? (v.id ?? v.name) : undefined;
  return typeof name === "string" ? name : undefined;
};
const named = (list: Maybe): list is Json[] =>
  Array.isArray(list) && list.every((v) => nameOf(v) !== undefined) && new Set(list.map(nameOf)).size === list.length;

function join(path: string, base: Maybe, mine: Maybe, theirs: Maybe, both: string[]): Maybe {
  if (equal(mine, theirs) || equal(base, theirs)) return mine;
  if (equal(base, mine)) return theirs;
  if (plain(mine) && plain(theirs)) {
    const from = plain(base) ? base : {};
    const out: { [key: string]: Json } = {};
    for (const k of Object.keys({ ...theirs, ...mine })) {
      const v = join(path ? `${path}.${k}` : k, from[k], mine[k], theirs[k], both);
      if (v !== undefined) out[k] = v;
    }
    return out;
  }
  if (named(mine) && named(theirs) && (base === undefined || named(base))) {
    const find = (list: Json[] | undefined, name: string | undefined) => list?.find((v) => nameOf(v) === name);
    const names = new Set([...mine, ...theirs].map(nameOf));
    return [...names].map((n) => join(`${path}.${n}`, find(base, n), find(mine, n), find(theirs, n), both)).filter((v) => v !== undefined);
  }
  both.push(path);
  return mine;
}

/** Whether two documents say the same. */
export const same = (a: SiteDocument, b: SiteDocument): boolean => equal(a as unknown as Json, b as unknown as Json);

/** Joins what I and somebody else made of a document. Of what both changed mine stays, and is named. */
export function joined(base: SiteDocument, mine: SiteDocument, theirs: SiteDocument): { doc: SiteDocument; both: string[] } {
  const both: string[] = [];
  const as = (d: SiteDocument) => d as unknown as Json;
  return { doc: join("", as(base), as(mine), as(theirs), both) as unknown as SiteDocument, both };
}

/** Two documents without the fields in which they do not differ. Joined with a third one, they do what the whole ones do. */
export function trimmed(base: SiteDocument, doc: SiteDocument): { base: Partial<SiteDocument>; doc: Partial<SiteDocument> } {
  const trim = (a: Maybe, b: Maybe): [Maybe, Maybe] => {
    if (!plain(a) || !plain(b)) return [a, b];
    const kept = Object.keys({ ...a, ...b }).flatMap((k) => (equal(a[k], b[k]) ? [] : [[k, trim(a[k], b[k])] as const]));
    const side = (i: 0 | 1) => Object.fromEntries(kept.flatMap(([k, pair]) => (pair[i] === undefined ? [] : [[k, pair[i]]])));
    return [side(0), side(1)];
  };
  const [a, b] = trim(base as unknown as Json, doc as unknown as Json);
  return { base: a as unknown as Partial<SiteDocument>, doc: b as unknown as Partial<SiteDocument> };
}
