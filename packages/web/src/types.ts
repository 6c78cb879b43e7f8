// What the script of a site offers to the page that carries it.

/** The id of a purpose or of a vendor of the site, or another platform's name for a purpose. */
export type Name = "necessary" | "functional" | "analytics" | "marketing" | (string & {});

/** A level of a purpose: its number, lowest is 1, or its id. */
export type Level = number | string;

/** What the visitor or the page did. */
export type Action = "accept_all" | "reject_all" | "save" | "dismiss" | "withdraw" | "embed" | "api";

/** What holds now, and what was shown. */
export type ConsentState = {
  readonly site: string;
  readonly edition: number;
  readonly regime: string;
  readonly locale: string;
  /** The level at which each purpose runs; 0 is not at all. */
  readonly levels: Readonly<Record<string, number>>;
  /** Whether nothing is left to ask. */
  readonly decided: boolean;
  /** Whether the browser sends Global Privacy Control. */
  readonly gpc: boolean;
};

export type ConsentDetail = ConsentState & {
  /** Of a change: what made it. `sync` is the start of a page, another tab, an account or the server. */
  readonly action?: Action | "sync" | undefined;
};

/** What rules or declared names have held on this page, or would have held. */
export type Held = {
  readonly kind: "script" | "frame" | "image" | "link" | "request" | "cookie" | "local" | "session";
  /** An address without its query, or the name of a cookie or key. */
  readonly target: string;
  readonly purpose: string;
  readonly vendor?: string | undefined;
  /** False where the site only reports. */
  readonly held: boolean;
  readonly count: number;
};

/** The events by name, with their details. On `window` each has `lxconsent:` before its name. */
export type ConsentEvents = {
  readonly ready: ConsentDetail;
  readonly change: ConsentDetail;
  readonly show: ConsentDetail;
  readonly hide: ConsentDetail;
  readonly held: Held;
};

type Listener<K extends keyof ConsentEvents> = (event: CustomEvent<ConsentEvents[K]>) => void;

/** `window.lxConsent` once the script has run. */
export type ConsentApi = {
  has(name: Name, level?: Level): boolean;
  get(): ConsentState;
  show(): void;
  showPreferences(): void;
  acceptAll(): void;
  rejectAll(): void;
  withdraw(): void;
  set(levels: Readonly<Record<string, number | boolean>>): void;
  on<K extends keyof ConsentEvents>(event: K, listener: Listener<K>): void;
  off<K extends keyof ConsentEvents>(event: K, listener: Listener<K>): void;
  rescan(root?: ParentNode): void;
  push(call: ConsentCall): void;
  readonly ready: Promise<ConsentApi>;
  /** Without the feature `identify` false. */
  identify(externalId: string, proof: string): Promise<boolean>;
  /** Where rules or declared names hold something. */
  held?(): readonly Held[];
};

/** The calls that may be made before the script has run. */
export type ConsentCall =
  | readonly [method: "show" | "showPreferences" | "acceptAll" | "rejectAll" | "withdraw"]
  | readonly [method: "set", levels: Readonly<Record<string, number | boolean>>]
  | readonly [method: "on" | "off", event: keyof ConsentEvents, listener: (event: CustomEvent) => void]
  | readonly [method: "rescan", root?: ParentNode];

declare global {
  interface Window {
    /** A queue of calls until the script has run. */
    lxConsent?: ConsentApi | ConsentCall[];
  }
  interface WindowEventMap {
    "lxconsent:ready": CustomEvent<ConsentDetail>;
    "lxconsent:change": CustomEvent<ConsentDetail>;
    "lxconsent:show": CustomEvent<ConsentDetail>;
    "lxconsent:hide": CustomEvent<ConsentDetail>;
    "lxconsent:held": CustomEvent<Held>;
  }
}
