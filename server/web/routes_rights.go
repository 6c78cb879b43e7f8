package web

import (
	"net/http"

	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/hooks"
	"github.com/leadiumx/consent/server/rights"
)

// rightsRoutes are what visitors asked for, and what leaves the house.
func (s *Server) rightsRoutes() []route {
	return []route{
		{http.MethodPost, "/privacy/:site/restrict", admin.Visitor, "Stop everything optional, by a form", nil, nil, "", nil, s.form(s.privacyRestrict)},
		{http.MethodPost, "/privacy/:site/lift", admin.Visitor, "End a restriction, by a form", nil, nil, "", nil, s.form(s.privacyLift)},
		{http.MethodPost, "/privacy/:site/request", admin.Visitor, "Ask for what a person has to answer, by a form", nil, nil, "", nil, s.form(s.privacyAsk)},
		{http.MethodGet, "/v1/sites/:site/requests", admin.ReadRequests, "What visitors asked for about their data", nil, shape[requestsJSON](), mediaJSON, []string{"status", "kind", "from", "to", "after", "limit", "order"}, s.listRequests},
		{http.MethodGet, "/v1/sites/:site/requests/:request", admin.ReadRequests, "One request", nil, shape[requestJSON](), mediaJSON, nil, s.getRequest},
		{http.MethodPatch, "/v1/sites/:site/requests/:request", admin.WriteRequests, "Mark a request as handled", shape[handleJSON](), shape[requestJSON](), mediaJSON, nil, s.handleRequest},
		{http.MethodGet, "/v1/sites/:site/subjects", admin.ReadRecords, "The subjects with a record in a window of time, one JSON object a line", nil, nil, mediaLines, []string{"from", "to"}, s.subjects},
		{http.MethodPost, "/v1/sites/:site/sweep", admin.EraseRecords, "Delete records that are older than the site keeps them", nil, shape[rights.Swept](), mediaJSON, nil, s.sweepSite},
		{http.MethodGet, "/v1/sites/:site/events", admin.ReadRecords, "What happened on a site behind a cursor", nil, shape[eventsJSON](), mediaJSON, []string{"after", "limit"}, s.events},
		{http.MethodGet, "/v1/sites/:site/webhooks", admin.ReadHooks, "The webhooks of a site", nil, shape[hooksJSON](), mediaJSON, nil, s.listHooks},
		{http.MethodPost, "/v1/sites/:site/webhooks", admin.WriteHooks, "Make a webhook", shape[hookJSON](), shape[hookMadeJSON](), mediaJSON, nil, s.createHook},
		{http.MethodGet, "/v1/sites/:site/webhooks/:webhook", admin.ReadHooks, "One webhook and how its deliveries go", nil, shape[hookViewJSON](), mediaJSON, nil, s.getHook},
		{http.MethodPatch, "/v1/sites/:site/webhooks/:webhook", admin.WriteHooks, "Change, disable or enable a webhook", shape[hookChangeJSON](), shape[hooks.Endpoint](), mediaJSON, nil, s.changeHook},
		{http.MethodDelete, "/v1/sites/:site/webhooks/:webhook", admin.WriteHooks, "Delete a webhook", nil, nil, "", nil, s.deleteHook},
		{http.MethodPost, "/v1/sites/:site/webhooks/:webhook/test", admin.WriteHooks, "Send a test event now", nil, shape[hooks.Delivery](), mediaJSON, nil, s.testHook},
		{http.MethodPost, "/v1/sites/:site/webhooks/:webhook/rotate", admin.WriteHooks, "Give a webhook a new secret", nil, shape[secretJSON](), mediaJSON, nil, s.rotateHook},
		{http.MethodPost, "/v1/sites/:site/webhooks/:webhook/replay", admin.WriteHooks, "Send events again", shape[replayJSON](), shape[replayedJSON](), mediaJSON, nil, s.replayHook},
	}
}
