package gate

import "github.com/leadiumx/consent/consent"

// Denied denies all that is asked about a site that cannot be read, or that the
// caller may not ask about.
func Denied(ask *Ask, why consent.Reason) Answer {
	a := Answer{Site: ask.Site}
	deny := consent.Decision{Reason: why}
	for _, name := range ask.Purposes {
		a.Decisions = append(a.Decisions, Decision{Purpose: name, Decision: deny})
	}
	for _, id := range ask.Vendors {
		a.Decisions = append(a.Decisions, Decision{Vendor: id, Decision: deny})
	}
	for _, name := range ask.Cookies {
		a.Decisions = append(a.Decisions, Decision{Cookie: name, Decision: deny})
	}
	return a
}
