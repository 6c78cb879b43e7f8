package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/publish"
	"github.com/leadiumx/consent/server/script"
)

type sitesJSON struct {
	Sites []SiteRow `json:"sites"`
}

// SiteRow is a site as the list shows it.
type SiteRow struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Edition is the live edition, 0 for a site that was never published.
	Edition      int        `json:"edition"`
	PublishedAt  *time.Time `json:"published_at,omitempty"`
	DraftSavedAt *time.Time `json:"draft_saved_at,omitempty"`
	// Changed says that the draft differs from what is live.
	Changed bool `json:"changed"`
	// Tag is the HTML to paste first in <head>.
	Tag string `json:"tag"`
}

func (s *Server) rowOf(e publish.Entry) SiteRow {
	row := SiteRow{ID: e.ID, Name: e.Name, Changed: e.Changed, DraftSavedAt: &e.Draft.SavedAt, Tag: Tag(s.o.PublicURL, e.ID)}
	if e.Live != nil {
		row.Edition, row.PublishedAt = e.Live.Number, &e.Live.PublishedAt
	}
	return row
}

// Tag is the HTML that a page carries first in <head>.
func Tag(publicURL, site string) string {
	return `<script src="` + publicURL + `/s/` + site + `.js"></script>`
}

func (s *Server) listSites(c echo.Context) error {
	list, err := s.o.Publish.List(c.Request().Context())
	if err != nil {
		return err
	}
	out := sitesJSON{Sites: []SiteRow{}}
	for _, e := range list {
		out.Sites = append(out.Sites, s.rowOf(e))
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
	e, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, siteViewJSON{
		SiteRow: s.rowOf(e), Draft: e.Draft.Site, Locales: s.o.Locales,
		ScriptURL: s.o.PublicURL + "/s/" + e.ID + ".js",
	})
}

// siteBody reads a site document and holds it against the id of the address.
func siteBody(c echo.Context) (consent.Site, error) {
	site, err := decode[consent.Site](c, configBounds())
	if err != nil {
		return site, err
	}
	if site.ID != c.Param("site") {
		return site, consent.Fail(consent.Invalid, "the document's `id` is not the site of the address", "send the document to /v1/sites/{its id}")
	}
	return site, nil
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
}

// siteFindings judges the draft of a site by the banner rules.
func (s *Server) siteFindings(c echo.Context) error {
	e, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, findingsJSON{s.findings(e.Draft.Site)})
}

// findings are never null, so that programs may read them as a list.
func (s *Server) findings(site consent.Site) []consent.Finding {
	return append([]consent.Finding{}, s.o.Publish.Findings(site)...)
}

func (s *Server) putDraft(c echo.Context) error {
	site, err := siteBody(c)
	if err != nil {
		return err
	}
	draft, err := s.o.Publish.SaveDraft(c.Request().Context(), site, principalOf(c).Name)
	if err != nil {
		return err
	}
	live, err := s.o.Publish.Live(site.ID)
	return c.JSON(http.StatusOK, savedJSON{
		SavedAt: draft.SavedAt, Changed: err != nil || live.Hash != draft.Site.Hash(), Findings: s.findings(draft.Site),
	})
}

type publishedJSON struct {
	Site    string `json:"site"`
	Edition int    `json:"edition"`
	Hash    string `json:"hash"`
	// Changed is false when the document was live already; no edition is made then.
	Changed bool `json:"changed"`
	// Since is the first edition whose choices still hold; when it equals
	// Edition, visitors are asked again.
	Since int `json:"since"`
	// Findings are the warnings of the banner rules.
	Findings []consent.Finding `json:"findings"`
}

func (s *Server) published(c echo.Context, e *consent.Edition, changed bool, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, publishedJSON{Site: e.Site.ID, Edition: e.Number, Hash: e.Hash, Changed: changed, Since: e.Since, Findings: s.findings(e.Site)})
}

func (s *Server) applySite(c echo.Context) error {
	site, err := siteBody(c)
	if err != nil {
		return err
	}
	by, note := principalOf(c).Name, c.QueryParam("note")
	if err := checkNote(note); err != nil {
		return err
	}
	e, changed, err := s.o.Publish.Publish(c.Request().Context(), site, by, note)
	if err != nil {
		return err
	}
	// The draft follows, so that the editor shows what is live.
	_, err = s.o.Publish.SaveDraft(c.Request().Context(), site, by)
	return s.published(c, e, changed, err)
}

func checkNote(note string) error {
	if len(note) > 500 {
		return consent.Fail(consent.Invalid, "the note is longer than 500 bytes", "shorten it")
	}
	return nil
}

type publishJSON struct {
	Note string `json:"note,omitempty"`
}

func (s *Server) publishDraft(c echo.Context) error {
	in, err := decode[publishJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := checkNote(in.Note); err != nil {
		return err
	}
	entry, err := s.o.Publish.Find(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	e, changed, err := s.o.Publish.Publish(c.Request().Context(), entry.Draft.Site, principalOf(c).Name, in.Note)
	return s.published(c, e, changed, err)
}

type rollbackJSON struct {
	Edition int `json:"edition"`
}

func (s *Server) rollback(c echo.Context) error {
	in, err := decode[rollbackJSON](c, configBounds())
	if err != nil {
		return err
	}
	e, changed, err := s.o.Publish.Rollback(c.Request().Context(), c.Param("site"), in.Edition, principalOf(c).Name)
	return s.published(c, e, changed, err)
}

type editionsJSON struct {
	Editions []editionJSON `json:"editions"`
}

type editionJSON struct {
	Number      int       `json:"number"`
	Hash        string    `json:"hash"`
	Since       int       `json:"since"`
	PublishedAt time.Time `json:"published_at"`
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
		out.Editions = append(out.Editions, editionJSON{e.Number, e.Hash, e.Since, e.PublishedAt, e.By, e.Note})
	}
	return c.JSON(http.StatusOK, out)
}

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
}

type previewLinkJSON struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

func (s *Server) makePreview(c echo.Context) error {
	in, err := decode[previewJSON](c, configBounds())
	if err != nil {
		return err
	}
	if err := s.o.Publish.Check(in.Site); err != nil {
		return err
	}
	place, ok := consent.ParsePlace(in.Place)
	if !ok {
		return consent.Fail(consent.Invalid, "`place` is not an ISO 3166 code", "write a code such as FR or US-CA, or unknown")
	}
	// It is compiled here, so that a draft that cannot be compiled says so in
	// the editor and not in the frame.
	if _, err := s.o.Scripts.Preview(script.Draft{Site: in.Site, Place: place, Locale: in.Locale, GPC: in.GPC}); err != nil {
		return err
	}
	token, err := s.o.Admin.KeepPreview(c.Request().Context(), admin.Preview(in))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, previewLinkJSON{URL: "/preview/" + token, Expires: s.o.Clock().Add(admin.PreviewLife).UTC()})
}
