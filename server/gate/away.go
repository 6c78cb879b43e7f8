package gate

import "github.com/leadiumx/consent/consent"

// unavailable denies all that is asked about a site that cannot be read.
func unavailable(ask *Ask) Answer {
	a := Answer{Site: ask.Site}
	deny := consent.Decision{Reason: consent.ReasonUnavailable}
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
