package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/script"
)

type wordsJSON struct {
	Locale string            `json:"locale"`
	Words  map[string]string `json:"words"`
}

func (s *Server) words(c echo.Context) error {
	locale := c.QueryParam("locale")
	words, ok := s.o.Words(locale)
	if !ok {
		return consent.Fail(consent.NotFound, "there are no built-in words in this language", "ask for one of the site's `locales`")
	}
	return c.JSON(http.StatusOK, wordsJSON{Locale: locale, Words: words})
}

type previewJSON struct {
	Site   consent.Site `json:"site"`
	Place  string       `json:"place"`
	Locale string       `json:"locale"`
	GPC    bool         `json:"gpc"`
	// Returning shows the page as to who has refused already.
	Returning bool `json:"returning,omitempty"`
}

// savedPreviewJSON asks for the draft as it is saved, from somewhere.
type savedPreviewJSON struct {
	Place     string `json:"place"`
	Locale    string `json:"locale"`
	GPC       bool   `json:"gpc"`
	Returning bool   `json:"returning,omitempty"`
}

type previewLinkJSON struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

// ofAddress holds a document against the site of the address, and puts it into the
// organisation of that site: a preview is signed for whom it shows.
func (s *Server) ofAddress(c echo.Context, site *consent.Site) error {
	if site.ID != c.Param("site") {
		return wrongSite()
	}
	tenant, err := s.o.Publish.Owner(c.Request().Context(), site.ID)
	site.Tenant = tenant
	return err
}

func (s *Server) makePreview(c echo.Context) error {
	in, err := decode[previewJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.ofAddress(c, &in.Site); err != nil {
		return err
	}
	if err := s.o.Publish.Check(in.Site); err != nil {
		return err
	}
	return s.linkPreview(c, admin.Preview(in))
}

// makeSavedPreview serves who may look at a site and change nothing of it: what
// is shown is what is saved, never a document that the caller brings.
func (s *Server) makeSavedPreview(c echo.Context) error {
	in, err := decode[savedPreviewJSON](c, configBounds())
	if err != nil {
		return err
	}
	draft, _, err := s.o.Publish.Draft(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return s.linkPreview(c, admin.Preview{Site: draft.Site, Place: in.Place, Locale: in.Locale, GPC: in.GPC, Returning: in.Returning})
}

func (s *Server) linkPreview(c echo.Context, p admin.Preview) error {
	place, ok := consent.ParsePlace(p.Place)
	if !ok {
		return consent.Fail(consent.Invalid, "`place` is not an ISO 3166 code", "write a code such as FR or US-CA, or unknown")
	}
	doc, err := json.Marshal(p.Site)
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	if err := s.budgets.spendPreview(principalOf(c), len(doc)); err != nil {
		return err
	}
	// It is compiled here, so that a draft that cannot be compiled says so in
	// the editor and not in the frame.
	if _, err := s.o.Scripts.Preview(script.Draft{Site: p.Site, Place: place, Locale: p.Locale, GPC: p.GPC}); err != nil {
		return err
	}
	token, err := s.o.Admin.KeepPreview(c.Request().Context(), p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, previewLinkJSON{URL: "/preview/" + token, Expires: s.o.Clock().Add(admin.PreviewLife).UTC()})
}
