package consent

import "slices"

// Modes holds what a regime asks per class. The zero value asks opt-in.
type Modes struct {
	Analytics Mode `json:"analytics"`
	Ads       Mode `json:"ads"`
	SaleShare Mode `json:"sale_share"`
	Sensitive Mode `json:"sensitive"`
	Recording Mode `json:"recording"`
}

// Terms is what a regime asks of a decision. The zero value is stricter than
// any law: opt-in for everything and a consent that lasts no time.
type Terms struct {
	// Regime is the identifier of the regime these terms came from.
	Regime string
	Modes  Modes
	// AnalyticsOwn and AnalyticsOther are the modes of analytics for purposes
	// that serve only the site's own statistics, and for all others. Modes
	// holds the value that the law's row states first.
	AnalyticsOwn   Mode
	AnalyticsOther Mode
	// GPC says that honouring Global Privacy Control is a duty. It is
	// honoured either way.
	GPC bool
	// RejectFirstLayer and Parity describe the banner: a refusal on the first
	// layer, as easy to see and to press as the grant.
	RejectFirstLayer bool
	Parity           bool
	// CloseRefuses says that closing the banner is a refusal; otherwise
	// closing keeps the default.
	CloseRefuses bool
	// ConsentMonths is how long a grant holds; ReaskMonths how long a refusal
	// must be respected before the visitor is asked again.
	ConsentMonths int
	ReaskMonths   int
	// MinorAge is the age below which the visitor counts as a minor.
	MinorAge int
}

// Mode returns what the terms ask for a class. Functional storage follows
// analytics that is not the site's own, since no law is laxer about it.
func (t Terms) Mode(c Class, ownAudience bool) Mode {
	switch c {
	case Necessary:
		return Notice
	case Functional:
		return t.AnalyticsOther
	case Analytics:
		if ownAudience {
			return t.AnalyticsOwn
		}
		return t.AnalyticsOther
	case Ads:
		return t.Modes.Ads
	case SaleShare:
		return t.Modes.SaleShare
	case Sensitive:
		return t.Modes.Sensitive
	case Recording:
		return t.Modes.Recording
	default:
		return OptIn
	}
}

// MostCookieLife is 13 months, in seconds: laws and browsers admit no more.
const MostCookieLife = 395 * 24 * 3600

// CookieLife is how many seconds a script, which does not count days, keeps any
// choice at most.
func (t Terms) CookieLife() int {
	const month = 31 * 24 * 3600
	return min(MostCookieLife, max(t.ConsentMonths, t.ReaskMonths)*month)
}

// LifeOf is how many seconds the browser keeps a choice: while anything in it
// still counts.
func (t Terms) LifeOf(c *Choice) int {
	months := 0
	for _, levels := range []map[string]int{c.Levels, c.Vendors} {
		for _, level := range levels {
			if level > 0 {
				months = max(months, t.ConsentMonths)
			} else {
				months = max(months, t.ReaskMonths)
			}
		}
	}
	if months == 0 {
		months = t.ReaskMonths
	}
	return min(MostCookieLife, int(AddMonths(c.Clock, months)-c.Clock))
}

// Rule is one purpose of an edition under one regime, reduced to what a
// decision needs. It is compiled once on the server and used by Go and by the
// script alike.
type Rule struct {
	ID string `json:"id"`
	// Necessary purposes always run and are never asked about.
	Necessary bool `json:"necessary,omitempty"`
	Mode      Mode `json:"mode"`
	// SensitiveMode replaces Mode on a page that the site marks as sensitive.
	SensitiveMode Mode `json:"sensitive_mode"`
	// Max is the highest level; 1 for a purpose without named levels.
	Max int `json:"max"`
	// Months is how long a grant of each level holds, lowest level first; 0, or
	// none, is as long as any grant. It can only shorten.
	Months []int `json:"months,omitempty"`
	// GPC says that Global Privacy Control denies this purpose, Minor that a
	// known minor's visit denies it.
	GPC   bool `json:"gpc,omitempty"`
	Minor bool `json:"minor,omitempty"`
	// Since is the first edition whose grants of this purpose still hold; 0
	// means all. Refusals hold whatever has changed.
	Since int `json:"since,omitempty"`
	// Laxer says that the choice at hand was made under a law that asked less
	// for this purpose, so that its grant does not count here; see Elsewhere.
	Laxer bool `json:"laxer,omitempty"`
}

// outdated reports whether a grant of this choice no longer covers the purpose.
func (r Rule) outdated(c *Choice) bool { return r.Laxer || c.Edition < r.Since }

// Elsewhere returns the rules that bind here for a choice that was made under
// other rules of the same purposes: Laxer is set where those let a purpose run
// unasked that waits for a grant here.
func Elsewhere(here, there []Rule) []Rule {
	out := slices.Clone(here)
	for i := range out {
		for _, t := range there {
			if t.ID == out[i].ID {
				out[i].Laxer = out[i].Mode == OptIn && t.Mode != OptIn
			}
		}
	}
	return out
}

// Rules compiles the purposes of a site for one visitor place under the given
// terms, in the site's order. The site's own strictness is applied; it can
// only tighten.
func (s *Site) Rules(t Terms, place Place) []Rule {
	rules := make([]Rule, 0, len(s.Purposes))
	for i := range s.Purposes {
		rules = append(rules, s.rule(&s.Purposes[i], t, place))
	}
	return rules
}

func (s *Site) rule(p *Purpose, t Terms, place Place) Rule {
	r := Rule{ID: p.ID, Max: p.Max(), Mode: Notice, Months: p.months()}
	r.Necessary = p.Necessary()
	for _, c := range p.Classes {
		r.Mode = min(r.Mode, s.mode(c, p, t, place))
		if c == Ads || c == SaleShare {
			r.GPC, r.Minor = true, true
		}
	}
	if len(p.Classes) == 0 {
		r.Mode = OptIn
	}
	r.SensitiveMode = min(r.Mode, t.Modes.Sensitive)
	if r.Necessary {
		r.SensitiveMode = r.Mode
	}
	return r
}

func (s *Site) mode(c Class, p *Purpose, t Terms, place Place) Mode {
	m := t.Mode(c, p.OwnAudience)
	for _, x := range s.Stricter {
		if want, ok := x.Modes[c]; ok && x.covers(place) {
			m = min(m, want)
		}
	}
	return m
}
