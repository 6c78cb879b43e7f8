package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/publish"
)

type sitesJSON struct {
	Sites []SiteRow `json:"sites"`
}

// SiteRow is a site as the list shows it.
type SiteRow struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Origins are those of the draft; by them one tells sites of one name apart.
	Origins []string `json:"origins"`
	// Edition is the live edition, 0 for a site that was never published.
	Edition      int        `json:"edition"`
	PublishedAt  *time.Time `json:"published_at,omitempty"`
	DraftSavedAt *time.Time `json:"draft_saved_at,omitempty"`
	// Upcoming is the edition that will take effect next, if one is scheduled.
	Upcoming *upcomingJSON `json:"upcoming,omitempty"`
	// Changed says that the draft differs from what is live or will be.
	Changed bool `json:"changed"`
	// State is draft, live, archived or deleted.
	State publish.State `json:"state" enum:"draft,live,archived,deleted"`
	// Tenant is the organisation that the site belongs to.
	Tenant string `json:"tenant"`
	// Tag is the HTML to paste first in <head>.
	Tag string `json:"tag"`
}

type upcomingJSON struct {
	Edition     int       `json:"edition"`
	EffectiveAt time.Time `json:"effective_at"`
}

func (s *Server) rowOf(e publish.Entry) SiteRow {
	row := SiteRow{ID: e.ID, Name: e.Name, Origins: append([]string{}, e.Draft.Site.Origins...), Changed: e.Changed, DraftSavedAt: &e.Draft.SavedAt, State: e.State, Tenant: e.Draft.Site.Tenant, Tag: Tag(s.o.PublicURL, e.ID)}
	if e.Live != nil {
		row.Edition, row.PublishedAt = e.Live.Number, &e.Live.PublishedAt
	}
	if e.Upcoming != nil {
		row.Upcoming = &upcomingJSON{e.Upcoming.Number, e.Upcoming.EffectiveAt}
	}
	return row
}

// Tag is the HTML that a page carries first in <head>.
func Tag(publicURL, site string) string {
	return `<script src="` + publicURL + `/s/` + site + `.js"></script>`
}

func (s *Server) listSites(c echo.Context) error {
	p := principalOf(c)
	tenant := p.Tenant
	if p.Anywhere() {
		tenant = ""
	}
	list, err := s.o.Publish.List(c.Request().Context(), tenant)
	if err != nil {
		return err
	}
	out := sitesJSON{Sites: []SiteRow{}}
	for _, e := range list {
		if p.Sees(e.Draft.Site.Tenant, e.ID) && (e.State != publish.IsDeleted || c.QueryParam("deleted") == "1") {
			out.Sites = append(out.Sites, s.rowOf(e))
		}
	}
	return c.JSON(http.StatusOK, out)
}

type siteViewJSON struct {
	SiteRow
	ScriptURL string       `json:"script_url"`
	Draft     consent.Site `json:"draft"`
	// Locales are the languages that have built-in words.
	Locales []string `json:"locales"`
}

func (s *Server) getSite(c echo.Context) error {
	e, version, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	setVersion(c, version)
	return c.JSON(http.StatusOK, siteViewJSON{
		SiteRow: s.rowOf(e), Draft: e.Draft.Site, Locales: s.o.Locales,
		ScriptURL: s.o.PublicURL + "/s/" + e.ID + ".js",
	})
}

// documentJSON is a site document as it is written in an editor, which finds the schema by its address. That is no
// part of the site.
type documentJSON struct {
	Schema string `json:"$schema,omitempty"`
	consent.Site
}

// siteBody reads a site document and holds it against the id of the address and
// the caller's organisation.
func (s *Server) siteBody(c echo.Context) (consent.Site, error) {
	doc, err := decode[documentJSON](c, configBounds())
	site := doc.Site
	if err != nil {
		return site, err
	}
	if site.ID != c.Param("site") {
		return site, wrongSite()
	}
	return site, s.settle(c, &site)
}

func wrongSite() error {
	return consent.Fail(consent.Invalid, "the document's `id` is not the site of the address", "send the document to /v1/sites/{its id}")
}

