import type { QueryClient } from "@tanstack/react-query";
import { ApiError, api } from "./api";

/** Silence and overload pass; what the server refused stays refused. */
export const passes = (error: unknown) => error instanceof ApiError && (error.problem.status === 0 || error.problem.status >= 502);

/**
 * Answers what to call with each failure: once the server answers, what failed is asked for again. One small call
 * finds that out, so that no message gives way to an empty page at each try.
 */
export function askAgain(client: () => QueryClient): (error: Error) => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const look = async () => {
    const still = await api.session().then(() => false, passes);
    if (still) return;
    clearInterval(timer);
    timer = undefined;
    void client().refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
  };
  return (error) => {
    if (passes(error)) timer ??= setInterval(() => void look(), 5000);
  };
}
