package web

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/rights"
	"github.com/leadiumx/consent/server/script"
)

// actJSON is a right that a visitor uses.
type actJSON struct {
	Act consent.Action `json:"act" enum:"withdraw,object,restrict,lift"`
	// Purposes limits an objection; without it, all optional ones are meant.
	Purposes []string `json:"purposes,omitempty"`
}

// actMe serves POST /v1/consents/me: withdrawal, objection, restriction and its
// end. Whoever refuses need not prove who they are.
func (s *Server) actMe(c echo.Context) error {
	site, err := s.siteOf(c)
	if err != nil {
		return err
	}
	in, err := decode[actJSON](c, consentBounds())
	if err != nil {
		return err
	}
	origin, err := s.originOf(c, site)
	if err != nil {
		return err
	}
	n, v, err := s.noticeOf(c, site.ID)
	if err != nil {
		return err
	}
	token := subjectToken(c.Request())
	if err := s.pay(c, site, token, in.Act != consent.Lift); err != nil {
		return err
	}
	a, err := s.act(c, n, v, in, token, origin)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return s.sendAnswer(c, &a)
}

// act records what a visitor did, sets their cookies and writes it into the log
// of requests.
func (s *Server) act(c echo.Context, n *script.Notice, v visitOf, in actJSON, token, origin string) (collect.Answer, error) {
	site := &n.Edition.Site
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	a, person, err := s.o.Collect.Act(ctx, collect.Act{
		Site: site.ID, Action: in.Act, Purposes: in.Purposes, Note: n.Note,
		Consent: cookieValue(c.Request(), consent.ConsentCookie), Subject: token,
		Signals: consent.Signals{GPC: v.gpc}, PlaceSource: v.source,
	})
	if err != nil {
		return a, s.spent(c, site, origin, token, err)
	}
	s.o.Metrics.Wrote(in.Act)
	s.noted(c, askedBy(n, rights.OfAct(in.Act), person), a.Away)
	s.keepChoice(c, site, origin, a.Consent)
	if a.Subject != "" && s.keepCookie(c, site, origin, consent.SubjectCookie, a.Subject, true) {
		a.Subject = ""
	}
	return a, nil
}

// noteWait is how long a right may wait for the line that tells of it.
const noteWait = 100 * time.Millisecond

// noted writes into the log of requests what a visitor has done. Away says that
// the store did not answer to this very request: it is not waited for again.
func (s *Server) noted(c echo.Context, a rights.Asked, away bool) {
	wait := noteWait
	if away || s.o.StoreAway() {
		wait = 0
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), wait)
	defer cancel()
	s.o.Rights.Noted(ctx, a)
}

// askedBy is what somebody asked for who was shown a notice.
func askedBy(n *script.Notice, kind rights.Kind, subject string) rights.Asked {
	return rights.Asked{Site: n.Edition.Site.ID, Regime: n.Regime.ID, Locale: n.Locale, Kind: kind, Subject: subject}
}

// askedOf is askedBy for a caller who was shown none. Where the notice cannot be
// had, what was done is told of all the same, under no law.
func (s *Server) askedOf(c echo.Context, site *consent.Site, kind rights.Kind) rights.Asked {
	subject := s.subjectOf(site, subjectToken(c.Request()))
	n, _, err := s.noticeOf(c, site.ID)
	if err != nil {
		return rights.Asked{Site: site.ID, Kind: kind, Subject: subject}
	}
	return askedBy(n, kind, subject)
}

// subjectOf names the subject of a token that we made.
func (s *Server) subjectOf(site *consent.Site, token string) string {
	t, err := consent.OpenSubject(s.o.Keys, site.Tenant, site.ID, token)
	if err != nil {
		return ""
	}
	return t.Subject
}

// noticeOf is the notice of a visit.
func (s *Server) noticeOf(c echo.Context, site string) (*script.Notice, visitOf, error) {
	v := s.visit(c, site)
	n, err := s.o.Scripts.Notice(script.Ask{Site: site, Place: v.place, Lang: v.lang, Accept: c.Request().Header.Get("Accept-Language")})
	return n, v, err
}
