// The twin of consent/cookie.go: the grammar of lx_consent,
// 1.KEY.EDITION.REGIME.CLOCK.LEVELS.MAC, bound by contract/vectors/cookie.json.
import type { Choice } from "./decide.ts";

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
  const [, key, fields = "", edition = "", regime = "", clock = "", levels = "", mac] =
    /^1\.(-|[a-z\d]{1,8})(\.([1-9]\d*)\.([a-z\d+-]{1,32})\.(\d+)\.([^.]+)\.)([\w-]{21}[AQgw])?$/.exec(s) ?? [];
  const c = { ...blank(), _edition: +edition, _regime: regime, _clock: +clock };
  for (const [, vendor, id = "", n = "", over] of levels.matchAll(/(@?)([a-z][a-z\d_-]{0,31}):(\d)(g?)/g)) {
    (vendor ? c._vendors : c._levels)[id] = +n;
    if (over) c._over[id] = true;
  }
  // Canonical is what we would write. The proof is missing exactly when no key is named.
  const canonical = encode(c) === `1.-${fields}` && !mac === (key === "-");
  return canonical && s.length < 513 && c._edition < 2 ** 31 && c._clock <= 2 ** 40 ? c : undefined;
};

/** Of several cookies the first that can be read counts; one that cannot be read is forged. */
export const chosen = (values: readonly string[]): readonly [string, Choice | undefined] => {
  const raw = values.find(parse) ?? values[0] ?? "";
  return [raw, raw ? (parse(raw) ?? { ...blank(), _forged: true }) : undefined];
};
