package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/script"
)

type sharesJSON struct {
	Shares []admin.Share `json:"shares"`
}

func (s *Server) shares(c echo.Context) error {
	list, err := s.o.Admin.Shares(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, sharesJSON{list})
}

// newShareJSON asks for a link that shows the draft as it is now.
type newShareJSON struct {
	Days int    `json:"days"`
	Note string `json:"note,omitempty"`
	// Place and Locale are what the reviewer sees first.
	Place  string `json:"place,omitempty"`
	Locale string `json:"locale,omitempty"`
}

type sharedJSON struct {
	Share   admin.Share `json:"share"`
	URL     string      `json:"url"`
	Expires time.Time   `json:"expires"`
}

func (s *Server) newShare(c echo.Context) error {
	in, err := decode[newShareJSON](c, configBounds())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	draft, _, err := s.o.Publish.Draft(ctx, c.Param("site"))
	if err != nil {
		return err
	}
	place, ok := consent.ParsePlace(in.Place)
	if !ok {
		return consent.Fail(consent.Invalid, "`place` is not an ISO 3166 code", "write a code such as FR or US-CA, or unknown")
	}
	if _, err := s.o.Scripts.Preview(script.Draft{Site: draft.Site, Place: place, Locale: in.Locale}); err != nil {
		return err
	}
	look := admin.Preview{Site: draft.Site, Place: place.String(), Locale: in.Locale}
	share, token, err := s.o.Admin.NewShare(ctx, principalOf(c), draft.Site.Tenant, look, in.Note, in.Days)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, sharedJSON{share, s.o.PublicURL + "/preview/" + token, share.Expires})
}

func (s *Server) dropShare(c echo.Context) error {
	tenant, err := s.o.Publish.Owner(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	if err := s.o.Admin.DropShare(c.Request().Context(), principalOf(c), tenant, c.Param("site"), c.Param("link")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
