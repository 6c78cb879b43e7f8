// A quick look at lx_consent, for the gate inside the page. It allows only what
// `parse` and `decide` allow, and not all of that: no default of any law, no
// grant in its last days, nothing where vendors were chosen one by one. What it leaves out waits for the whole script.
// The tests hold it to contract/vectors.

/**
 * For each purpose its highest level, 0 for a necessary one, to which the flags
 * are added; without a prototype, so that only what stands here is a purpose.
 */
export type Limits = Readonly<Record<string, number>>;
/** Global Privacy Control stops it. */
export const GPC = 16;
/** Being a minor stops it. */
export const MINOR = 32;

/** Reads all cookies of the page and returns what they allow; `stops` are the flags of the signals that are on. */
export const glance = (cookies: string, limits: Limits, since: number, life: number, stops: number, now: number) => {
  const [, key, edition = 0, clock = 0, levels = "", mac] =
    /(?:^|; )lx_consent=1\.(-|[a-z\d]{1,8})\.([1-9]\d*)\.[a-z\d+-]{1,32}\.(\d+)\.([a-z][a-z\d_-]*:\dg?(?:~[a-z][a-z\d_-]*:\dg?)*)\.([\w-]{21}[AQgw])?(?:;|$)/.exec(cookies) ?? [];
  const valid = !mac === (key === "-") && +edition >= since && now < +clock + life && levels.split("~").sort().join("~") === levels;
  return (name: string, level?: string): boolean => {
    const limit = limits[name] as number;
    const [, own, twice] = `~${levels}`.split(`~${name}:`);
    const stopped = limit & stops & MINOR || (limit & stops && own?.[1] !== "g");
    return limit === 0 || (valid && !twice && !stopped && Math.min(limit & 15, parseInt(own as string, 10)) >= (level ? +level || 99 : 1));
  };
};
