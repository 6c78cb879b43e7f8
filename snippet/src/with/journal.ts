// What was held back on this page, for people who look into it.

export type Kind = "script" | "frame" | "image" | "link" | "request" | "cookie" | "local" | "session";
export type Entry = {
  readonly kind: Kind;
  /** The address, without its query, or the name of the cookie or key. */
  readonly target: string;
  readonly purpose: string;
  readonly vendor?: string | undefined;
  /** False where the site only reports. */
  readonly held: boolean;
  /** How often. */
  count: number;
};

const MOST = 200;

/** The latest entries, oldest first. */
export const journal: Entry[] = [];

/** Writes one down, and tells the page of what is new. */
export const note = (kind: Kind, address: string, purpose: string, vendor?: string) => {
  const target = address.split(/[?#]/, 1)[0] as string;
  const same = journal.find((e) => e.kind === kind && e.target === target && e.purpose === purpose);
  if (same) {
    same.count++;
    return;
  }
  const entry: Entry = { kind, target, purpose, vendor, held: !REPORT_ONLY, count: 1 };
  if (journal.push(entry) > MOST) journal.shift();
  dispatchEvent(new CustomEvent("lxconsent:held", { detail: { ...entry } }));
};
