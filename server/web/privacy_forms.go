package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/rights"
	"github.com/leadiumx/consent/server/script"
)

// form answers a form of the visitor's page. Whoever sent it reads a page and no
// JSON, also when it cannot be done just now.
func (s *Server) form(handle echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := handle(c)
		if err == nil || c.Response().Committed {
			return err
		}
		p := problemOf(err)
		if p.Status != http.StatusServiceUnavailable && p.Status != http.StatusTooManyRequests {
			return err
		}
		s.tell(c, err, p)
		return s.showPrivacy(c, p.Status)
	}
}

// privacyObject serves POST /privacy/{site}/object: a refusal of everything,
// without scripts and without any proof of who asks.
func (s *Server) privacyObject(c echo.Context) error {
	return s.privacyAct(c, consent.Object)
}

// privacyRestrict serves POST /privacy/{site}/restrict, privacyLift its end.
func (s *Server) privacyRestrict(c echo.Context) error { return s.privacyAct(c, consent.Restrict) }

func (s *Server) privacyLift(c echo.Context) error { return s.privacyAct(c, consent.Lift) }

// askWait is how long a visitor waits for the store to have what they wrote,
// which is on this server's disk before.
const askWait = time.Second

// privacyAsk serves POST /privacy/{site}/request: what a person has to answer.
func (s *Server) privacyAsk(c echo.Context) error {
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 16<<10)
	n, _, err := s.privacyForm(c)
	if err != nil {
		return err
	}
	if err := s.budgets.spendQuestion(question{n.Edition.Site.ID, s.client(c.Request())}); err != nil {
		return err
	}
	wait := askWait
	if s.o.StoreAway() {
		wait = 0
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), wait)
	defer cancel()
	token := cookieValue(c.Request(), consent.SubjectCookie)
	_, err = s.o.Rights.Ask(ctx, rights.Asked{
		Site: n.Edition.Site.ID, Regime: n.Regime.ID, Locale: n.Locale,
		Kind: rights.Kind(c.FormValue("kind")), Subject: s.subjectOf(&n.Edition.Site, token),
	}, rights.Message{Text: c.FormValue("message"), Email: c.FormValue("email")})
	if err != nil {
		return err
	}
	return s.privacyDone(c, n)
}

func (s *Server) privacyAct(c echo.Context, act consent.Action) error {
	n, v, err := s.privacyForm(c)
	if err != nil {
		return err
	}
	token := cookieValue(c.Request(), consent.SubjectCookie)
	if _, err := s.act(c, n, v, actJSON{Act: act}, token, ownOrigin(c)); err != nil {
		return err
	}
	return s.privacyDone(c, n)
}

// privacyErase serves POST /privacy/{site}/erase.
func (s *Server) privacyErase(c echo.Context) error {
	n, _, err := s.privacyForm(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), deadline)
	defer cancel()
	token := cookieValue(c.Request(), consent.SubjectCookie)
	e, err := s.o.Collect.Erase(ctx, n.Edition.Site.ID, token)
	if err != nil {
		return s.spent(c, &n.Edition.Site, ownOrigin(c), token, err)
	}
	s.noted(c, askedBy(n, rights.Erasure, s.subjectOf(&n.Edition.Site, token)), e.Away)
	s.keepChoice(c, &n.Edition.Site, ownOrigin(c), e.Consent)
	s.keepCookie(c, &n.Edition.Site, ownOrigin(c), consent.SubjectCookie, "", true)
	return s.privacyDone(c, n)
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
	// No form makes a new grant.
	return n, v, s.pay(c, &n.Edition.Site, cookieValue(c.Request(), consent.SubjectCookie), true)
}

func (s *Server) privacyDone(c echo.Context, n *script.Notice) error {
	site := n.Edition.Site.ID
	keep := s.privacyQuery(c, site)
	sep := "?"
	if keep != "" {
		sep = "&"
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("/privacy/%s%s%sdone=1", site, keep, sep))
}

// ownOrigin is the origin of our own page, which the form was sent from.
func ownOrigin(c echo.Context) string { return "http://" + c.Request().Host }
