package geo

import "github.com/leadiumx/consent/consent"

// place joins what a source says. A country that is not two letters, or that
// stands for "unknown", gives the unknown place; a subdivision that is not
// shaped like one is left out.
func place(country, sub string) consent.Place {
	p, ok := consent.ParsePlace(country)
	if !ok || !p.Known() || p.Subdivision != "" || p.Country == "XX" || p.Country == "ZZ" {
		return consent.Place{}
	}
	sub = bare(p.Country, sub)
	if len(sub) < 1 || len(sub) > 3 {
		return p
	}
	if q, ok := consent.ParsePlace(p.Country + "-" + sub); ok && q.Subdivision != "XX" && q.Subdivision != "ZZ" {
		return q
	}
	return p
}

// bare takes the country off a subdivision that carries it, as in "US-CA" or
// "USCA". A code itself has at most three characters.
func bare(country, sub string) string {
	if len(sub) <= 3 || len(sub) > 6 {
		return sub
	}
	p, ok := consent.ParsePlace(sub[:2])
	if !ok || p.Country != country {
		return sub
	}
	if sub[2] == '-' {
		return sub[3:]
	}
	return sub[2:]
}
