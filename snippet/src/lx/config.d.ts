// The module `lx:config`, written by the compiler for one site, regime and language.
import type { Rule } from "../decide.ts";
import type { Limits } from "../flags.ts";

export type NamedRule = Rule & {
  /** Every name of the purpose in markup, its vendors' among them, between spaces. */
  readonly _names: string;
  /** What the visitor calls it; only where something has changed. */
  readonly _title?: string;
  /** The ids of the named levels, lowest first; absent for a plain switch. */
  readonly _levels?: readonly string[];
};
export type Cookie = {
  readonly _name: string;
  readonly _purpose: string;
  readonly _vendor?: string;
  readonly _kind?: "local" | "session" | "idb" | "cache" | "worker";
  readonly _partitioned?: boolean;
};

export declare const site: string;
export declare const note: string;
export declare const locale: string;
/** The folder of scripts, to which the API lies beside; empty means where this script came from. */
export declare const endpoint: string;
export declare const cookieDomain: string;
/** Seconds that our cookie may live. */
export declare const maxAge: number;
export declare const edition: number;
export declare const regime: string;
/** How long a grant holds, and how long a refusal is respected. */
export declare const consentMonths: number;
export declare const reaskMonths: number;
/** Closing the banner refuses what would else be left as it is. */
export declare const closeRefuses: boolean;
export declare const rules: readonly NamedRule[];
/** The names of vendors by their ids, without a prototype. */
export declare const vendors: Readonly<Record<string, string>>;
export declare const cookies: readonly Cookie[];
/** The consent signals of tag managers, each from the purposes that must all run for it. */
export declare const consentState: (may: (purpose: string) => boolean) => Record<string, string>;
/** For the gate inside the page: what `glance` needs. */
export declare const limits: Limits;
export declare const since: number;
export declare const life: number;
/** Options of Consent Mode: what is set to true, how long tags wait in milliseconds, and places with the signals that are granted there. */
export declare const google: {
  readonly _set: readonly string[];
  readonly _wait: number;
  readonly _regions: readonly (readonly [places: readonly string[], granted: readonly string[]])[];
};
/** Whose hosts wait for what, the first that fits counts. A host may start with a star, a path may hold some. */
export declare const holds: readonly { readonly _host: string; readonly _path: string; readonly _name: string; readonly _level?: string; readonly _vendor?: string }[];
