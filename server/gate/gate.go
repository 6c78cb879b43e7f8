// Package gate answers whether a purpose may run for a visitor.
package gate

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// Editions gives the live edition of a site.
type Editions interface {
	// Live returns the live edition of a site. Errors: UnknownSite, Unavailable.
	Live(site string) (*consent.Edition, error)
}

// Options are what a Desk needs; all are required.
type Options struct {
	Records  consent.Records
	Editions Editions
	Laws     *law.Table
	Keys     *consent.Keyring
	Clock    func() time.Time
	// Patience is how long a lookup may take before the check goes on without it.
	Patience time.Duration
}

// Desk answers checks.
type Desk struct {
	o     Options
	rules rules
	// views are used again: most sites ask with every page.
	views sync.Pool
}

// New makes a desk.
func New(o Options) *Desk {
	return &Desk{o: o, views: sync.Pool{New: func() any { return &view{} }}}
}

// Patience is how long all that a check looks up may take together: the gate
// keeps to an earlier end of its context.
func (d *Desk) Patience() time.Duration { return d.o.Patience }

// Ask is a check for one visitor. The visitor is known by the two cookies, or
// by SubjectID when the caller holds an API key; with neither, nobody is known
// and only what needs no choice is allowed.
type Ask struct {
	Site     string
	Purposes []string
	Vendors  []string
	Cookies  []string
	// Level is the level that is needed; 0 asks for any grant.
	Level     int
	Consent   string
	Subject   string
	SubjectID string
	// ExternalID names an account as the site's server knows it, instead of
	// SubjectID.
	ExternalID string
	// Away says that it cannot be told whether the caller may name somebody, so
	// that nobody is looked up: what needs a choice is denied.
	Away bool
	// Bounded says that the context ends within Patience.
	Bounded bool
	Place   consent.Place
	Signals consent.Signals
	// Room may be given for the decisions of the answer, to be written over.
	Room []Decision
}

// Decision is the answer about one purpose.
type Decision struct {
	Purpose string
	Vendor  string
	Cookie  string
	Basis   consent.Basis
	consent.Decision
}

// Answer is the answer to an Ask, decisions in the order of the question:
// purposes, then vendors, then cookies.
type Answer struct {
	Site      string
	Edition   int
	Regime    string
	Decisions []Decision
}

// Check answers an ask. A visitor who is not known, a site that there is not, a
// purpose that it does not have or a store that does not answer are decisions
// that deny, not errors. Errors: those of Editions but for these.
func (d *Desk) Check(ctx context.Context, ask *Ask) (Answer, error) {
	e, err := d.o.Editions.Live(ask.Site)
	if err != nil {
		switch consent.CodeOf(err) {
		case consent.UnknownSite:
			return Denied(ask, consent.ReasonUnknownSite), nil
		case consent.Unavailable:
			return Denied(ask, consent.ReasonUnavailable), nil
		}
		return Answer{}, err
	}
	v, _ := d.views.Get().(*view)
	defer d.views.Put(v)
	v.fill(ctx, d, e, ask)
	a := Answer{
		Site: e.Site.ID, Edition: e.Number, Regime: v.regime.ID,
		Decisions: slices.Grow(ask.Room[:0], len(ask.Purposes)+len(ask.Vendors)+len(ask.Cookies)),
	}
	for _, name := range ask.Purposes {
		a.Decisions = append(a.Decisions, Decision{Purpose: name})
		v.decide(&a.Decisions[len(a.Decisions)-1], ask)
	}
	for _, id := range ask.Vendors {
		a.Decisions = append(a.Decisions, v.vendor(id, ask)...)
	}
	for _, name := range ask.Cookies {
		a.Decisions = append(a.Decisions, v.cookie(name, ask))
	}
	return a, nil
}

// view is one visitor as the rules see them.
type view struct {
	edition *consent.Edition
	choice  *consent.Choice
	*judged
	unavailable bool
	now         time.Time
	// opened is the room of a choice that was read from a cookie, stored that of
	// one from a record.
	opened consent.Choice
	stored consent.Standing
}

// fill looks at the visitor of an ask. Nothing is left of the one before but the
// rules, where they are the same.
func (v *view) fill(ctx context.Context, d *Desk, e *consent.Edition, ask *Ask) {
	v.edition, v.now = e, d.o.Clock()
	v.choice, v.unavailable = d.choice(ctx, e, ask, v)
	answered, clock := "", int64(0)
	if c := v.choice; c != nil && !c.Forged && !c.Erased && !c.Unproved {
		answered, clock = c.Regime, c.Clock
	}
	v.judged = d.rules.of(d.o.Laws, e, ask.Place, v.now.Unix(), answered, clock, v.judged)
}

