// The features of a compiled script, as constants: dead branches drop out.

/** Made for a look at a draft: sends nothing, stores nothing, always shows. */
declare const PREVIEW: boolean;
/** Behaves as if the browser sent Global Privacy Control. */
declare const SIM_GPC: boolean;
declare const CONSENT_MODE: boolean;
declare const COOKIE_WRITES: boolean;
/** The site declares cookies, or storage keys. */
declare const COOKIES: boolean;
declare const STORAGE: boolean;
/** Some declared name holds a star. */
declare const GLOBS: boolean;
declare const VENDORS: boolean;
declare const REOPEN: boolean;
/** The first layer carries a control that closes it. */
declare const CLOSE: boolean;
/** The first layer makes the page wait. */
declare const MODAL: boolean;
