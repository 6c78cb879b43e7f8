// What differs between two site documents, as a person would say it.
import type { SiteDocument } from "../api";
import { t } from "../i18n";
import { type Called, ORDER } from "./field-names";
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

// The list to which an id belongs that stands in such a field.
const listOf: Record<string, string> = { purpose: "purposes", purposes: "purposes", vendor: "vendors", vendors: "vendors" };

const say = (v: Json | undefined, key: string, called: Called): string => {
  if (v === undefined) return "";
  if (typeof v === "boolean") return v ? t("On") : t("Off");
  if (typeof v !== "object" || v === null) return typeof v === "string" && listOf[key] ? called(listOf[key], v) : partValue(key, String(v));
  if (Array.isArray(v)) return v.map((member) => say(member, key, called)).join(typeof v[0] === "object" ? "; " : ", ");
  // The path tells which member it is, and a heading would say no more of modes than they do.
  const parts = Object.entries(v).filter(([k]) => k !== "id" || !v.name);
  return parts.map(([k, part]) => (k === "name" || k === "id" || k === "modes" ? say(part, "", called) : `${partName(k) ?? k}: ${say(part, k, called)}`)).join("; ");
};

/** The part of the document that a path ends in. */
const last = (path: string) => path.slice(path.lastIndexOf(".") + 1);

function walk(path: string, a: Json | undefined, b: Json | undefined, called: Called, out: Change[]): void {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  if (Array.isArray(a) && Array.isArray(b) && [...a, ...b].every((v) => nameOf(v) !== undefined)) {
    const names = new Set([...a, ...b].map((v) => nameOf(v) as string));
    const order = (list: Json[]) => list.map((v) => called(path, nameOf(v) as string)).join(", ");
    for (const n of names) {
      const find = (list: Json[]) => list.find((v) => nameOf(v) === n);
      walk(`${path}.${n}`, find(a), find(b), called, out);
    }
    if (a.length === b.length && order(a) !== order(b)) out.push({ path: path + ORDER, before: order(a), after: order(b) });
    return;
  }
  const plain = (v: Json | undefined): v is { [key: string]: Json } => typeof v === "object" && v !== null && !Array.isArray(v);
  // A part that is new or gone is told field by field; a member of a list is told whole.
  const part = (v: Json | undefined): { [key: string]: Json } | undefined => (v === undefined ? {} : plain(v) ? v : undefined);
  const [left, right] = [part(a), part(b)];
  if (left && right && (a !== undefined ? b !== undefined || !nameOf(a) : b !== undefined && !nameOf(b))) {
    for (const k of new Set([...Object.keys(left), ...Object.keys(right)])) walk(path ? `${path}.${k}` : k, left[k], right[k], called, out);
    return;
  }
  out.push({ path, before: say(a, last(path), called), after: say(b, last(path), called) });
}

/** The differences from one document to another, in the order of the documents. */
export function differences(before: SiteDocument, after: SiteDocument, called: Called = (_, id) => id): Change[] {
  const out: Change[] = [];
  walk("", before as unknown as Json, after as unknown as Json, called, out);
  return out;
}
