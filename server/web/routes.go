package web

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/install"
	"github.com/leadiumx/consent/server/reseal"
)

// route is one line of the contract: what is answered, who may ask, and the
// shapes that the documentation is made from.
type route struct {
	method  string
	path    string
	allow   admin.Permission
	summary string
	in      reflect.Type
	out     reflect.Type
	media   string
	query   []string
	handle  echo.HandlerFunc
}

// Route is one line of `routes --json`.
type Route struct {
	Method     string           `json:"method"`
	Path       string           `json:"path"`
	Permission admin.Permission `json:"permission"`
}

func shape[T any]() reflect.Type { return reflect.TypeFor[T]() }

const (
	mediaJSON = "application/json"
	mediaJS   = "text/javascript"
	mediaHTML = "text/html"
	mediaText = "text/plain"
	// mediaLines is one JSON object a line, streamed for as long as it takes.
	mediaLines = "application/x-ndjson"
	mediaCSV   = "text/csv"

	scriptPath = "/s/:file"
)

// routes is the whole HTTP surface apart from the demo and the static files.
func (s *Server) routes() []route {
	return slices.Concat(s.publicRoutes(), s.accountRoutes(), s.organisationRoutes(), s.manageRoutes(), s.rightsRoutes(), s.lookRoutes())
}

func (s *Server) publicRoutes() []route {
	return []route{
		{http.MethodGet, scriptPath, admin.Public, "The script of a site", nil, nil, mediaJS, []string{"lang"}, s.script},
		{http.MethodGet, "/s/:site/declaration.js", admin.Public, "The script that lists cookies and vendors in a page", nil, nil, mediaJS, []string{"lang"}, s.declarationScript},
		{http.MethodGet, "/s/:site/declaration.html", admin.Public, "The list of cookies and vendors as a page", nil, nil, mediaHTML, []string{"lang"}, s.declarationPage},
		{http.MethodGet, "/v1/declaration", admin.Public, "The list of cookies and vendors as JSON", nil, shape[declarationJSON](), mediaJSON, []string{"site", "lang"}, s.declaration},
		{http.MethodGet, "/debug/:file", admin.Public, "The debug panel of a site", nil, nil, mediaJS, []string{"lang"}, s.debug},
		{http.MethodGet, "/v1/notice", admin.Public, "The notice as JSON", nil, shape[noticeJSON](), mediaJSON, []string{"site", "lang"}, s.notice},
		{http.MethodGet, "/v1/inline/:site", admin.Public, "The markup that a server puts into a page", nil, nil, mediaHTML, []string{"lang", "gate"}, s.inline},
		{http.MethodPost, "/v1/consents", admin.Visitor, "Record a choice", shape[writeJSON](), shape[answerJSON](), mediaJSON, nil, s.createConsent},
		{http.MethodPost, "/v1/seen", admin.Visitor, "Count that a banner was shown or answered, without any identifier", shape[seenJSON](), nil, "", nil, s.seen},
		{http.MethodGet, "/v1/consents/me", admin.Visitor, "The subject's own records", nil, shape[accessJSON](), mediaJSON, []string{"site", "format", "download"}, s.readMe},
		{http.MethodPost, "/v1/consents/me", admin.Visitor, "Withdraw, object, restrict or lift a restriction", shape[actJSON](), shape[answerJSON](), mediaJSON, []string{"site", "lang"}, s.actMe},
		{http.MethodDelete, "/v1/consents/me", admin.Visitor, "Erase the subject", nil, shape[eraseJSON](), mediaJSON, []string{"site"}, s.eraseMe},
		{http.MethodPost, "/v1/identify", admin.Visitor, "Link the device to an account", shape[identifyJSON](), shape[identifiedJSON](), mediaJSON, nil, s.identify},
		{http.MethodGet, "/v1/check", admin.Visitor, "May these purposes run?", nil, shape[checkJSON](), mediaJSON, []string{"site", "purpose", "vendor", "cookie", "level", "subject", "external_id", "place", "gpc", "minor", "sensitive"}, s.check},
		{http.MethodPost, "/v1/check", admin.CheckAny, "Many checks at once", shape[batchJSON](), shape[batchAnswerJSON](), mediaJSON, nil, s.checkBatch},
		{http.MethodGet, gatePath, admin.Visitor, "A check for proxies", nil, nil, "", []string{"site", "purpose", "vendor", "cookie", "level", "gpc", "minor", "sensitive"}, s.gate},
		{http.MethodHead, gatePath, admin.Visitor, "A check for proxies", nil, nil, "", []string{"site", "purpose", "vendor", "cookie", "level", "gpc", "minor", "sensitive"}, s.gate},
		{http.MethodGet, "/v1/keys", admin.Public, "The keys that verify receipts, as a JWK set", nil, shape[KeySet](), "application/jwk-set+json", nil, s.keys},
		{http.MethodGet, "/.well-known/gpc.json", admin.Public, "How Global Privacy Control is treated", nil, shape[gpcJSON](), mediaJSON, nil, s.gpc},
		{http.MethodGet, "/v1/openapi.json", admin.Public, "This document", nil, nil, mediaJSON, nil, s.openapi},
		{http.MethodGet, "/v1/schema/site.json", admin.Public, "JSON Schema of the site document", nil, nil, "application/schema+json", nil, s.siteSchema},
		{http.MethodGet, "/healthz", admin.Public, "Is the process up?", nil, shape[healthJSON](), mediaJSON, nil, s.healthz},
		{http.MethodGet, "/readyz", admin.Public, "Can it serve?", nil, shape[readyJSON](), mediaJSON, nil, s.readyz},
		{http.MethodGet, "/privacy/:site", admin.Visitor, "The visitor's own page: choices, records, erasure", nil, nil, mediaHTML, []string{"lang", "done"}, s.privacyPage},
		{http.MethodPost, "/privacy/:site/object", admin.Visitor, "Refuse everything, by a form", nil, nil, "", nil, s.form(s.privacyObject)},
		{http.MethodPost, "/privacy/:site/erase", admin.Visitor, "Erase the subject, by a form", nil, nil, "", nil, s.form(s.privacyErase)},
		{http.MethodGet, "/preview/:token", admin.Public, "A page that shows a draft", nil, nil, mediaHTML, nil, s.previewPage},
		{http.MethodGet, "/preview/:token/returning.js", admin.Public, "What makes a preview that of a returning visitor", nil, nil, mediaJS, nil, s.previewReturning},
		{http.MethodGet, "/preview/:token/script.js", admin.Public, "The script of a draft", nil, nil, mediaJS, nil, s.previewScript},
	}
}