// choice finds what the visitor decided last: the newer of the signed cookie
// and the stored record. unavailable says that a subject could not be looked up
// and no cookie speaks for the visitor. What it finds is in room.
func (d *Desk) choice(ctx context.Context, e *consent.Edition, ask *Ask, room *view) (c *consent.Choice, unavailable bool) {
	switch {
	case ask.Away:
		return nil, true
	case ask.SubjectID != "" || ask.ExternalID != "":
		return d.recorded(ctx, e, ask, nil, room)
	}
	if ask.Consent != "" {
		c = &room.opened
		c.Open(d.o.Keys, e.Site.Tenant, ask.Site, ask.Consent)
	}
	if ask.Subject == "" {
		return c, false
	}
	return d.recorded(ctx, e, ask, c, room)
}

// recorded is choice for a visitor who is known by a subject, beside what the
// cookie says.
func (d *Desk) recorded(ctx context.Context, e *consent.Edition, ask *Ask, c *consent.Choice, room *view) (_ *consent.Choice, unavailable bool) {
	subject := ask.SubjectID
	switch {
	case ask.ExternalID != "":
		subject = consent.AccountSubject(d.o.Keys, e.Site.Tenant, ask.Site, ask.ExternalID)
	case subject == "":
		t, err := consent.OpenSubject(d.o.Keys, e.Site.Tenant, ask.Site, ask.Subject)
		if err != nil {
			return &consent.Choice{Forged: true}, false
		}
		subject = t.Subject
	}
	if !ask.Bounded && !d.endsInTime(ctx) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.o.Patience)
		defer cancel()
	}
	s := &room.stored
	*s = consent.Standing{}
	err := d.o.Records.Standing(ctx, ask.Site, subject, s)
	if err == nil && s.Joined {
		// The device was linked to an account, which speaks for it.
		peer := s.Peer
		*s = consent.Standing{}
		err = d.o.Records.Standing(ctx, ask.Site, peer, s)
	}
	switch {
	case err == nil:
		return newer(c, s), false
	case consent.CodeOf(err) == consent.Erased:
		return &consent.Choice{Erased: true}, false
	case consent.CodeOf(err) == consent.NotFound:
		return c, false
	case c != nil && !c.Forged && c.Clock < s.At/1000:
		// This node knows that the visitor has decided since.
		return nil, true
	default:
		return c, c == nil
	}
}

func (d *Desk) endsInTime(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ok && time.Until(end) <= d.o.Patience
}

// decide answers what out asks: a purpose by one of its names, for a vendor.
func (v *view) decide(out *Decision, ask *Ask) {
	i, ok := v.edition.Site.PurposeNamed(out.Purpose)
	if !ok {
		out.Reason = consent.ReasonUnknownPurpose
		return
	}
	p, rule := &v.edition.Site.Purposes[i], &v.here[i]
	out.Purpose, out.Basis = p.ID, p.Basis
	if !rule.Laxer && v.answered(p.ID, out.Vendor) {
		// Whoever moved to where more is asked than where they answered is
		// judged by where they are.
		rule = &v.own[i]
	}
	lives := consent.Lives{ConsentMonths: v.regime.Terms.ConsentMonths}
	out.Decision = consent.Decide(consent.Ask{Vendor: out.Vendor, Level: ask.Level}, *rule, v.choice, lives, ask.Signals, v.now)
	if v.unavailable && out.Reason != consent.ReasonNecessary {
		// Whoever may have refused is treated as having refused.
		out.Decision = consent.Decision{Reason: consent.ReasonUnavailable}
	}
}

func (v *view) answered(purpose, vendor string) bool {
	if v.choice == nil {
		return false
	}
	_, ok := v.choice.Levels[purpose]
	if !ok && vendor != "" {
		_, ok = v.choice.Vendors[vendor]
	}
	return ok
}

func (v *view) vendor(id string, ask *Ask) []Decision {
	x, ok := v.edition.Site.Vendor(id)
	if !ok {
		return []Decision{{Vendor: id, Decision: consent.Decision{Reason: consent.ReasonUnknownPurpose}}}
	}
	out := make([]Decision, len(x.Purposes))
	for i, p := range x.Purposes {
		out[i] = Decision{Purpose: p, Vendor: id}
		v.decide(&out[i], ask)
	}
	return out
}

func (v *view) cookie(name string, ask *Ask) Decision {
	c, ok := v.edition.Site.CookieNamed(name)
	if !ok {
		return Decision{Cookie: name, Decision: consent.Decision{Reason: consent.ReasonUnknownPurpose}}
	}
	out := Decision{Purpose: c.Purpose, Vendor: c.Vendor, Cookie: name}
	v.decide(&out, ask)
	return out
}
