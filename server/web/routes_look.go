package web

import (
	"net/http"

	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/insight"
)

// lookRoutes are for looking: at numbers, evidence, laws and the server itself.
func (s *Server) lookRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/sites/:site/insight", admin.ReadInsight, "How the banner does; small counts are held back", nil, shape[insight.Report](), mediaJSON, []string{"from", "to", "format", "by"}, s.readInsight},
		{http.MethodGet, "/v1/sites/:site/inbox", admin.ReadSite, "Names of cookies that pages hold and the site does not declare", nil, shape[inboxJSON](), mediaJSON, nil, s.inbox},
		{http.MethodPost, "/v1/sites/:site/inbox", admin.WriteSite, "Declare such a cookie in the draft, or put it aside", shape[filingJSON](), shape[inboxJSON](), mediaJSON, nil, s.file},
	}
}
