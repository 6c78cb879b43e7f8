// A quick look at lx_consent, for the gate inside the page. It allows only what
// `parse` and `decide` allow, and not all of that: no default of any law, no
// grant in its last days, nothing where vendors were chosen one by one. What it leaves out waits for the whole script.
// The tests hold it to contract/vectors.
import type { Signals } from "./decide.ts";

/** Purposes with their highest level, 0 for a necessary one; whether Global Privacy Control stops it, and being a minor. */
export type Limits = readonly (readonly [id: string, max: number, gpc?: number, minor?: number])[];

/** Reads all cookies of the page and returns what they allow. */
export const glance = (cookies: string, limits: Limits, since: number, life: number, { gpc, minor }: Signals, now: number) => {
  const [, key, edition = 0, clock = 0, levels = "", mac] =
    /(?:^|; )lx_consent=1\.(-|[a-z\d]{1,8})\.([1-9]\d*)\.[a-z\d+-]{1,32}\.(\d+)\.([a-z][a-z\d_-]*:\dg?(?:~[a-z][a-z\d_-]*:\dg?)*)\.([\w-]{21}[AQgw])?(?:;|$)/.exec(
      cookies,
    ) ?? [];
  const valid = !mac === (key === "-") && +edition >= since && now < +clock + life && levels.split("~").sort().join("~") === levels;
  return (name: string, level = ""): boolean => {
    const [id, max = 0, g, m] = limits.find(([id]) => id === name) ?? [];
    const [, own, twice] = `~${levels}`.split(`~${name}:`);
    const stopped = twice || (minor && m) || (gpc && g && own?.[1] !== "g");
    return !!id && (!max || (valid && !stopped && Math.min(max, +(own?.[0] ?? 0)) >= (level ? +level || 99 : 1)));
  };
};
