// How a law lets a purpose run. These stand alone, so that the compiler fills them in.

/** Larger is laxer, so the stricter of two modes is the smaller. */
export type Mode = 0 | 1 | 2;
export const OPT_IN = 0;
export const OPT_OUT = 1;
export const NOTICE = 2;
