// The twin of consent/cookie.go: the grammar of lx_consent,
// 1.KEY.EDITION.REGIME.CLOCK.LEVELS.MAC, bound by contract/vectors/cookie.json.
import { edition, regime } from "lx:config";

/** What the visitor last decided; nothing yet where its value is empty. */
export type Choice = {
  /** The value of lx_consent that says so. */
  readonly _raw: string;
  /** 0 marks a value that cannot be read: nothing in it counts, but it may have held a refusal. What stands below means nothing then. */
  readonly _edition: number;
  readonly _regime: string;
  /** Seconds since 1970 UTC. */
  readonly _clock: number;
  /** The entries as they are written. */
  readonly _levels: string;
  /**
   * Levels by purpose, and by vendor behind an "@". A level may carry a "g":
   * granted beside the notice about Global Privacy Control.
   */
  readonly _said: Said;
};
export type Said = ReadonlyMap<string, string>;

const list = (said: Said) => [...said].map((entry) => entry.join(":")).sort().join("~") || "-";

/** Writes a choice of this edition and regime without a proof, as long as the server has not answered. */
export const encode = (clock: number, said: Said): string => `1.-.${edition}.${regime}.${clock}.${list(said)}.`;

/** Reads lx_consent strictly. */
export const parse = (raw: string): Choice => {
  // Of nothing, nothing is asked: making ready an expression takes longer than all the rest.
  const [, key, edition, regime, clock, levels = "", mac] =
    (raw && /^1\.(-|[a-z\d]{1,8})\.([1-9]\d{0,8})\.([a-z\d+-]{1,32})\.(0|[1-9]\d{0,11})\.([^.]+)\.([\w-]{21}[AQgw])?$/.exec(raw)) || [];
  const said: Map<string, string> = new Map(
    (levels ? levels.match(/@[a-z][a-z\d_-]{0,31}:\d|[a-z][a-z\d_-]{0,31}:(0|[1-9]g?)/g)?.map((entry) => entry.split(":")) : []) as [string, string][],
  );
  // Canonical is what we would write. The proof is missing exactly when no key is named.
  const canonical = list(said) === levels && !mac === (key === "-") && !raw[512];
  return { _raw: raw, _edition: canonical ? +(edition as string) : 0, _regime: regime as string, _clock: +(clock as string), _levels: levels, _said: canonical ? said : new Map() };
};

/** Of several cookies the first that can be read counts. */
export const chosen = (values: readonly string[]): Choice => {
  const all = [...values, ""].map(parse);
  return all.find((c) => c._edition) ?? (all[0] as Choice);
};
