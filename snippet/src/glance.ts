// A quick look at lx_consent, for the gate inside the page. It allows only what
// `parse` and `decide` allow, and not all of that: no default of any law, no
// grant in its last days. What it leaves out waits for the whole script.
// The tests hold it to contract/vectors.
import type { Signals } from "./decide.ts";

/** Purposes with their highest level, 0 for a necessary one; whether Global Privacy Control stops it, and being a minor. */
export type Limits = readonly (readonly [id: string, max: number, gpc?: number, minor?: number])[];

/** Reads all cookies of the page and returns what they allow. */
export const glance = (cookies: string, limits: Limits, since: number, life: number, { gpc, minor }: Signals, now: number) => {
  const [, key, edition = 0, clock = 0, levels = "", mac] =
    /(?:^|; )lx_consent=1\.(-|[a-z\d]{1,8})\.([1-9]\d*)\.[a-z\d+-]{1,32}\.(\d+)\.(@?[a-z][a-z\d_-]*:\dg?(?:~@?[a-z][a-z\d_-]*:\dg?)*)\.([\w-]{21}[AQgw])?(?:;|$)/.exec(
      cookies,
    ) ?? [];
  const said = new Map(levels.split("~").sort().map((e) => e.split(":") as [string, string]));
  // Sorted and without repetition it is as we would write it.
  const valid = !mac === (key === "-") && +edition >= since && now < +clock + life && `${[...said]}` === levels.replace(/[~:]/g, ",");
  return (name: string, level = "", vendor = ""): boolean => {
    const [id, max = 0, g, m] = limits.find(([id]) => id === name) ?? [];
    const own = said.get(name);
    const stopped = (minor && m) || (gpc && g && !own?.[1]);
    const n = parseInt(said.get(`@${vendor}`) ?? own ?? "", 10);
    return !!id && (!max || (valid && !stopped && Math.min(max, n) >= (level ? +level || 99 : 1)));
  };
};
