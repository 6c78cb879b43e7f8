package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/script"
)

type declarationJSON = bundle.Declaration

// A declaration is the same for everyone who reads one language.
const declarationCache = "public, max-age=300"

func (s *Server) declarationAsk(c echo.Context, site string) script.Ask {
	v := s.visit(c, site)
	return script.Ask{Site: site, Lang: v.lang, Accept: c.Request().Header.Get("Accept-Language")}
}

// declarationScript serves GET /s/{site}/declaration.js.
func (s *Server) declarationScript(c echo.Context) error {
	a, err := s.o.Scripts.DeclarationScript(s.declarationAsk(c, c.Param("site")))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	return asset(c, a, declarationCache)
}

// declarationPage serves GET /s/{site}/declaration.html.
func (s *Server) declarationPage(c echo.Context) error {
	page, err := s.o.Scripts.DeclarationPage(s.declarationAsk(c, c.Param("site")))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", declarationCache)
	h.Set("Vary", "Accept-Language")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'")
	return c.HTMLBlob(http.StatusOK, page)
}

// declaration serves GET /v1/declaration.
func (s *Server) declaration(c echo.Context) error {
	d, err := s.o.Scripts.Declaration(s.declarationAsk(c, c.QueryParam("site")))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", declarationCache)
	h.Set("Vary", "Accept-Language")
	h.Set("Access-Control-Allow-Origin", "*")
	return c.JSON(http.StatusOK, d)
}
