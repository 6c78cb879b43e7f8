// Looking: figures, laws, the edge and the server itself.
import { client, type Shapes, take } from "./client";

export type Report = Shapes["Report"];
export type Law = Shapes["Law"];
export type MapPlace = Shapes["MapPlace"];
export type InboxItem = Shapes["Item"];

const at = (site: string) => ({ path: { site } });

export const look = {
  insight: (site: string, from: string, to: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/insight", { params: { ...at(site), query: { from, to } }, signal }), signal),
  inbox: (site: string, signal?: AbortSignal) => take(client.GET("/v1/sites/{site}/inbox", { params: at(site), signal }), signal),
  file: (site: string, body: Shapes["Filing"]) => take(client.POST("/v1/sites/{site}/inbox", { params: at(site), body })),
  map: (site: string, day: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/map", { params: { ...at(site), query: { at: day } }, signal }), signal),
  laws: (day: string, signal?: AbortSignal) => take(client.GET("/v1/laws", { params: { query: { at: day } }, signal }), signal),
  explain: (place: string, establishment: string, day: string, signal?: AbortSignal) =>
    take(client.GET("/v1/laws/explain", { params: { query: { place, establishment, at: day } }, signal }), signal),
  edge: (signal?: AbortSignal) => take(client.GET("/v1/edge", { signal }), signal),
  health: (signal?: AbortSignal) => take(client.GET("/v1/health/details", { signal }), signal),
};
