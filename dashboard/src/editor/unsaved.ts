// What was typed and is not saved, kept in this browser until it is: by site and visit of the editor, never by who edits.
import type { SiteDocument, SiteView } from "../api";
import { joined, same, trimmed } from "./join";

/** The fields that were changed, as they were and as they are. */
export interface Unsaved {
  base: Partial<SiteDocument>;
  doc: Partial<SiteDocument>;
  at: string;
}

type Place = Pick<SiteView, "tenant" | "id">;
const all = (site: Place) => `lx-unsaved/${site.tenant}/${site.id}/`;
const DAYS = 30;

/** Does something with the storage; a browser that has none, or no room, keeps nothing. */
function stored<T>(act: (storage: Storage) => T): T | undefined {
  try {
    return act(window.localStorage);
  } catch {
    return undefined;
  }
}

/** Keeps what a visit has changed and not saved, instead of what it has kept before. */
export function keep(site: Place, visit: string, base: SiteDocument, doc: SiteDocument): void {
  const kept: Unsaved = { ...trimmed(base, doc), at: new Date().toISOString() };
  stored((s) => s.setItem(all(site) + visit, JSON.stringify(kept)));
}

export function forget(site: Place, visit: string): void {
  stored((s) => s.removeItem(all(site) + visit));
}

/** What an entry says; undefined when it is damaged. */
function read(entry: string | null): Unsaved | undefined {
  try {
    const { base, doc, at } = JSON.parse(entry ?? "") as Unsaved;
    const part = (x: unknown) => typeof x === "object" && x !== null && !Array.isArray(x);
    return part(base) && part(doc) && Date.parse(at) > 0 ? { base, doc, at } : undefined;
  } catch {
    return undefined;
  }
}

/** What other visits have left, the oldest first; what is damaged, or too old to be wanted, goes. */
export function left(site: Place, visit: string): (Unsaved & { visit: string })[] {
  const found = stored((s) =>
    Object.keys(s).flatMap((key) => {
      if (!key.startsWith(all(site)) || key === all(site) + visit) return [];
      const kept = read(s.getItem(key));
      if (kept && Date.now() - Date.parse(kept.at) < DAYS * 86_400_000) return [{ ...kept, visit: key.slice(all(site).length) }];
      s.removeItem(key);
      return [];
    }),
  );
  return (found ?? []).toSorted((a, b) => a.at.localeCompare(b.at));
}

/** A document with what was left in it; itself when it says all of that already. */
export function withLeft(doc: SiteDocument, unsaved: readonly Unsaved[]): SiteDocument {
  const next = unsaved.reduce((now, u) => joined(u.base as SiteDocument, u.doc as SiteDocument, now).doc, doc);
  return same(next, doc) ? doc : next;
}
