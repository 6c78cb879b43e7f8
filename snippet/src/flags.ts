/**
 * For each purpose its highest level, 0 for a necessary one, to which the flags
 * are added; without a prototype, so that only what stands there is a purpose.
 */
export type Limits = Readonly<Record<string, number>>;
/** Global Privacy Control stops it. */
export const GPC = 16;
/** Being a minor stops it. */
export const MINOR = 32;
