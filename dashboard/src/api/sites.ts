// Sites: documents, drafts, editions.
import { language } from "../i18n";
import { client, type Shapes, take, takeVersioned, type Versioned } from "./client";

export type Colours = Shapes["Colours"];
export type Theme = Shapes["Theme"];
export type Banner = Shapes["Banner"];
export type Purpose = Shapes["Purpose"];
export type Vendor = Shapes["Vendor"];
export type Cookie = Shapes["Cookie"];
export type Stricter = Shapes["Stricter"];
/** The document that is edited. Fields that no page edits travel unchanged. */
export type SiteDocument = Shapes["Site"];
/** A row of the list; edition 0 means never published. */
export type SiteRow = Shapes["SiteRow"];
export type SiteView = Versioned<Shapes["SiteView"]>;
export type EditionRow = Shapes["Edition"];
type PreviewAsk = Shapes["Preview"];
export type Finding = Shapes["Finding"];
/** A purpose that visitors are asked about again, and why. */
export type Anew = Shapes["Anew"];

const at = (site: string) => ({ path: { site } });

export const sites = {
  sites: async (signal?: AbortSignal) => {
    const list = await take(client.GET("/v1/sites", { signal }), signal);
    // People look for a name; the server's order is that of the ids.
    return { ...list, sites: list.sites.toSorted((a, b) => a.name.localeCompare(b.name, language(), { numeric: true })) };
  },
  site: (id: string, signal?: AbortSignal) => takeVersioned(client.GET("/v1/sites/{site}", { params: at(id), signal }), signal),
  /** Saves a draft over the version that was seen, or over any. Code `changed-meanwhile`: there is a newer one. */
  saveDraft: (id: string, body: SiteDocument, version?: string | null) =>
    takeVersioned(client.PUT("/v1/sites/{site}/draft", { params: at(id), body, headers: version ? { "If-Match": version } : undefined })),
  /** Publishes the draft, at once or from a time on. */
  publish: (id: string, note: string, effective?: string) =>
    take(client.POST("/v1/sites/{site}/publish", { params: at(id), body: { note, effective_at: effective } })),
  edition: (id: string, edition: number, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/editions/{edition}", { params: { path: { site: id, edition: String(edition) } }, signal }), signal),
  rollback: (id: string, edition: number) =>
    take(client.POST("/v1/sites/{site}/rollback", { params: at(id), body: { edition } })),
  editions: (id: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/editions", { params: at(id), signal }), signal),
  preview: (id: string, body: PreviewAsk, signal?: AbortSignal) =>
    take(client.POST("/v1/sites/{site}/preview", { params: at(id), body, signal }), signal),
  /** As preview, of the draft that is saved. */
  previewSaved: (id: string, body: Shapes["SavedPreview"], signal?: AbortSignal) =>
    take(client.POST("/v1/sites/{site}/draft/preview", { params: at(id), body, signal }), signal),
  /** What the draft breaks and asks anew, were it live from a time on; left out, now. */
  findings: (id: string, from?: string, signal?: AbortSignal) =>
    take(client.GET("/v1/sites/{site}/findings", { params: { ...at(id), query: { effective_at: from } }, signal }), signal),
  archive: (id: string) => take(client.POST("/v1/sites/{site}/archive", { params: at(id) })),
  restore: (id: string) => take(client.DELETE("/v1/sites/{site}/archive", { params: at(id) })),
  dropSite: (id: string) => take(client.DELETE("/v1/sites/{site}", { params: at(id) })),
  shares: (id: string, signal?: AbortSignal) => take(client.GET("/v1/sites/{site}/shares", { params: at(id), signal }), signal),
  newShare: (id: string, body: Shapes["NewShare"]) => take(client.POST("/v1/sites/{site}/shares", { params: at(id), body })),
  dropShare: (id: string, link: string) =>
    take(client.DELETE("/v1/sites/{site}/shares/{link}", { params: { path: { site: id, link } } })),
  words: (locale: string, signal?: AbortSignal) =>
    take(client.GET("/v1/words", { params: { query: { locale } }, signal }), signal),
};

/** The built-in words of a language; they change only with the program. */
export const wordsQuery = (locale: string) => ({
  queryKey: ["words", locale],
  queryFn: ({ signal }: { signal: AbortSignal }) => sites.words(locale, signal),
  staleTime: Number.POSITIVE_INFINITY,
});
