// Google Consent Mode v2.

declare global {
  interface Window {
    dataLayer?: object[];
  }
}

/** Gives tag managers a command; they take only real `arguments` objects. */
export const command = function () {
  // biome-ignore lint/complexity/noArguments: see above
  (window.dataLayer ??= []).push(arguments);
} as (...words: unknown[]) => void;
