// The module `lx:view`: what the visitor sees, in one language. The rows of
// the preferences stand in the order of the rules.
import type { Tree } from "../ui/grow.ts";

/** What every page leads to the choices with, where a law wants words of its own. */
export declare const link: string;
/** The icon behind it; empty where the law wants none. */
export declare const icon: Tree;
/**
 * The element of each View. The gap in the banner is for what is asked about,
 * where that is known in the page alone; that in the preferences for the
 * address of the list of cookies and vendors.
 */
export declare const views: readonly Tree[];
/** Where it is said, and how, that a choice is taken. */
export declare const status: Tree;
export declare const saved: string;
/** What stands in the place of a frame; the gaps are for its vendor. */
export declare const embed: Tree;
/** For the page about privacy: what is kept and who receives data. */
export declare const declaration: Tree;
/** The styles that this site needs, minified: for the first layer, and for the rest. */
export declare const css: string[];
