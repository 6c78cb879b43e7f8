// The module `lx:style`: the styles that this site needs, minified.
export declare const css: string;
