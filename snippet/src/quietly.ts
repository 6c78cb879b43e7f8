/** In a sandboxed frame, and in a hostile page, everything may throw; then there is nothing to see. */
// @ts-expect-error: to return nothing by word takes bytes in every script.
export const quietly: <T>(f: () => T) => T | undefined = (f) => {
  try {
    return f();
  } catch {}
};

/** A listener whose faults stay with us: the page goes on, and what waits keeps waiting. */
export const safely = <E>(f: (e: E) => void): ((e: E) => void) => (INLINE ? f : (e) => quietly(() => f(e)));
