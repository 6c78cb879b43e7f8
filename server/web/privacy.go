package web

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/gate"
	"github.com/leadiumx/consent/server/script"
	"github.com/leadiumx/consent/snippet"
)

//go:embed privacy
var privacyFiles embed.FS

// privacyView is what the self-service page shows. It works without scripts,
// but for the change of single purposes.
type privacyView struct {
	Site                     *consent.Site
	Locale, Dir, Scheme      string
	T                        map[string]string
	Query                    string
	Rows                     []privacyRow
	State                    collect.State
	Since, Last              string
	Reject, Settings, Policy string
	Done, Failed             bool
}

type privacyRow struct {
	Title, Answer string
	Allow         bool
	// Until says when a grant ends, in words, and Ends is that day for programs.
	Until, Ends string
}

// privacyPage serves GET /privacy/{site}: the visitor's own page.
func (s *Server) privacyPage(c echo.Context) error { return s.showPrivacy(c, http.StatusOK) }

// showPrivacy answers with the page; one with another status than 200 says that
// what was asked for could not be done.
func (s *Server) showPrivacy(c echo.Context, status int) error {
	n, v, err := s.noticeOf(c, c.Param("site"))
	if err != nil {
		return err
	}
	site := &n.Edition.Site
	own, locale, err := s.privacyWords(c, v)
	if err != nil {
		return err
	}
	words := bundle.Words(site, n.Regime, n.Rules, locale)
	view := privacyView{
		Site: site, Locale: locale, Dir: bundle.Dir(locale), Scheme: schemeOf(site), T: own, Query: s.privacyQuery(c, site.ID),
		Reject: words["button.reject"], Settings: words["prefs.title"], Policy: words["banner.policy"],
		Done: c.QueryParam("done") == "1" && status == http.StatusOK, Failed: status != http.StatusOK,
	}
	if view.Rows, err = s.privacyRows(c, n, v, locale, words, own); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), stateWait)
	defer cancel()
	// While the store is away the rest of the page still serves.
	if view.State, err = s.o.Collect.State(ctx, site.ID, cookieValue(c.Request(), consent.SubjectCookie)); err == nil && view.State.Records > 0 {
		view.Since, view.Last = bundle.Day(locale, view.State.Since), bundle.Day(locale, view.State.Last)
	}
	var b bytes.Buffer
	if err := s.templates.privacy.Execute(&b, view); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	return c.HTMLBlob(status, b.Bytes())
}

// ownScript serves GET /s/{site}.own.js, which lies beside the API as the tag's
// own script does: that of the page, without a banner over the page's controls.
func (s *Server) ownScript(c echo.Context, site string) error {
	v := s.visit(c, site)
	a, err := s.o.Scripts.Own(script.Ask{
		Site: site, Place: v.place, Lang: v.lang, Accept: c.Request().Header.Get("Accept-Language"), SimGPC: v.simGPC,
	})
	if err != nil {
		return err
	}
	return asset(c, a, "private, no-store")
}

// stateWait is how long the page waits for what it shows of the visitor's records.
const stateWait = 500 * time.Millisecond

func schemeOf(site *consent.Site) string {
	if s := site.Banner.Theme.Scheme; s == "light" || s == "dark" {
		return s
	}
	return "light dark"
}

// privacyQuery keeps what the demo simulates, or the language.
func (s *Server) privacyQuery(c echo.Context, site string) string {
	q := c.QueryParams()
	if !s.simulates(site) {
		q.Del("place")
		q.Del("gpc")
	}
	return simulation(q)
}

// privacyWords are the page's own words in the visitor's language: any that is
// built in, whether or not the site's banner speaks it.
func (s *Server) privacyWords(c echo.Context, v visitOf) (map[string]string, string, error) {
	all := &consent.Site{Locales: append([]string{"en"}, s.o.Locales...)}
	locale := script.Locale(all, nil, v.lang, c.Request().Header.Get("Accept-Language"))
	b, err := fs.ReadFile(snippet.PrivacyLocales(), locale+".json")
	if err != nil {
		return nil, "", err
	}
	words := map[string]string{}
	return words, locale, json.Unmarshal(b, &words)
}

func (s *Server) privacyRows(c echo.Context, n *script.Notice, v visitOf, locale string, words, own map[string]string) ([]privacyRow, error) {
	ask := gate.Ask{
		Site: n.Edition.Site.ID, Place: v.place, Signals: consent.Signals{GPC: v.gpc},
		Consent: cookieValue(c.Request(), consent.ConsentCookie), Subject: cookieValue(c.Request(), consent.SubjectCookie),
	}
	for _, p := range n.Edition.Site.Purposes {
		ask.Purposes = append(ask.Purposes, p.ID)
	}
	a, err := s.answer(c.Request().Context(), &ask)
	if err != nil {
		return nil, err
	}
	rows := make([]privacyRow, len(a.Decisions))
	for i, d := range a.Decisions {
		rows[i] = privacyRow{Title: words["purpose."+d.Purpose+".title"], Allow: d.Allow, Answer: own["off"]}
		switch {
		case d.Reason == consent.ReasonNecessary:
			rows[i].Answer = words["prefs.always"]
		case d.Allow:
			rows[i].Answer = own["on"]
		}
		if levels := n.Edition.Site.Purposes[i].Levels; d.Allow && len(levels) >= d.Level && d.Level > 0 {
			rows[i].Answer += ": " + words["level."+d.Purpose+"."+levels[d.Level-1]]
		}
		if d.Until != 0 {
			end := time.Unix(d.Until, 0).UTC()
			rows[i].Until, rows[i].Ends = strings.ReplaceAll(own["until"], "{date}", bundle.Day(locale, end)), end.Format(time.DateOnly)
		}
	}
	return rows, nil
}

// privacyStyle serves the sheet of the page, in the look of one site's banner.
func (s *Server) privacyStyle(c echo.Context) error {
	b, err := fs.ReadFile(privacyFiles, "privacy/page.css")
	if err != nil {
		return err
	}
	site := &consent.Site{}
	if e, err := s.o.Publish.Live(c.QueryParam("site")); err == nil {
		site = &e.Site
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=300")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", append([]byte(bundle.Look(site)), b...))
}
