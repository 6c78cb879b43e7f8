package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// document answers the site document, which `site apply` takes back unchanged.
func (s *Server) document(c echo.Context) error {
	if c.QueryParam("draft") != "1" {
		e, err := s.o.Publish.Current(c.Param("site"))
		if err != nil {
			return consent.Fail(consent.NotFound, "the site was never published", "ask for its draft with draft=1")
		}
		return c.JSONPretty(http.StatusOK, e.Site, "  ")
	}
	e, version, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	setVersion(c, version)
	return c.JSONPretty(http.StatusOK, e.Draft.Site, "  ")
}

func (s *Server) archiveSite(c echo.Context) error {
	return s.shelved(c, "site.archive", s.o.Publish.Archive(c.Request().Context(), c.Param("site")))
}

func (s *Server) restoreSite(c echo.Context) error {
	return s.shelved(c, "site.restore", s.o.Publish.Restore(c.Request().Context(), c.Param("site")))
}

func (s *Server) deleteSite(c echo.Context) error {
	ctx, site := c.Request().Context(), c.Param("site")
	// Afterwards nobody can tell whose a draft was.
	tenant, err := s.o.Publish.Owner(ctx, site)
	if err != nil {
		return err
	}
	err = s.o.Publish.Delete(ctx, site, func(ctx context.Context) error { return s.o.Admin.DropShares(ctx, site) })
	if err != nil {
		return err
	}
	if err := s.o.Admin.Audit(ctx, principalOf(c), tenant, admin.Change{Action: "site.delete", Object: site}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// cleared takes away what people of the organisation that a site leaves put beside it.
func (s *Server) cleared(ctx context.Context, site string) error {
	if err := s.o.Admin.DropShares(ctx, site); err != nil {
		return err
	}
	return s.o.Hooks.DeleteAll(ctx, site)
}

func (s *Server) shelved(c echo.Context, action string, err error) error {
	if err != nil {
		return err
	}
	if err := s.audited(c, c.Param("site"), action, "", "", ""); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
