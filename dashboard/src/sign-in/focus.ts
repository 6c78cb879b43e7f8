/** For a field that appears because it is wanted next: what is typed then belongs into it. */
export const takeFocus = (field: HTMLElement | null): void => field?.focus();