// settle puts a document into the organisation that it belongs to: the caller's
// own, whatever the document says.
func (s *Server) settle(c echo.Context, site *consent.Site) error {
	p := principalOf(c)
	switch {
	case site.Tenant == "" && p.Anywhere():
		tenant, err := s.o.Publish.Owner(c.Request().Context(), site.ID)
		if consent.CodeOf(err) == consent.UnknownSite {
			tenant, err = admin.FirstTenant, nil
		}
		site.Tenant = tenant
		return err
	case site.Tenant == "":
		site.Tenant = p.Tenant
	case !p.InTenant(site.Tenant):
		return consent.Fail(consent.Invalid, "the document's `tenant` is not your organisation", "leave `tenant` out")
	}
	if p.Anywhere() {
		return s.o.Admin.EnsureTenant(c.Request().Context(), site.Tenant, site.Tenant)
	}
	return nil
}

type savedJSON struct {
	SavedAt time.Time `json:"saved_at"`
	Changed bool      `json:"changed"`
	// Findings are what the draft breaks of the banner rules; an error among
	// them keeps it from being published.
	Findings []consent.Finding `json:"findings"`
}

type findingsJSON struct {
	Findings []consent.Finding `json:"findings"`
	// AsksAgain are the purposes about which visitors who have chosen are asked again once
	// the draft is live, and why.
	AsksAgain []consent.Anew `json:"asks_again"`
}

// siteFindings judges the draft of a site by the banner rules, and says what it asks
// anew; both as of the time from which it is to be live.
func (s *Server) siteFindings(c echo.Context) error {
	from, err := effectiveAt(c)
	if err != nil {
		return err
	}
	e, _, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, findingsJSON{s.findings(e.Draft.Site, from), s.asksAgain(&e.Draft.Site, from)})
}

// findings are never null, so that programs may read them as a list.
func (s *Server) findings(site consent.Site, from time.Time) []consent.Finding {
	return append([]consent.Finding{}, s.o.Publish.Findings(site, from)...)
}

func (s *Server) asksAgain(site *consent.Site, from time.Time) []consent.Anew {
	return append([]consent.Anew{}, s.o.Publish.AsksAgain(site, from)...)
}

func (s *Server) putDraft(c echo.Context) error {
	site, err := s.siteBody(c)
	if err != nil {
		return err
	}
	version, err := ifMatch(c)
	if err != nil {
		return err
	}
	draft, version, err := s.o.Publish.SaveDraft(c.Request().Context(), site, by(principalOf(c)), version)
	if err != nil {
		return overtaken(c, err)
	}
	setVersion(c, version)
	if err := s.audited(c, site.ID, "site.draft", "", site.Hash(), ""); err != nil {
		return err
	}
	// As in the list: of an archived site, and of one whose next edition waits for
	// its day, what counts is what was published last.
	newest, err := s.o.Publish.Newest(site.ID)
	return c.JSON(http.StatusOK, savedJSON{
		SavedAt: draft.SavedAt, Changed: err != nil || newest.Hash != draft.Site.Hash(), Findings: s.findings(draft.Site, time.Time{}),
	})
}

type editionsJSON struct {
	Editions []editionJSON `json:"editions"`
}

type editionJSON struct {
	Number      int       `json:"number"`
	Hash        string    `json:"hash"`
	Since       int       `json:"since"`
	PublishedAt time.Time `json:"published_at"`
	EffectiveAt time.Time `json:"effective_at"`
	By          string    `json:"by"`
	Note        string    `json:"note"`
}

func (s *Server) listEditions(c echo.Context) error {
	list, err := s.o.Publish.Editions(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	out := editionsJSON{Editions: []editionJSON{}}
	for _, e := range list {
		out.Editions = append(out.Editions, editionJSON{e.Number, e.Hash, e.Since, e.PublishedAt, e.From(), e.By, e.Note})
	}
	return c.JSON(http.StatusOK, out)
}

type editionViewJSON struct {
	Edition editionJSON `json:"edition"`
	// Site is the document as it was published.
	Site consent.Site `json:"site"`
	// AsksAgain are the purposes about which visitors who have chosen are asked again once
	// this edition is published again, and why.
	AsksAgain []consent.Anew `json:"asks_again"`
}

// getEdition serves GET /v1/sites/{site}/editions/{edition}.
func (s *Server) getEdition(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("edition"))
	if err != nil || number < 1 {
		return consent.Fail(consent.NotFound, "an edition is named by its number", "take a number from the list of editions")
	}
	e, err := s.o.Publish.Edition(c.Request().Context(), c.Param("site"), number)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, editionViewJSON{editionJSON{e.Number, e.Hash, e.Since, e.PublishedAt, e.From(), e.By, e.Note}, e.Site, s.asksAgain(&e.Site, time.Time{})})
}
