package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/publish"
)

type publishedJSON struct {
	Site    string `json:"site"`
	Edition int    `json:"edition"`
	Hash    string `json:"hash"`
	// Changed is false when the document was live already; no edition is made then.
	Changed bool `json:"changed"`
	// Since is the first edition whose choices still hold; when it equals
	// Edition, visitors are asked again.
	Since int `json:"since"`
	// EffectiveAt is when the edition takes effect.
	EffectiveAt time.Time `json:"effective_at"`
	// Findings are the warnings of the banner rules.
	Findings []consent.Finding `json:"findings"`
}

// published answers with an edition. One that is live is written down also where
// something failed afterwards.
func (s *Server) published(c echo.Context, e *consent.Edition, changed bool, note string, err error) error {
	if e != nil && changed {
		err = errors.Join(err, s.audited(c, e.Site.ID, "site.publish", "", e.Hash, note))
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, publishedJSON{
		Site: e.Site.ID, Edition: e.Number, Hash: e.Hash, Changed: changed, Since: e.Since, EffectiveAt: e.From(), Findings: s.findings(e.Site, e.EffectiveAt),
	})
}

func (s *Server) applySite(c echo.Context) error {
	site, err := s.siteBody(c)
	if err != nil {
		return err
	}
	note := c.QueryParam("note")
	if err := checkNote(note); err != nil {
		return err
	}
	how := publish.How{By: by(principalOf(c)), Note: note}
	if principalOf(c).Anywhere() {
		how.Move = func(ctx context.Context) error { return s.cleared(ctx, site.ID) }
	}
	if how.EffectiveAt, err = effectiveAt(c); err != nil {
		return err
	}
	if err := s.unchanged(c); err != nil {
		return err
	}
	e, changed, err := s.o.Publish.Publish(c.Request().Context(), site, how)
	if err == nil {
		// The draft follows, so that the editor shows what is live.
		_, _, err = s.o.Publish.SaveDraft(c.Request().Context(), site, by(principalOf(c)), publish.AnyVersion)
	}
	return s.published(c, e, changed, note, err)
}

// effectiveAt is the time from which an edition is to be live; zero for at once.
func effectiveAt(c echo.Context) (at time.Time, err error) {
	text := c.QueryParam("effective_at")
	if text == "" {
		return at, nil
	}
	if at, err = time.Parse(time.RFC3339, text); err != nil {
		return at, consent.Fail(badQuery, "`effective_at` is not a time", "write it as 2027-01-31T00:00:00Z")
	}
	return at, nil
}

// unchanged refuses a change that is meant for another version of the site than
// there is.
func (s *Server) unchanged(c echo.Context) error {
	if c.Request().Header.Get("If-Match") == "" {
		return nil
	}
	_, version, err := s.o.Publish.Draft(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return meant(c, version)
}

func checkNote(note string) error {
	if len(note) > 500 {
		return consent.Fail(consent.Invalid, "the note is longer than 500 bytes", "shorten it")
	}
	return nil
}

type publishJSON struct {
	Note string `json:"note,omitempty"`
	// EffectiveAt schedules the edition; left out, it is live at once.
	EffectiveAt time.Time `json:"effective_at,omitzero"`
}

func (s *Server) publishDraft(c echo.Context) error {
	in, err := decode[publishJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := checkNote(in.Note); err != nil {
		return err
	}
	entry, version, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	if err := meant(c, version); err != nil {
		return err
	}
	e, changed, err := s.o.Publish.Publish(c.Request().Context(), entry.Draft.Site, publish.How{
		By: by(principalOf(c)), Note: in.Note, EffectiveAt: in.EffectiveAt,
	})
	return s.published(c, e, changed, in.Note, err)
}

type rollbackJSON struct {
	Edition int `json:"edition"`
}

func (s *Server) rollback(c echo.Context) error {
	in, err := decode[rollbackJSON](c, configBounds())
	if err != nil {
		return err
	}
	e, changed, err := s.o.Publish.Rollback(c.Request().Context(), c.Param("site"), in.Edition, by(principalOf(c)))
	return s.published(c, e, changed, fmt.Sprintf("back to edition %d", in.Edition), err)
}
