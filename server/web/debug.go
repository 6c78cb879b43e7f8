package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/script"
)

// debug serves GET /debug/{site}.js: the panel that shows what holds on a page
// and why. It tells a visitor's own place and what law asks there, and nothing
// of a site that its script and its banner do not tell.
func (s *Server) debug(c echo.Context) error {
	site, ok := strings.CutSuffix(c.Param("file"), ".js")
	if !ok {
		return echo.ErrNotFound
	}
	v := s.visit(c, site)
	js, err := s.o.Scripts.Debug(script.Ask{
		Site: site, Place: v.place, Lang: v.lang, Accept: c.Request().Header.Get("Accept-Language"), SimGPC: v.simGPC,
	}, v.source)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, mediaJS+"; charset=utf-8", js)
}
