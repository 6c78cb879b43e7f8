// Records, requests of visitors, and pages that carry the tag.
import type { operations } from "../../../contract/types.gen";
import { client, type Shapes, take } from "./client";

export type EvidenceRow = Shapes["EvidenceRow"];
export type EvidenceView = Shapes["EvidenceView"];
export type VisitorRequest = Shapes["Request"];

/** What a search asks for: one of these, or times. */
export type Sought = Omit<NonNullable<operations["getV1SitesSiteRecords"]["parameters"]["query"]>, "format" | "after">;

const at = (site: string) => ({ path: { site } });

/** Where the records that a search finds are downloaded, all of them and not a page. */
export function recordsFile(site: string, sought: Sought): string {
  const asked = Object.entries(sought).filter(([, value]) => value);
  return `/v1/sites/${encodeURIComponent(site)}/records?${new URLSearchParams([["format", "csv"], ...asked])}`;
}

export const evidence = {
  findEvidence: (site: string, query: Sought & { after?: string }, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/evidence", { params: { ...at(site), query: { ...query, order: "desc", limit: "25" } }, signal }), signal),
  oneEvidence: (site: string, record: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/evidence/{record}", { params: { path: { site, record } }, signal }), signal),
  erase: (site: string, body: Shapes["EraseSubject"]) => take(client.POST("/v1/sites/{site}/erasures", { params: at(site), body })),
  // What is open comes by its day, the oldest first; of the rest one looks for the last.
  requests: (site: string, status: string, signal?: AbortSignal, after?: string) =>
    take(client.GET("/v1/sites/{site}/requests", { params: { ...at(site), query: { status: status || undefined, after, limit: "100", order: status === "open" ? undefined : "desc" } }, signal }), signal),
  handle: (site: string, request: string, body: Shapes["Handle"]) =>
    take(client.PATCH("/v1/sites/{site}/requests/{request}", { params: { path: { site, request } }, body })),
  checkInstall: (site: string, url: string) =>
    take(client.POST("/v1/sites/{site}/install-check", { params: at(site), body: { url } })),
};
