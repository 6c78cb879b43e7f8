package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

// EdgeScheme is a set of headers in which an edge may write the place.
type EdgeScheme struct {
	Name    string
	Headers []string
	Place   func(http.Header) consent.Place
}

// edgeJSON says what arrived with this very request about its place.
type edgeJSON struct {
	// Trusted says that the peer may speak for others: without it, no header
	// counts.
	Trusted bool `json:"trusted"`
	// Used names the headers that the server reads.
	Used []string `json:"used"`
	// Arrived are the known geo headers of this request.
	Arrived []edgeHeaderJSON `json:"arrived"`
	// Schemes are those of --geo-headers whose headers arrived, with the place
	// that they would give.
	Schemes []edgeSchemeJSON `json:"schemes"`
	// Place is what counts now, Source where it came from.
	Place  string `json:"place"`
	Source string `json:"source"`
	// Forwarded says that a header names another client than the peer.
	Forwarded bool `json:"forwarded"`
}

type edgeHeaderJSON struct {
	Name string `json:"name"`
	// Value is empty when it is not plain text of at most 200 characters.
	Value string `json:"value"`
	Valid bool   `json:"valid"`
}

type edgeSchemeJSON struct {
	Scheme string `json:"scheme"`
	Place  string `json:"place"`
}

// edge serves GET /v1/edge: whoever asks sees their own request only.
func (s *Server) edge(c echo.Context) error {
	r := c.Request()
	place, _, source := s.o.Places.Locate(peer(r), r.Header)
	out := edgeJSON{
		Trusted: s.o.Places.Trusts(peer(r)), Used: append([]string{}, s.o.Places.Headers()...), Arrived: []edgeHeaderJSON{}, Schemes: []edgeSchemeJSON{},
		Place: place.String(), Source: source,
		Forwarded: len(r.Header.Values("X-Forwarded-For")) > 0 || len(r.Header.Values("Forwarded")) > 0,
	}
	seen := map[string]bool{}
	for _, scheme := range s.o.EdgeSchemes {
		arrived := false
		for _, name := range scheme.Headers {
			values := r.Header.Values(name)
			if len(values) == 0 {
				continue
			}
			arrived = true
			if seen[name] {
				continue
			}
			seen[name] = true
			h := edgeHeaderJSON{Name: name, Valid: len(values) == 1 && plainValue(values[0])}
			if h.Valid {
				h.Value = values[0]
			}
			out.Arrived = append(out.Arrived, h)
		}
		if arrived {
			out.Schemes = append(out.Schemes, edgeSchemeJSON{scheme.Name, scheme.Place(r.Header).String()})
		}
	}
	return c.JSON(http.StatusOK, out)
}

func plainValue(s string) bool {
	return len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// detailsJSON is the state of this node.
type detailsJSON struct {
	Version string `json:"version"`
	// Status is ok, degraded or down, as /readyz says.
	Status string `json:"status" enum:"ok,degraded,down"`
	Log    string `json:"log"`
	Store  string `json:"store"`
	Geo    string `json:"geo"`
	// LogCause is why the log takes no decision, LogFix how to mend it; empty while
	// it does.
	LogCause string `json:"log_cause,omitempty"`
	LogFix   string `json:"log_fix,omitempty"`
	// StoreCause is why the store does not take decisions, or may not keep them,
	// StoreFix how to mend it; empty while all is well.
	StoreCause string `json:"store_cause,omitempty"`
	StoreFix   string `json:"store_fix,omitempty"`
	// Level is what an acknowledged decision has reached.
	Level consent.Level `json:"level"`
	// Waiting are decisions of the node's log that the store has not had, Oldest
	// how many seconds the first of them has waited.
	Waiting  uint64  `json:"waiting"`
	Oldest   float64 `json:"oldest_seconds"`
	LogBytes int64   `json:"log_bytes"`
	// Fenced says that the log takes no decision before a new start: its disk failed,
	// or it is damaged.
	Fenced    bool    `json:"fenced"`
	GeoSource string  `json:"geo_source"`
	GeoBuilt  *string `json:"geo_built,omitempty"`
	Sites     int     `json:"sites"`
	Scripts   int     `json:"scripts"`
	Keys      int     `json:"keys"`
	Uptime    float64 `json:"uptime_seconds"`
}

// healthDetails serves GET /v1/health/details.
func (s *Server) healthDetails(c echo.Context) error {
	ready := s.ready(c)
	out := detailsJSON{Version: s.o.Version, Status: ready.Status, Log: ready.Log, Store: ready.Store, Geo: ready.Geo, Level: s.o.Records.Level(), Uptime: s.o.Clock().Sub(s.started).Seconds()}
	if s.o.State != nil {
		st := s.o.State()
		out.Waiting, out.Oldest, out.LogBytes, out.Fenced = st.Waiting, st.Oldest.Seconds(), st.KeptBytes, st.Fenced
		out.GeoSource, out.Sites, out.Scripts, out.Keys = st.GeoSource, st.Sites, st.Scripts, st.Keys
		if e := new(consent.Error); errors.As(st.Refused, &e) {
			out.LogCause, out.LogFix = e.Cause, e.Fix
		}
		if e := new(consent.Error); errors.As(st.Trouble, &e) {
			out.StoreCause, out.StoreFix = e.Cause, e.Fix
		}
		if !st.GeoBuilt.IsZero() {
			day := st.GeoBuilt.UTC().Format("2006-01-02")
			out.GeoBuilt = &day
		}
	}
	return c.JSON(http.StatusOK, out)
}
