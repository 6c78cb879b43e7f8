package web

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/gate"
	"github.com/leadiumx/consent/server/rights"
	"github.com/leadiumx/consent/server/script"
)

//go:embed privacy
var privacyFiles embed.FS

// privacyView is what the self-service page shows. It works without scripts,
// but for the change of single purposes.
type privacyView struct {
	Site    *consent.Site
	Locale  string
	T       map[string]string
	Query   string
	Rows    []privacyRow
	Subject bool
	Done    string
}

type privacyRow struct {
	Title, Answer, Until string
	Allow                bool
}

// privacyPage serves GET /privacy/{site}: the visitor's own page.
func (s *Server) privacyPage(c echo.Context) error {
	n, v, err := s.noticeOf(c, c.Param("site"))
	if err != nil {
		return err
	}
	site := &n.Edition.Site
	words, locale, err := privacyWords(n.Locale)
	if err != nil {
		return err
	}
	view := privacyView{Site: site, Locale: locale, T: words, Query: s.privacyQuery(c, site.ID)}
	// Only these two words are ours; anything else in the address is ignored.
	if done := c.QueryParam("done"); done == "objected" || done == "erased" {
		view.Done = words[done]
	}
	if view.Rows, err = s.privacyRows(c, n, v, words); err != nil {
		return err
	}
	view.Subject = s.knownSubject(c, site.ID)
	page, err := template.ParseFS(privacyFiles, "privacy/page.html")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// privacyQuery keeps what the demo simulates, or the language.
func (s *Server) privacyQuery(c echo.Context, site string) string {
	q := c.QueryParams()
	if !s.o.Demo || site != demoSite {
		q.Del("place")
		q.Del("gpc")
	}
	return simulation(q)
}

// privacyWords are the page's words in the notice's language, else in English.
func privacyWords(locale string) (map[string]string, string, error) {
	b, err := fs.ReadFile(privacyFiles, "privacy/"+locale+".json")
	if err != nil {
		locale = "en"
		if b, err = fs.ReadFile(privacyFiles, "privacy/en.json"); err != nil {
			return nil, "", err
		}
	}
	words := map[string]string{}
	return words, locale, json.Unmarshal(b, &words)
}

func (s *Server) privacyRows(c echo.Context, n *script.Notice, v visitOf, words map[string]string) ([]privacyRow, error) {
	ask := gate.Ask{
		Site: n.Edition.Site.ID, Place: v.place, Signals: consent.Signals{GPC: v.gpc},
		Consent: cookieValue(c.Request(), consent.ConsentCookie), Subject: cookieValue(c.Request(), consent.SubjectCookie),
	}
	for _, p := range n.Edition.Site.Purposes {
		ask.Purposes = append(ask.Purposes, p.ID)
	}
	a, err := s.answer(c.Request().Context(), ask)
	if err != nil {
		return nil, err
	}
	rows := make([]privacyRow, len(a.Decisions))
	for i, d := range a.Decisions {
		rows[i] = privacyRow{Title: n.Words["purpose."+d.Purpose+".title"], Allow: d.Allow, Answer: words["no"]}
		switch {
		case d.Reason == consent.ReasonNecessary:
			rows[i].Answer = words["always"]
		case d.Allow:
			rows[i].Answer = words["yes"]
		}
		if levels := n.Edition.Site.Purposes[i].Levels; d.Allow && len(levels) >= d.Level && d.Level > 0 {
			rows[i].Answer += ": " + n.Words["level."+d.Purpose+"."+levels[d.Level-1]]
		}
		if d.Until != 0 {
			rows[i].Until = time.Unix(d.Until, 0).UTC().Format(time.DateOnly)
		}
	}
	return rows, nil
}

// knownSubject reports whether the browser holds a pseudonym with records.
func (s *Server) knownSubject(c echo.Context, site string) bool {
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	records, err := s.o.Collect.Access(ctx, site, cookieValue(c.Request(), consent.SubjectCookie))
	return err == nil && len(records) > 0
}

// privacyObject serves POST /privacy/{site}/object: a refusal of everything,
// without scripts and without any proof of who asks.
func (s *Server) privacyObject(c echo.Context) error {
	return s.privacyAct(c, consent.Object, "objected")
}

func (s *Server) privacyAct(c echo.Context, act consent.Action, done string) error {
	n, v, err := s.privacyForm(c)
	if err != nil {
		return err
	}
	token := cookieValue(c.Request(), consent.SubjectCookie)
	if _, err := s.act(c, n, v, actJSON{Act: act}, token, ownOrigin(c)); err != nil {
		return err
	}
	return s.privacyDone(c, n, done)
}

// privacyErase serves POST /privacy/{site}/erase.
func (s *Server) privacyErase(c echo.Context) error {
	n, _, err := s.privacyForm(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	refusal, err := s.o.Collect.Erase(ctx, n.Edition.Site.ID, cookieValue(c.Request(), consent.SubjectCookie))
	if err != nil {
		return err
	}
	s.noted(c, n, rights.Erasure, s.subjectOf(&n.Edition.Site, cookieValue(c.Request(), consent.SubjectCookie)))
	s.keepChoice(c, &n.Edition.Site, ownOrigin(c), refusal)
	s.keepCookie(c, &n.Edition.Site, ownOrigin(c), consent.SubjectCookie, "", true)
	return s.privacyDone(c, n, "erased")
}

// privacyForm takes a form only from our own page.
func (s *Server) privacyForm(c echo.Context) (*script.Notice, visitOf, error) {
	if err := sameOrigin(c.Request()); err != nil {
		return nil, visitOf{}, err
	}
	n, v, err := s.noticeOf(c, c.Param("site"))
	if err != nil {
		return nil, visitOf{}, err
	}
	// Both forms only take away.
	return n, v, s.pay(c, &n.Edition.Site, cookieValue(c.Request(), consent.SubjectCookie), true)
}

func (s *Server) privacyDone(c echo.Context, n *script.Notice, done string) error {
	site := n.Edition.Site.ID
	keep := s.privacyQuery(c, site)
	sep := "?"
	if keep != "" {
		sep = "&"
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/privacy/%s%s%sdone=%s", site, keep, sep, done))
}

// ownOrigin is the origin of our own page, which the form was sent from.
func ownOrigin(c echo.Context) string { return "http://" + c.Request().Host }

func (s *Server) privacyStyle(c echo.Context) error {
	b, err := fs.ReadFile(privacyFiles, "privacy/page.css")
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", b)
}
