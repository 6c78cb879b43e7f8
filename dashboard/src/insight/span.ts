const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

/** The last days, today included, as the server's days. */
export const lastDays = (n: number) => ({ from: day(n - 1), to: day(0) });
