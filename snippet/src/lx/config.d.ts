// The module `lx:config`, written by the compiler for one site, regime and language.
import type { Lives, Rule } from "../decide.ts";

export type NamedRule = Rule & {
  readonly _title: string;
  readonly _text: string;
  /** The ids of the named levels and their words, lowest first; absent for a plain switch. */
  readonly _levels?: readonly (readonly [id: string, title: string])[];
};
export type Vendor = {
  readonly _id: string;
  readonly _name: string;
  readonly _purposes: readonly string[];
  readonly _url?: string;
};
export type Cookie = { readonly _name: string; readonly _purpose: string; readonly _vendor?: string; readonly _kind?: "local" | "session" };

export declare const site: string;
export declare const edition: number;
export declare const regime: string;
export declare const note: string;
export declare const locale: string;
export declare const dir: string;
/** The base of the API; empty means beside the script. */
export declare const endpoint: string;
export declare const cookieDomain: string;
/** Seconds that our cookie may live. */
export declare const maxAge: number;
export declare const policyURL: string;
export declare const lives: Lives & { readonly _reaskMonths: number };
export declare const closeRefuses: boolean;
export declare const rules: readonly NamedRule[];
export declare const vendors: readonly Vendor[];
export declare const cookies: readonly Cookie[];
/** Other names for the site's purposes. */
export declare const aliases: Readonly<Record<string, string>>;
/** Names of consent signals, space-separated, and the purposes that must all run for them. */
export declare const signals: readonly (readonly [string, readonly string[]])[];
