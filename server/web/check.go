package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/gate"
)

type checkJSON struct {
	Site      string         `json:"site"`
	Edition   int            `json:"edition"`
	Regime    string         `json:"regime"`
	Decisions []decisionJSON `json:"decisions"`
}

type decisionJSON struct {
	Purpose string         `json:"purpose"`
	Vendor  string         `json:"vendor,omitempty"`
	Cookie  string         `json:"cookie,omitempty"`
	Allow   bool           `json:"allow"`
	Level   int            `json:"level"`
	Reason  consent.Reason `json:"reason"`
	Basis   consent.Basis  `json:"basis"`
	// Until is when the grant ends, null when the decision rests on none.
	Until *time.Time `json:"until"`
}

func decisionOf(d gate.Decision) decisionJSON {
	out := decisionJSON{
		Purpose: d.Purpose, Vendor: d.Vendor, Cookie: d.Cookie,
		Allow: d.Allow, Level: d.Level, Reason: d.Reason, Basis: d.Basis,
	}
	if d.Until != 0 {
		t := time.Unix(d.Until, 0).UTC()
		out.Until = &t
	}
	return out
}

// maxAsks bounds one batch, maxNames the names of one query.
const (
	maxAsks  = 1000
	maxNames = 100
)

// check serves GET /v1/check.
func (s *Server) check(c echo.Context) error {
	r := s.rooms.get()
	defer s.rooms.put(r)
	a, err := s.asked(c, r)
	if err != nil {
		return err
	}
	r.text = appendCheck(r.text, &a)
	c.Response().Header()["Cache-Control"] = s.fixed.noStore
	return s.sendJSON(c, http.StatusOK, r.text)
}

// asked answers the check that a request holds, as long as the room is held.
// Without an API key only who is known by a subject is looked up.
func (s *Server) asked(c echo.Context, in *room) (gate.Answer, error) {
	r, ask := c.Request(), &in.ask
	if err := readAsk(r, in); err != nil {
		return gate.Answer{}, err
	}
	ctx := r.Context()
	if _, ok := bearer(r); ok {
		// One bound is for the key and the visitor together.
		ctx, ask.Bounded = s.asking.next(), true
		err := s.readNamed(ctx, c, in)
		switch consent.CodeOf(err) {
		case consent.UnknownSite:
			// As when there is none: a key tells nothing of sites out of its reach.
			return s.told(gate.Denied(ask, consent.ReasonUnknownSite)), nil
		case consent.BadToken:
			return s.told(gate.Denied(ask, consent.ReasonBadToken)), nil
		}
		if err != nil {
			return gate.Answer{}, err
		}
	} else if s.readVisitor(r, in); ask.Subject != "" {
		ctx, ask.Bounded = s.asking.next(), true
	}
	a, err := s.answer(ctx, ask)
	in.decisions = a.Decisions
	return a, err
}

func (s *Server) answer(ctx context.Context, ask *gate.Ask) (gate.Answer, error) {
	// The gate bounds its look-ups by itself, and most checks make none.
	a, err := s.o.Gate.Check(ctx, ask)
	return s.told(a), err
}

// told counts what is answered.
func (s *Server) told(a gate.Answer) gate.Answer {
	for i := range a.Decisions {
		s.o.Metrics.Decided(a.Decisions[i].Decision)
	}
	return a
}

// readAsk reads what is asked.
func readAsk(r *http.Request, in *room) error {
	p, ask := &in.params, &in.ask
	q := query(r.URL.RawQuery)
	if q.spoiled() {
		return consent.Fail(badQuery, "a parameter of the query cannot be read", "encode values as forms do: %25 for %, %3B for ;")
	}
	p.purposes = in.purposes
	q.read(p)
	in.purposes = p.purposes
	*ask = gate.Ask{Site: p.site.value, Purposes: p.purposes, Vendors: p.vendors, Cookies: p.cookies, Room: in.decisions}
	if n := len(ask.Purposes) + len(ask.Vendors) + len(ask.Cookies); n == 0 || n > maxNames {
		return consent.Fail(badQuery, fmt.Sprintf("there are %d purposes, vendors and cookies in the query", n),
			fmt.Sprintf("ask for 1 to %d with `purpose=`, `vendor=` or `cookie=`", maxNames))
	}
	if l := p.level.value; l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 0 || n > 9 {
			return consent.Fail(badQuery, "`level` is not a number from 0 to 9", "send the level that is needed, or leave it out")
		}
		ask.Level = n
	}
	// Signals can only tighten, so anybody may send them.
	ask.Signals = consent.Signals{GPC: hasGPC(r) || bool(p.gpc), Minor: bool(p.minor), Sensitive: bool(p.sensitive)}
	return nil
}

// readVisitor reads where the visitor is who sends the check, and what proves
// who they are.
func (s *Server) readVisitor(r *http.Request, in *room) {
	ask := &in.ask
	if in.real {
		ask.Place, _, _ = s.o.Places.Locate(peer(r), r.Header)
	} else {
		ask.Place, _ = s.placed(r, ask.Site, &in.params)
	}
	ask.Consent, ask.Subject = cookieValue(r, consent.ConsentCookie), subjectToken(r)
}

