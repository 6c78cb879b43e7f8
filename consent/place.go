package consent

import "strings"

// Place is where a visitor or a publisher is: an ISO 3166-1 alpha-2 country
// and, when known, the part of an ISO 3166-2 code after the hyphen. The zero
// Place is the unknown place, to which the strictest law applies.
type Place struct {
	Country     string
	Subdivision string
}

// ParsePlace reads "US-CA", "FR", "unknown" or "", in either case. Anything
// that is not shaped like an ISO code is the unknown place and ok is false;
// whether a well-shaped code is assigned is a question for the law table.
func ParsePlace(s string) (p Place, ok bool) {
	s = strings.ToUpper(s)
	if s == "" || s == "UNKNOWN" {
		return Place{}, true
	}
	country, sub, has := strings.Cut(s, "-")
	if len(country) != 2 || !upper(country, false) {
		return Place{}, false
	}
	if has && (len(sub) < 1 || len(sub) > 3 || !upper(sub, true)) {
		return Place{}, false
	}
	return Place{Country: country, Subdivision: sub}, true
}

func upper(s string, digits bool) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (!digits || r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// Known reports whether the country is known.
func (p Place) Known() bool { return p.Country != "" }

// String returns "US-CA", "FR" or "unknown".
func (p Place) String() string {
	switch {
	case p.Country == "":
		return "unknown"
	case p.Subdivision == "":
		return p.Country
	default:
		return p.Country + "-" + p.Subdivision
	}
}

// In reports whether p lies within the place that code names: "US" holds
// every US place, "US-CA" only itself.
func (p Place) In(code string) bool {
	return p.Known() && (code == p.Country || code == p.String())
}
