// The module `lx:words`: what the visitor reads, in one language.
export declare const title: string;
export declare const body: string;
export declare const policy: string;
export declare const accept: string;
export declare const reject: string;
export declare const settings: string;
export declare const save: string;
export declare const close: string;
export declare const prefsTitle: string;
export declare const prefsBody: string;
export declare const always: string;
export declare const usedBy: string;
export declare const reopen: string;
export declare const gpcHonoured: string;
export declare const embedBody: string;
export declare const embedOnce: string;
export declare const embedAlways: string;
