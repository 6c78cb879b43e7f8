// The module `lx:view`: what the visitor sees, in one language. The rows of
// the preferences stand in the order of the rules.
import type { Tree } from "../ui/grow.ts";

/** What every page leads to the choices with, where a law wants words of its own. */
export declare const link: string;
/** The icon behind it; empty where the law wants none. */
export declare const icon: Tree;
/** `{}` stands for what is asked about, where that is known in the page alone. */
export declare const banner: Tree;
/** `{}` stands for the address of the list of cookies and vendors. */
export declare const preferences: Tree;
export declare const reopen: Tree;
/** Where it is said, and how, that a choice is taken. */
export declare const status: Tree;
export declare const saved: string;
/** What stands in the place of a frame of a vendor. */
export declare const embed: (vendor: string) => Tree;
/** For the page about privacy: what is kept and who receives data. */
export declare const declaration: Tree;
/** The styles that this site needs, minified: for the first layer, and for the rest. */
export declare const css: string[];
