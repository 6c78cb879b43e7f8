package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/feed"
	"github.com/leadiumx/consent/server/rights"
)

type writeJSON struct {
	Site    string          `json:"site"`
	ID      string          `json:"id"`
	Note    string          `json:"note"`
	Levels  map[string]int  `json:"levels"`
	Vendors map[string]int  `json:"vendors,omitempty"`
	Action  consent.Action  `json:"action"`
	Age     int64           `json:"age"`
	Consent string          `json:"consent,omitempty"`
	Subject string          `json:"subject,omitempty"`
	Signals consent.Signals `json:"signals,omitempty"`
	// said is how Levels were written, where that is known.
	said string
}

type answerJSON struct {
	ID      string        `json:"id"`
	Consent string        `json:"consent"`
	Subject string        `json:"subject,omitempty"`
	Stored  consent.Level `json:"stored"`
	Receipt receiptJSON   `json:"receipt"`
}

type receiptJSON struct {
	consent.Receipt
	// JWS is the receipt signed with Ed25519, perhaps together with others that
	// came at the same time; `/v1/keys` holds the keys.
	JWS string `json:"jws"`
}

// fromPage opens the site that a page speaks for, and lets the page read the
// answer, errors from here on included. The origin is empty when none was sent.
func (s *Server) fromPage(c echo.Context, site string) (live *consent.Edition, origin string, err error) {
	if live, err = s.o.Publish.Live(site); err != nil {
		s.allowAnySite(c)
		return nil, "", err
	}
	if origin, err = s.originOf(c, &live.Site); err != nil {
		return nil, "", err
	}
	allowCORS(c, origin)
	return live, origin, nil
}

// createConsent serves POST /v1/consents.
func (s *Server) createConsent(c echo.Context) error {
	r := c.Request()
	bounds := consentBounds()
	bounds.known = &s.choices
	w, err := decode[writeJSON](c, bounds)
	if err != nil {
		s.allowAnySite(c)
		return err
	}
	live, origin, err := s.fromPage(c, w.Site)
	if err != nil {
		return err
	}
	v := s.visit(c, w.Site)
	w.Signals.GPC = w.Signals.GPC || v.gpc
	if w.Subject == "" {
		w.Subject = cookieValue(r, consent.SubjectCookie)
	}
	if err := s.pay(c, &live.Site, w.Subject, refusesOnly(w.Levels, w.Vendors)); err != nil {
		return err
	}
	before, cookie := w.Consent, cookieValue(r, consent.ConsentCookie)
	if w.Consent == "" {
		w.Consent = cookie
	}
	// Who leaves the page behind the click has decided all the same.
	a, err := s.o.Collect.Record(s.writing.next(), collect.Write{
		Site: w.Site, ID: w.ID, Note: w.Note, Said: w.said, Levels: w.Levels, Vendors: w.Vendors, Action: w.Action, Age: w.Age,
		Consent: w.Consent, Before: before, Cookie: cookie, Subject: w.Subject, Signals: w.Signals, PlaceSource: s.decidedFrom(r, w.Site, v.source),
		Bot: isBot(r.UserAgent()),
	})
	if err != nil {
		return s.spent(c, &live.Site, origin, w.Subject, err)
	}
	s.remember(w.said, w.Levels)
	s.o.Metrics.Wrote(w.Action)
	s.keepChoice(c, &live.Site, origin, a.Consent)
	if a.Subject != "" && s.keepCookie(c, &live.Site, origin, consent.SubjectCookie, a.Subject, true) {
		a.Subject = ""
	}
	c.Response().Header()["Cache-Control"] = s.fixed.noStore
	return s.sendAnswer(c, &a)
}

// remember takes in levels that somebody has chosen.
func (s *Server) remember(said string, levels map[string]int) {
	if said == "" || len(said) > maxChoice {
		return
	}
	if _, known := s.choices.Known(said); !known {
		// What is remembered keeps no more of the request than this.
		s.choices.Keep(strings.Clone(said), ownKeys(levels), maxChoices)
	}
}

// ownKeys is a table whose names share no memory with what they were read from.
func ownKeys(levels map[string]int) map[string]int {
	own := make(map[string]int, len(levels))
	for name, n := range levels {
		own[strings.Clone(name)] = n
	}
	return own
}

