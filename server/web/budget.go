package web

import (
	"math"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/budget"
)

// Limits are the budgets of consent writes, and of people at the dashboard. The
// zero value limits nothing.
//
// Whoever only refuses pays from purses of their own: no flood of grants, of
// this network or of the whole world, keeps a visitor from opting out. And a
// site has no limit for refusals at all: those of strangers would use it up.
// They are held by the limit of each network instead.
type Limits struct {
	Subject, SubjectDay, Network, Refusals, Site budget.Limit
	// Beacons are what a network may tell about banners.
	Beacons budget.Limit
	// Questions are what a network writes to one site for a person to answer.
	Questions budget.Limit
	// Person is what somebody who signed in may ask, Exports what they may take
	// out as a whole, and Resumes how often they may go on with that behind a
	// cursor. The operator's token has no limit.
	Person, Exports, Resumes budget.Limit
	// Programs are what the API keys of one organisation ask together, apart from
	// checks; Batches the checks in their batches.
	Programs, Batches budget.Limit
	// Compiling are previews and publications of one organisation, Publishing
	// those that make an edition of one site, which is kept for good.
	Compiling, Publishing budget.Limit
	// Downloads are how many an organisation has under way at a time.
	Downloads int
}

// DefaultLimits fit a network of many people behind one address, and a site
// whose visitors come all at once.
func DefaultLimits() Limits {
	return Limits{
		Subject:    budget.Limit{Rate: 30, Per: time.Minute, Burst: 30},
		SubjectDay: budget.Limit{Rate: 300, Per: 24 * time.Hour, Burst: 300},
		Network:    budget.Limit{Rate: 600, Per: time.Minute, Burst: 600},
		Refusals:   budget.Limit{Rate: 1200, Per: time.Minute, Burst: 1200},
		Beacons:    budget.Limit{Rate: 300, Per: time.Minute, Burst: 300},
		Site:       budget.Limit{Rate: 500, Per: time.Second, Burst: 5000},
		Questions:  budget.Limit{Rate: 60, Per: time.Hour, Burst: 60},
		Person:     budget.Limit{Rate: 300, Per: time.Minute, Burst: 300},
		Exports:    budget.Limit{Rate: 5, Per: time.Hour, Burst: 5},
		Resumes:    budget.Limit{Rate: 30, Per: time.Hour, Burst: 30},
		Programs:   budget.Limit{Rate: 1200, Per: time.Minute, Burst: 1200},
		Batches:    budget.Limit{Rate: 20_000, Per: time.Second, Burst: 200_000},
		Compiling:  budget.Limit{Rate: 300, Per: time.Minute, Burst: 300},
		Publishing: budget.Limit{Rate: 60, Per: time.Hour, Burst: 60},
		Downloads:  4,
	}
}

// purse is what one kind of write is paid from.
type purse struct {
	subject, day *budget.Meter[string]
	network      *budget.Meter[netip.Prefix]
}

// budgets hold the purses of grants and of refusals.
type budgets struct {
	grants, refusals purse
	site             *budget.Meter[string]
	// checks are fetches of pages that somebody names, per site.
	checks *budget.Meter[string]
	// questions are by site and network.
	questions *budget.Meter[question]
	callers
}

type question struct {
	site    string
	network netip.Prefix
}

const (
	maxSubjects = 50_000
	maxNetworks = 50_000
	maxSites    = 10_000
)

func newBudgets(l Limits, clock func() time.Time) *budgets {
	with := func(network budget.Limit) purse {
		return purse{
			subject: budget.New[string](l.Subject, maxSubjects, clock),
			day:     budget.New[string](l.SubjectDay, maxSubjects, clock),
			network: budget.New[netip.Prefix](network, maxNetworks, clock),
		}
	}
	return &budgets{
		grants: with(l.Network), refusals: with(l.Refusals), site: budget.New[string](l.Site, maxSites, clock),
		checks:    budget.New[string](budget.Limit{Rate: 30, Per: time.Minute, Burst: 10}, maxSites, clock),
		questions: budget.New[question](l.Questions, maxNetworks, clock),
		callers:   newCallers(l, clock),
	}
}

// limited is a refusal for now, and whose budget is used up.
type limited struct {
	problem *consent.Error
	budget  string
}

// tooOften is a refusal for now, until the budget has something again.
func tooOften(budget string, wait time.Duration, cause, fix string) error {
	return &limited{&consent.Error{Code: tooMany, Cause: cause, Fix: fix, Wait: wait}, budget}
}

func (l *limited) Error() string { return l.problem.Error() }
func (l *limited) Unwrap() error { return l.problem }

func over(name, what string, wait time.Duration) error {
	return tooOften(name, wait, "there were too many consent writes "+what, "wait as long as Retry-After says; the script keeps the choice and sends it again")
}

// spend pays for one write. Subject is "" for a visitor who has none.
func (b *budgets) spend(site, subject string, network netip.Prefix, refuses bool) error {
	p := &b.grants
	if refuses {
		p = &b.refusals
	}
	if wait, ok := p.network.Spend(network); !ok {
		return over("network", "from this network", wait)
	}
	if subject != "" {
		key := site + " " + subject
		if wait, ok := p.subject.Spend(key); !ok {
			return over("subject", "of this visitor", wait)
		}
		if wait, ok := p.day.Spend(key); !ok {
			return over("subject", "of this visitor today", wait)
		}
	}
	if refuses {
		return nil
	}
	if wait, ok := b.site.Spend(site); !ok {
		return over("site", "for this site", wait)
	}
	return nil
}

// pay takes a write's price from the budgets. Only a token that we made names
// a subject.
func (s *Server) pay(c echo.Context, site *consent.Site, token string, refuses bool) error {
	subject := ""
	if token != "" {
		if t, err := consent.OpenSubject(s.o.Keys, site.Tenant, site.ID, token); err == nil {
			subject = t.Subject
		}
	}
	return s.budgets.spend(site.ID, subject, s.client(c.Request()), refuses)
}

// client returns the network that a request is counted under: a whole /24 or
// /48, since one household or attacker holds many addresses.
func (s *Server) client(r *http.Request) netip.Prefix {
	_, addr, _ := s.o.Places.Locate(peer(r), r.Header)
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// refusesOnly reports whether a write grants nothing.
func refusesOnly(levels, vendors map[string]int) bool {
	for _, m := range []map[string]int{levels, vendors} {
		for _, n := range m {
			if n > 0 {
				return false
			}
		}
	}
	return true
}

// wholeSeconds is a wait as Retry-After tells it, rounded up.
func wholeSeconds(wait time.Duration) int { return max(1, int(math.Ceil(wait.Seconds()))) }