func (s *Server) manageRoutes() []route {
	return []route{
		{http.MethodPost, "/v1/keys/reseal", admin.ManageInstall, "Seal what is read again, such as second factors, under the key that signs", nil, shape[reseal.Resealing](), mediaJSON, nil, s.reseal},
		{http.MethodGet, "/v1/backup", admin.ManageInstall, "All that the store holds, one JSON object a line", nil, nil, mediaLines, nil, s.backup},
		{http.MethodGet, "/v1/sites", admin.ReadSite, "All sites; with deleted=1 also those that were deleted", nil, shape[sitesJSON](), mediaJSON, []string{"deleted"}, s.listSites},
		{http.MethodGet, "/v1/sites/:site", admin.ReadSite, "One site with its draft", nil, shape[siteViewJSON](), mediaJSON, nil, s.getSite},
		{http.MethodGet, "/v1/sites/:site/document", admin.ReadSite, "The site document that is live, or the draft, as PUT takes it", nil, shape[consent.Site](), mediaJSON, []string{"draft"}, s.document},
		{http.MethodPut, "/v1/sites/:site", admin.PublishSite, "Create or update a site and publish it", shape[consent.Site](), shape[publishedJSON](), mediaJSON, []string{"note", "effective_at"}, s.applySite},
		{http.MethodPut, "/v1/sites/:site/draft", admin.WriteSite, "Save the draft; honours If-Match", shape[consent.Site](), shape[savedJSON](), mediaJSON, nil, s.putDraft},
		{http.MethodGet, "/v1/sites/:site/findings", admin.ReadSite, "What the draft breaks of the banner rules, and what it asks anew", nil, shape[findingsJSON](), mediaJSON, []string{"effective_at"}, s.siteFindings},
		{http.MethodPost, "/v1/sites/:site/publish", admin.PublishSite, "Publish the draft", shape[publishJSON](), shape[publishedJSON](), mediaJSON, nil, s.publishDraft},
		{http.MethodPost, "/v1/sites/:site/rollback", admin.PublishSite, "Publish an earlier edition again", shape[rollbackJSON](), shape[publishedJSON](), mediaJSON, nil, s.rollback},
		{http.MethodGet, "/v1/sites/:site/editions", admin.ReadSite, "The editions of a site", nil, shape[editionsJSON](), mediaJSON, nil, s.listEditions},
		{http.MethodGet, "/v1/sites/:site/editions/:edition", admin.ReadSite, "One edition with its document", nil, shape[editionViewJSON](), mediaJSON, nil, s.getEdition},
		{http.MethodPost, "/v1/sites/:site/install-check", admin.WriteSite, "Does a page carry the tag in the right way?", shape[installCheckJSON](), shape[install.PageResult](), mediaJSON, nil, s.installCheck},
		{http.MethodGet, "/v1/sites/:site/identify-secret", admin.WriteKeys, "The secret that proves accounts", nil, shape[identifySecretJSON](), mediaJSON, nil, s.identifySecret},
		{http.MethodGet, "/v1/sites/:site/records", admin.ReadRecords, "The records of a site, or those that a search of the evidence finds, one JSON object a line or as CSV", nil, nil, mediaLines, []string{"format", "record", "receipt", "subject", "external_id", "from", "to", "action", "after"}, s.exportRecords},
		{http.MethodGet, "/v1/sites/:site/proof", admin.ReadRecords, "The evidence of all records with what is signed about it, one JSON object a line", nil, nil, mediaLines, nil, s.proveRecords},
		{http.MethodPost, "/v1/sites/:site/preview", admin.WriteSite, "Make a link that shows a draft", shape[previewJSON](), shape[previewLinkJSON](), mediaJSON, nil, s.makePreview},
		{http.MethodPost, "/v1/sites/:site/draft/preview", admin.ReadSite, "Make a link that shows the draft as it is saved", shape[savedPreviewJSON](), shape[previewLinkJSON](), mediaJSON, nil, s.makeSavedPreview},
		{http.MethodPost, "/v1/sites/:site/archive", admin.DeleteSite, "Stop serving a site", nil, nil, "", nil, s.archiveSite},
		{http.MethodDelete, "/v1/sites/:site/archive", admin.DeleteSite, "Serve an archived site again", nil, nil, "", nil, s.restoreSite},
		{http.MethodDelete, "/v1/sites/:site", admin.DeleteSite, "Delete an archived site, or one that was never published", nil, nil, "", nil, s.deleteSite},
		{http.MethodGet, "/v1/words", admin.ReadSite, "The built-in words of a language", nil, shape[wordsJSON](), mediaJSON, []string{"locale"}, s.words},
	}
}

