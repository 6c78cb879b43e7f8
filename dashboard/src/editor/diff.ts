// What differs between two site documents, as a person would say it.
import type { SiteDocument } from "../api";
import { t } from "../i18n";
import { ORDER } from "./field-names";
import { partName, partValue } from "./part-names";

export interface Change {
  path: string;
  before: string;
  after: string;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// Members of these lists are known by a name and not by their place.
const nameOf = (v: Json): string | undefined => {
  if (typeof v !== "object" || v === null || Array.isArray(v)) return undefined;
  const name = v.id ?? v.name;
  return typeof name === "string" ? name : undefined;
};

const say = (v: Json | undefined, key = ""): string => {
  if (v === undefined) return "";
  if (typeof v === "boolean") return v ? t("On") : t("Off");
  if (typeof v !== "object" || v === null) return partValue(key, String(v));
  if (Array.isArray(v)) return v.map((member) => say(member, key)).join(typeof v[0] === "object" ? "; " : ", ");
  // The path tells which member it is, and a heading would say no more of modes than they do.
  const parts = Object.entries(v).filter(([k]) => k !== "id" || !v.name);
  return parts.map(([k, part]) => (k === "name" || k === "id" || k === "modes" ? say(part) : `${partName(k) ?? k}: ${say(part, k)}`)).join("; ");
};

/** The part of the document that a path ends in. */
const last = (path: string) => path.slice(path.lastIndexOf(".") + 1);

function walk(path: string, a: Json | undefined, b: Json | undefined, out: Change[]): void {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  if (Array.isArray(a) && Array.isArray(b) && [...a, ...b].every((v) => nameOf(v) !== undefined)) {
    const names = new Set([...a, ...b].map((v) => nameOf(v) as string));
    const order = (list: Json[]) => list.map((v) => nameOf(v)).join(", ");
    for (const n of names) {
      const find = (list: Json[]) => list.find((v) => nameOf(v) === n);
      walk(`${path}.${n}`, find(a), find(b), out);
    }
    if (a.length === b.length && order(a) !== order(b)) out.push({ path: path + ORDER, before: order(a), after: order(b) });
    return;
  }
  const plain = (v: Json | undefined): v is { [key: string]: Json } => typeof v === "object" && v !== null && !Array.isArray(v);
  // A part that is new or gone is told field by field; a member of a list is told whole.
  const part = (v: Json | undefined): { [key: string]: Json } | undefined => (v === undefined ? {} : plain(v) ? v : undefined);
  const [left, right] = [part(a), part(b)];
  if (left && right && (a !== undefined ? b !== undefined || !nameOf(a) : b !== undefined && !nameOf(b))) {
    for (const k of new Set([...Object.keys(left), ...Object.keys(right)])) walk(path ? `${path}.${k}` : k, left[k], right[k], out);
    return;
  }
  out.push({ path, before: say(a, last(path)), after: say(b, last(path)) });
}

/** The differences from one document to another, in the order of the documents. */
export function differences(before: SiteDocument, after: SiteDocument): Change[] {
  const out: Change[] = [];
  walk("", before as unknown as Json, after as unknown as Json, out);
  return out;
}
