// The twin of consent/cookie.go: the grammar of lx_consent,
// 1.KEY.EDITION.REGIME.CLOCK.LEVELS.MAC, bound by contract/vectors/cookie.json.
import type { Choice } from "./decide.ts";

const shape = /^1\.(?:-|[a-z0-9]{1,8})\.([1-9]\d{0,9})\.([a-z0-9+-]{1,32})\.(0|[1-9]\d{0,12})\.([^.]+)\.([\w-]{21}[AQgw])?$/;
const entry = /^(@?)([a-z][a-z0-9_-]{0,31}):(\d)(g?)$/;

const empty = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** A choice that answers nothing. */
export const blank = () => ({
  _edition: 0,
  _regime: "",
  _clock: 0,
  _levels: empty<number>(),
  _vendors: empty<number>(),
  _over: empty<boolean>(),
});

/** Writes a choice without a proof, as long as the server has not answered. */
export const encode = (c: Choice): string => {
  const entries = [
    ...Object.entries(c._levels).map(([id, n]) => `${id}:${n}${n && c._over[id] ? "g" : ""}`),
    ...Object.entries(c._vendors).map(([id, n]) => `@${id}:${n}`),
  ].sort();
  return `1.-.${c._edition}.${c._regime}.${c._clock}.${entries.join("~") || "-"}.`;
};

/** Reads lx_consent strictly; undefined for anything that is not canonical. */
export const parse = (s: string): Choice | undefined => {
  const m = shape.exec(s);
  if (!m || s.length > 512) return;
  const [, edition = "", regime = "", clock = "", levels = "", mac = ""] = m;
  // The proof, 128 bits, is missing exactly when no key is named.
  if (!mac !== (s[2] === "-") || +edition >= 2 ** 31 || +clock > 2 ** 40) return;
  const c = { ...blank(), _edition: +edition, _regime: regime, _clock: +clock };
  let last = "";
  if (levels !== "-")
    for (const e of levels.split("~")) {
      const [, vendor, id = "", n = "", over] = entry.exec(e) || [];
      const into = vendor ? c._vendors : c._levels;
      if (!id || e <= last || id in into || (over && (vendor || n === "0"))) return;
      last = e;
      into[id] = +n;
      if (over) c._over[id] = true;
    }
  return c;
};
