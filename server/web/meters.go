package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/metrics"
)

// meterKey names a route by its template.
type meterKey struct{ method, path string }

// other is the route of requests that no route answers; their addresses are
// the caller's own words and never become a label.
const other = "other"

// newMeters makes the counters of all routes in advance.
func newMeters(m *metrics.Metrics, routes []route) map[meterKey]*metrics.Route {
	all := map[meterKey]*metrics.Route{{other, other}: m.Route(other, other)}
	for _, r := range routes {
		all[meterKey{r.method, r.path}] = m.Route(r.method, openPath(r.path))
		if r.method == http.MethodGet {
			all[meterKey{http.MethodHead, r.path}] = m.Route(http.MethodHead, openPath(r.path))
		}
	}
	return all
}

func (s *Server) meter(c echo.Context) *metrics.Route {
	if r, ok := s.meters[meterKey{c.Request().Method, c.Path()}]; ok {
		return r
	}
	return s.meters[meterKey{other, other}]
}
