/** In a sandboxed frame, and in a hostile page, everything may throw; then there is nothing to see. */
export const quietly = <T>(f: () => T): T | undefined => {
  try {
    return f();
  } catch {
    return undefined;
  }
};

/** A listener whose faults stay with us: the page goes on, and what waits keeps waiting. */
export const safely = <E>(f: (e: E) => void): ((e: E) => void) => (INLINE ? f : (e) => quietly(() => f(e)));
