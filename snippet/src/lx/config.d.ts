// The module `lx:config`, written by the compiler for one site, regime and language.
import type { Rule } from "../decide.ts";
import type { Limits } from "../glance.ts";
import type { Terms } from "../step.ts";

export type NamedRule = Rule & {
  /** Every name of the purpose in markup, between spaces. */
  readonly _names: string;
  readonly _title: string;
  readonly _text: string;
  /** The ids of the named levels, lowest first, and their words; absent for a plain switch. */
  readonly _levels?: readonly string[];
  readonly _titles?: readonly string[];
};
export type Vendor = {
  readonly _id: string;
  readonly _name: string;
  readonly _purposes: readonly string[];
  readonly _url?: string;
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
export declare const dir: string;
/** The base of the API; empty means beside the script. */
export declare const endpoint: string;
export declare const cookieDomain: string;
/** Seconds that our cookie may live. */
export declare const maxAge: number;
export declare const policyURL: string;
export declare const terms: Terms;
export declare const rules: readonly NamedRule[];
export declare const vendors: readonly Vendor[];
export declare const cookies: readonly Cookie[];
/** Names of consent signals, each before the purposes that must all run for it. */
export declare const signals: readonly (readonly string[])[];
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