// readNamed reads whom the holder of an API key asks about.
func (s *Server) readNamed(ctx context.Context, c echo.Context, in *room) error {
	r, p, ask := c.Request(), &in.params, &in.ask
	away, err := s.mayAsk(ctx, c, ask.Site)
	if err != nil {
		return err
	}
	// The caller is a server: where it stands says nothing about the visitor.
	ask.Place, _ = consent.ParsePlace(p.place.value)
	ask.ExternalID = p.external.value
	var ok bool
	if ask.SubjectID, ask.Subject, ok = person(p.subject.value, ask.ExternalID); !ok {
		return consent.Fail(consent.BadToken, "`subject` or `external_id` names nobody", "send one of them")
	}
	if p.subject.value == "" && ask.ExternalID == "" {
		// These prove themselves: they need no key.
		ask.Consent, ask.Subject = cookieValue(r, consent.ConsentCookie), cookieValue(r, consent.SubjectCookie)
		return nil
	}
	ask.Away = away
	return nil
}

// person tells a subject's id from its token, both of which a server may have
// kept: a consent write answers with the token. It is not ok when what is named
// cannot be anybody, or is both a subject and an account.
func person(subject, account string) (id, token string, ok bool) {
	if len(account) > consent.MaxExternalID || account != "" && subject != "" {
		return "", "", false
	}
	if strings.Contains(subject, ".") {
		return "", subject, true
	}
	return subject, "", subject == "" || consent.IsRecordID(subject)
}

// mayAsk checks the API key of a check. Away says that the store does not tell
// whether the key is valid; that is no fault of the caller's.
func (s *Server) mayAsk(ctx context.Context, c echo.Context, site string) (away bool, err error) {
	p, err := s.principal(ctx, c)
	if consent.CodeOf(err) == consent.Unavailable {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	err = s.mayCheck(p, site)
	if consent.CodeOf(err) == consent.Unavailable {
		return true, nil
	}
	return false, err
}

// gatePath is the address of the gate.
const gatePath = "/v1/gate"

// gate serves GET and HEAD /v1/gate, in the three statuses that proxies
// understand. Everything that is wrong on the visitor's side denies.
func (s *Server) gate(c echo.Context) error {
	h := c.Response().Header()
	h["Cache-Control"] = s.fixed.noStore
	r := s.rooms.get()
	defer s.rooms.put(r)
	// Proxies pass on whom they have: nobody is simulated to them.
	r.real = true
	a, err := s.asked(c, r)
	if err != nil || len(a.Decisions) == 0 {
		return s.unasked(c, err)
	}
	d := strictest(a.Decisions)
	r.text = appendLine(r.text, &d)
	h["Consent-Decision"] = []string{string(r.text)}
	if !d.Allow {
		return s.refuse(c, http.StatusForbidden)
	}
	return c.NoContent(http.StatusOK)
}

// unasked denies at the gate what could not be asked.
func (s *Server) unasked(c echo.Context, err error) error {
	status, reason, code := http.StatusForbidden, consent.ReasonUnavailable, consent.CodeOf(err)
	switch {
	case code == consent.Unauthorized:
		status, reason = http.StatusUnauthorized, consent.ReasonBadToken
	case code == badQuery || err == nil:
		reason = consent.ReasonUnknownPurpose
	}
	c.Response().Header().Set("Consent-Decision", "deny; reason="+string(reason))
	if code != badQuery {
		return s.refuse(c, status)
	}
	// Whoever set up the proxy sees here what its address lacks.
	s.name(c)
	p := problemOf(err)
	p.Status, p.Title = status, http.StatusText(status)
	return writeProblem(c, p)
}

// strictest is the first refusal, else the lowest level.
func strictest(ds []gate.Decision) gate.Decision {
	low := ds[0]
	for _, d := range ds {
		if !d.Allow {
			return d
		}
		if d.Level < low.Level {
			low = d
		}
	}
	return low
}

// appendLine writes a decision as the header Consent-Decision has it.
func appendLine(b []byte, d *gate.Decision) []byte {
	if d.Allow {
		b = append(b, "allow"...)
	} else {
		b = append(b, "deny"...)
	}
	for _, f := range [...]struct{ k, v string }{{"; purpose=", d.Purpose}, {"; vendor=", d.Vendor}, {"; cookie=", d.Cookie}} {
		if f.v != "" {
			b = append(append(b, f.k...), token(f.v)...)
		}
	}
	b = strconv.AppendInt(append(b, "; level="...), int64(d.Level), 10)
	return append(append(b, "; reason="...), d.Reason...)
}

// token keeps what the caller sent from breaking the header.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && r != ';' && r != '=' && r != ',' {
			return r
		}
		return '_'
	}, s[:min(len(s), 64)])
}
