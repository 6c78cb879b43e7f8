// A quick look at lx_consent, for the gate inside the page. It allows only what
// `parse` and `decide` allow, and not all of that: no default of any law, no
// grant in its last days, nothing where vendors were chosen one by one. What it leaves out waits for the whole script.
// That a number is not too long, or begins with a zero, is not looked for: whoever writes such a cookie could write a right one.
// The tests hold it to contract/vectors.

import { life, limits, since } from "lx:config";
import { MINOR } from "./flags.ts";

/** Reads all cookies of the page and returns what they allow; `stops` are the flags of the signals that are on, `now` is in seconds. */
export const glance = (cookies: string | undefined, stops: number, now: number) => {
  const [, key, edition, clock, levels = "", mac] =
    /(?:^|; )lx_consent=1\.(-|[a-z\d]{1,8})\.([1-9]\d*)\.[a-z\d+-]{1,32}\.(\d+)\.([a-z][a-z\d_-]*:\dg?(?:~[a-z][a-z\d_-]*:\dg?)*)\.([\w-]{21}[AQgw])?(?:;|$)/.exec(cookies as string) ?? [];
  return (name: string, level?: string): boolean => {
    const limit = limits[name] as number;
    const [, own, twice] = `~${levels}`.split(`~${name}:`);
    // What is missing or no number is NaN, which compares to nothing.
    return (
      limit === 0 ||
      (!mac === (key === "-") &&
        (edition as unknown as number) >= since &&
        now - (clock as unknown as number) < life &&
        levels.split("~").sort().join("~") === levels &&
        !twice &&
        !(limit & stops & MINOR || (limit & stops && own?.[1] !== "g")) &&
        Math.min(limit & 15, own?.[0] as unknown as number) / ((level || 1) as number) >= 1)
    );
  };
};
