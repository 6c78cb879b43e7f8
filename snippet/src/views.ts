// What a visitor can see. These stand alone, so that the compiler fills them in.
export type View = 0 | 1 | 2;
/** Nothing, but perhaps the button that opens the preferences again. */
export const HIDDEN = 0;
export const BANNER = 1;
export const PREFERENCES = 2;
