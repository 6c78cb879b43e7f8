// How the dashboard talks to the server: only the files of this folder fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "../../../contract/types.gen";
import { t } from "../i18n";

export type Shapes = components["schemas"];

/** An RFC 9457 problem document. Status 0: no answer came at all. */
export type Problem = Partial<Shapes["Problem"]> & Pick<Shapes["Problem"], "title" | "status">;

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = "ApiError";
  }
}

/** What to tell a person about any failure. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { title: t("Something went wrong in this page"), status: -1, detail: String(error), fix: t("Reload the page.") };
}

export const client = createClient<paths, `application/${string}`>({ credentials: "same-origin" });

interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Gives the answer's body, or throws an ApiError that says what is wrong. */
export async function take<T>(reply: Promise<Reply<T>>, signal?: AbortSignal): Promise<T> {
  return (await answered(reply, signal)).data as T;
}

/** What is changed by whoever names the version that they have seen. */
export type Versioned<T> = T & { version: string | null };

/** As take, with the version of what was answered. */
export async function takeVersioned<T extends object>(reply: Promise<Reply<T>>, signal?: AbortSignal): Promise<Versioned<T>> {
  const { data, response } = await answered(reply, signal);
  return { ...(data as T), version: response.headers.get("ETag") };
}

async function answered<T>(reply: Promise<Reply<T>>, signal?: AbortSignal): Promise<Reply<T>> {
  let got: Reply<T>;
  try {
    got = await reply;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({
      title: t("The server does not answer"),
      status: 0,
      code: "unreachable",
      fix: t("Check that the server runs and that you are online. The page tries again by itself."),
    });
  }
  if (got.response.ok) return got;
  const given: Partial<Problem> = typeof got.error === "object" && got.error !== null ? got.error : {};
  throw new ApiError({
    ...given,
    title: given.title || t("The server answered {status}", { status: got.response.status }),
    status: got.response.status,
  });
}
