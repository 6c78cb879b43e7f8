package web

import (
	"html"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/script"
)

// inline serves GET /v1/inline/{site}: markup for a server to put first into
// the head of a page. It depends on the visitor whose cookie and headers the
// server forwards; with gate=1 it is the gate for any visitor, to be kept in a
// template.
func (s *Server) inline(c echo.Context) error {
	site := c.Param("site")
	page, err := s.inlinePage(c, site)
	if err != nil {
		return err
	}
	out := "<script>" + string(page.Script) + "</script>"
	if !page.Whole {
		// Later choices need the whole script; nothing waits for it.
		src := s.o.PublicURL + "/s/" + url.PathEscape(site) + ".js"
		if s.simulates(site) {
			src += simulation(c.QueryParams())
		}
		out += `<script async src="` + html.EscapeString(src) + `"></script>`
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Consent-CSP-Hash", page.Source)
	return c.HTML(http.StatusOK, out)
}

func (s *Server) inlinePage(c echo.Context, site string) (*script.Page, error) {
	if c.QueryParam("gate") == "1" {
		return s.o.Scripts.Gate(site)
	}
	v := s.visit(c, site)
	r := c.Request()
	ask := script.Ask{Site: site, Place: v.place, Lang: v.lang, Accept: r.Header.Get("Accept-Language"), SimGPC: v.simGPC}
	return s.o.Scripts.Page(ask, cookieValue(r, consent.ConsentCookie), consent.Signals{GPC: v.gpc}, s.o.PublicURL)
}
