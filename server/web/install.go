package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/install"
)

type installCheckJSON struct {
	// URL is a page of the site.
	URL string `json:"url"`
}

// installCheck serves POST /v1/sites/{site}/install-check: does a page carry
// the tag, and in the right way?
func (s *Server) installCheck(c echo.Context) error {
	in, err := decode[installCheckJSON](c, configBounds())
	if err != nil {
		return err
	}
	live, err := s.o.Publish.Live(c.Param("site"))
	if err != nil {
		return err
	}
	if wait, ok := s.budgets.checks.Spend(live.Site.ID); !ok {
		return tooOften("install-check", wait, "there were too many checks of this site's pages", "wait as long as Retry-After says")
	}
	// Pages on this machine are those of who sits at it: to anybody else they would
	// open what listens there, since whoever edits a site names its origins.
	var origins []string
	if fromHere(c.Request()) {
		origins = live.Site.Origins
	}
	fetcher := &install.Fetcher{Trusted: install.Own(s.o.PublicURL, origins)}
	out, err := install.Check(c.Request().Context(), fetcher, in.URL, install.Subject{Site: &live.Site, Edition: live.Number, Server: s.o.PublicURL})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

// fromHere reports whether a request was made on this machine, and was not
// forwarded by it.
func fromHere(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	return peer(r).IsLoopback()
}
