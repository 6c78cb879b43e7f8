// The features of a compiled script, as constants: dead branches drop out.

/** Made for a look at a draft: sends nothing, stores nothing, always shows. */
declare const PREVIEW: boolean;
/** The page is the visitor's choice itself: no banner stands before it unasked. */
declare const QUIET: boolean;
/** Behaves as if the browser sent Global Privacy Control. */
declare const SIM_GPC: boolean;
declare const CONSENT_MODE: boolean;
/** Consent Mode has options. */
declare const GOOGLE: boolean;
declare const UET: boolean;
declare const CLARITY: boolean;
declare const META: boolean;
declare const WORDPRESS: boolean;
/** Any of these but plain Consent Mode. */
declare const SIGNALS: boolean;
declare const COOKIE_WRITES: boolean;
/** Holds storage keys, and what goes to the hosts of the site's rules. */
declare const STORAGE_WRITES: boolean;
declare const NETWORK: boolean;
/** Says what would be held and lets it go. */
declare const REPORT_ONLY: boolean;
/** Keeps a list of what was held. */
declare const JOURNAL: boolean;
/** Opens the debug panel where the address of the page asks for it. */
declare const DEBUG: boolean;
/** The gate alone, inside the page: what it does not know, and all placeholders, wait for the whole script. */
declare const INLINE: boolean;
/** The site declares cookies, or storage keys. */
declare const COOKIES: boolean;
declare const STORAGE: boolean;
/** It declares more than cookies. */
declare const KINDS: boolean;
/** It declares databases, caches or service workers; partitioned cookies. */
declare const DEEP: boolean;
declare const PARTITIONED: boolean;
/** Our cookies stand under a domain of the site's choice. */
declare const DOMAIN: boolean;
/** Some declared name holds a star. */
declare const GLOBS: boolean;
declare const VENDORS: boolean;
/** Some purpose has named levels. */
declare const LEVELS: boolean;
/** Some grant of a level ends earlier than the others. */
declare const LEVEL_MONTHS: boolean;
/** Some purpose may run before anyone was asked. */
declare const OPT_OUTS: boolean;
/** Some may so even where a page is sensitive. */
declare const SENSITIVE: boolean;
/** Some purpose has changed since an earlier edition. */
declare const CHANGED: boolean;
/** Some law asks less for a purpose than this one. */
declare const TRAVEL: boolean;
/** Tells how often the banner is shown and how it is answered. */
declare const INSIGHT: boolean;
/** Devices can be linked to accounts. */
declare const IDENTIFY: boolean;
declare const REOPEN: boolean;
/** The first layer carries a control that closes it. */
declare const CLOSE: boolean;
/** The first layer makes the page wait. */
declare const MODAL: boolean;
/** A law wants words of its own by which every page leads to the choices. */
declare const LINKS: boolean;
/** The site declares cookies, storage keys or vendors. */
declare const LIST: boolean;
/** A law wants visitors to see that an opt-out is honoured. */
declare const STATUS: boolean;
