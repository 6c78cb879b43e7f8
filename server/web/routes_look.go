package web

import (
	"net/http"

	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/insight"
)

// lookRoutes are for looking: at numbers, evidence, laws and the server itself.
func (s *Server) lookRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/sites/:site/insight", admin.ReadInsight, "How the banner does; small counts are held back", nil, shape[insight.Report](), mediaJSON, []string{"from", "to", "format", "by"}, s.readInsight},
		{http.MethodGet, "/v1/sites/:site/inbox", admin.ReadSite, "Names of cookies that pages hold and the site does not declare", nil, shape[inboxJSON](), mediaJSON, nil, s.inbox},
		{http.MethodPost, "/v1/sites/:site/inbox", admin.WriteSite, "Declare such a cookie in the draft, or put it aside", shape[filingJSON](), shape[inboxJSON](), mediaJSON, nil, s.file},
		{http.MethodGet, "/v1/sites/:site/shares", admin.ReadSite, "The open links for reviewers", nil, shape[sharesJSON](), mediaJSON, nil, s.shares},
		{http.MethodPost, "/v1/sites/:site/shares", admin.WriteSite, "Make a link that shows the draft as it is now, for days", shape[newShareJSON](), shape[sharedJSON](), mediaJSON, nil, s.newShare},
		{http.MethodDelete, "/v1/sites/:site/shares/:link", admin.WriteSite, "Revoke such a link", nil, nil, "", nil, s.dropShare},
		{http.MethodGet, "/v1/sites/:site/evidence", admin.ReadRecords, "Look for records by id, receipt, subject, external id or time", nil, shape[evidenceJSON](), mediaJSON, []string{"record", "receipt", "subject", "external_id", "from", "to", "action", "order", "after", "limit"}, s.findEvidence},
		{http.MethodGet, "/v1/sites/:site/evidence/:record", admin.ReadRecords, "One record with the words as they were shown, the law and its proof", nil, shape[evidenceViewJSON](), mediaJSON, nil, s.oneEvidence},
		{http.MethodPost, "/v1/sites/:site/erasures", admin.EraseRecords, "Erase a subject, with the reason", shape[eraseSubjectJSON](), shape[erasedJSON](), mediaJSON, nil, s.eraseEvidence},
		{http.MethodGet, "/v1/sites/:site/map", admin.ReadSite, "What visitors of every place are asked", nil, shape[mapJSON](), mediaJSON, []string{"at", "draft"}, s.siteMap},
		{http.MethodGet, "/v1/laws", admin.OwnSession, "The rows of the law table with sources and dates", nil, shape[lawsJSON](), mediaJSON, []string{"at"}, s.laws},
		{http.MethodGet, "/v1/laws/explain", admin.OwnSession, "What a visitor in a place would be asked, and why", nil, shape[law.Explanation](), mediaJSON, []string{"place", "establishment", "at"}, s.explainLaw},
		{http.MethodGet, "/v1/edge", admin.ReadSite, "The geo headers that arrived with this request", nil, shape[edgeJSON](), mediaJSON, nil, s.edge},
		{http.MethodGet, "/v1/health/details", admin.ManageInstall, "The state of this node", nil, shape[detailsJSON](), mediaJSON, nil, s.healthDetails},
	}
}