// page is a route that is no part of the documented API: anybody may see it.
func page(method, path, summary string, handle echo.HandlerFunc) route {
	return route{method: method, path: path, allow: admin.Public, summary: summary, handle: handle}
}

// pages are the answers to browsers beside the API: files, forwards and the
// preflights of cross-origin calls.
func (s *Server) pages() []route {
	list := []route{
		page(http.MethodOptions, "/v1/consents", "Preflight", s.preflight),
		page(http.MethodOptions, "/v1/consents/me", "Preflight", s.preflight),
		page(http.MethodOptions, "/v1/identify", "Preflight", s.preflight),
		page(http.MethodOptions, "/v1/notice", "Preflight", s.preflight),
		page(http.MethodGet, "/", "To the dashboard or the demo", s.home),
		page(http.MethodGet, "/preview.css", "Style of the preview", s.previewStyle),
		page(http.MethodGet, "/privacy.css", "Style of the visitor's page", s.privacyStyle),
		page(http.MethodGet, "/dashboard", "To the dashboard", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/dashboard/") }),
		page(http.MethodGet, "/dashboard/*", "The dashboard's files", s.dashboard),
	}
	if s.o.Demo {
		list = append(list, s.demoPages()...)
	}
	return list
}

// Routes lists every route with the permission that it needs.
func (s *Server) Routes() []Route {
	var list []Route
	for _, r := range append(s.routes(), s.pages()...) {
		list = append(list, Route{Method: r.method, Path: openPath(r.path), Permission: r.allow})
	}
	return list
}