type accessJSON struct {
	Site    string        `json:"site"`
	Records []subjectJSON `json:"records"`
}

// subjectJSON is a record as its subject gets it: everything that is kept
// about the decision.
type subjectJSON struct {
	consent.Receipt
	Subject     string          `json:"subject"`
	Signals     consent.Signals `json:"signals"`
	DecidedAt   time.Time       `json:"decided_at"`
	PlaceSource string          `json:"place_source,omitempty"`
}

// readMe serves GET /v1/consents/me.
func (s *Server) readMe(c echo.Context) error {
	site, err := s.siteOf(c)
	if err != nil {
		return err
	}
	format := c.QueryParam("format")
	if format != "" && format != "json" && format != "csv" {
		return consent.Fail(badQuery, "`format` is not known", "send json or csv")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	records, err := s.o.Collect.Access(ctx, site.ID, subjectToken(c.Request()))
	if err != nil {
		return err
	}
	s.noted(c, s.askedOf(c, site, rights.Access), false)
	out := accessJSON{Site: site.ID, Records: []subjectJSON{}}
	for _, r := range records {
		out.Records = append(out.Records, subjectJSON{
			Receipt: r.Receipt(), Subject: r.Subject, Signals: r.Signals,
			DecidedAt: time.UnixMilli(r.Clock).UTC(), PlaceSource: r.PlaceSource,
		})
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if format == "csv" || format == "" && strings.HasPrefix(c.Request().Header.Get("Accept"), "text/csv") {
		return writeCSV(c, out)
	}
	if c.QueryParam("download") != "" {
		c.Response().Header().Set("Content-Disposition", `attachment; filename="consents.json"`)
	}
	return c.JSON(http.StatusOK, out)
}

func writeCSV(c echo.Context, a accessJSON) error {
	c.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.Response().Header().Set("Content-Disposition", `attachment; filename="consents.csv"`)
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	rows := [][]string{{"id", "site", "subject", "edition", "regime", "locale", "levels", "action", "time", "decided_at", "vendors", "signals", "place_source"}}
	for _, r := range a.Records {
		var texts [3]string
		for i, part := range []any{r.Levels, r.Vendors, r.Signals} {
			b, err := json.Marshal(part)
			if err != nil {
				return err
			}
			texts[i] = string(b)
		}
		if len(r.Vendors) == 0 {
			texts[1] = "{}"
		}
		rows = append(rows, []string{
			feed.Cell(r.ID), r.Site, feed.Cell(r.Subject), strconv.Itoa(r.Edition), r.Regime, r.Locale, texts[0], string(r.Action),
			r.Time.Format(time.RFC3339Nano), r.DecidedAt.Format(time.RFC3339Nano), texts[1], texts[2], r.PlaceSource,
		})
	}
	return w.WriteAll(rows)
}

type eraseJSON struct {
	Erased bool          `json:"erased"`
	Stored consent.Level `json:"stored"`
	// Consent is the anonymous refusal that the browser keeps.
	Consent string `json:"consent"`
}

// eraseMe serves DELETE /v1/consents/me.
func (s *Server) eraseMe(c echo.Context) error {
	site, err := s.siteOf(c)
	if err != nil {
		return err
	}
	origin, err := s.originOf(c, site)
	if err != nil {
		return err
	}
	if err := s.pay(c, site, subjectToken(c.Request()), true); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	e, err := s.o.Collect.Erase(ctx, site.ID, subjectToken(c.Request()))
	if err != nil {
		return s.spent(c, site, origin, subjectToken(c.Request()), err)
	}
	s.noted(c, s.askedOf(c, site, rights.Erasure), e.Away)
	s.keepChoice(c, site, origin, e.Consent)
	s.keepCookie(c, site, origin, consent.SubjectCookie, "", true)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, eraseJSON{Erased: true, Stored: e.Stored, Consent: e.Consent})
}

// siteOf returns the site that the query names and lets its pages read the
// answer. Errors: UnknownSite.
func (s *Server) siteOf(c echo.Context) (*consent.Site, error) {
	live, err := s.o.Publish.Live(c.QueryParam("site"))
	if err != nil {
		return nil, err
	}
	if origin := c.Request().Header.Get("Origin"); s.allows(&live.Site, origin) {
		allowCORS(c, origin)
	}
	return &live.Site, nil
}
