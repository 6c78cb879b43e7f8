// Everything the dashboard knows about the server: its shapes, generated from
// the server's own description, and one function per route.
import { evidence } from "./evidence";
import { hooks } from "./hooks";
import { look } from "./look";
import { organisation } from "./organisation";
import { people } from "./people";
import { sites } from "./sites";

export { ApiError, type Problem, problemOf } from "./client";
export * from "./evidence";
export type * from "./hooks";
export type * from "./look";
export type * from "./organisation";
export type * from "./people";
export * from "./sites";

export const api = { ...sites, ...people, ...organisation, ...look, ...evidence, ...hooks };
