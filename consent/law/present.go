package law

import "github.com/leadiumx/consent/consent"

// The profiles of Presentation.
const (
	ProfileOptIn  = "opt-in"
	ProfileMixed  = "mixed"
	ProfileOptOut = "opt-out"
	ProfileNotice = "notice"
)

// Present says how the purposes of a site are shown under a regime. The
// profile follows the rules, so that a site that is stricter than the law says
// what it really does. Where closing keeps the default, the way out is always
// shown; where it refuses, it is shown if a law asks for it, and Escape works
// either way.
func Present(r Regime, rules []consent.Rule) Presentation {
	var waits, runs, told int
	for _, x := range rules {
		switch {
		case x.Necessary:
		case x.Mode == consent.OptOut:
			runs++
		case x.Mode == consent.Notice:
			told++
		default:
			waits++
		}
	}
	p := Presentation{
		CloseButton:  r.closeRequired,
		CloseRefuses: r.Terms.CloseRefuses,
	}
	switch {
	case waits > 0 && runs+told > 0:
		p.Profile = ProfileMixed
	case waits > 0:
		p.Profile = ProfileOptIn
	case runs > 0:
		p.Profile = ProfileOptOut
	default:
		p.Profile = ProfileNotice
	}
	return p
}
