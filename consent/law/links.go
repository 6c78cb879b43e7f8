package law

import (
	"slices"

	"github.com/leadiumx/consent/consent"
)

// Links returns the links that the pages of a site owe under a regime: those
// that its purposes call for. One link that may stand for others does, so that
// a page carries as few as the law allows.
func Links(r Regime, site *consent.Site) []Link {
	var needed []Link
	for _, l := range r.Duties.Links {
		if len(l.InsteadOf) > 0 || !calls(l, site) {
			continue
		}
		needed = append(needed, l)
	}
	for _, l := range r.Duties.Links {
		replaced := func(x Link) bool { return slices.Contains(l.InsteadOf, x.Key) }
		if i := slices.IndexFunc(needed, replaced); i >= 0 {
			needed = slices.Insert(slices.DeleteFunc(needed, replaced), 0, l)
		}
	}
	return needed
}

func calls(l Link, site *consent.Site) bool {
	return len(l.Classes) == 0 || slices.ContainsFunc(site.Purposes, func(p consent.Purpose) bool {
		return slices.ContainsFunc(p.Classes, func(c consent.Class) bool { return slices.Contains(l.Classes, c) })
	})
}
