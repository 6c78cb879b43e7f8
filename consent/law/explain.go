package law

import (
	"time"

	"github.com/leadiumx/consent/consent"
)

// Explanation is a regime as people and programs read it.
type Explanation struct {
	Place            string        `json:"place"`
	Establishment    string        `json:"establishment"`
	At               string        `json:"at"`
	Regime           string        `json:"regime"`
	Modes            consent.Modes `json:"modes"`
	GPC              bool          `json:"gpc"`
	RejectFirstLayer bool          `json:"reject_first_layer"`
	Parity           bool          `json:"parity"`
	CloseMeans       string        `json:"close_means"`
	ConsentMonths    int           `json:"consent_months"`
	ReaskMonths      int           `json:"reask_months"`
	MinorAge         int           `json:"minor_age"`
	// Why names, per field, the row that decided it; an exemption follows it.
	Why map[string]string `json:"why"`
	// told is what only the text says.
	told told
}

// Explain resolves two ISO codes as Resolve does. The place comes back in its
// canonical spelling: a code that is not assigned is "unknown", and so is an
// unassigned establishment; an omitted one stays empty. Errors: Invalid when a
// code is not shaped like an ISO code.
func (t *Table) Explain(place, establishment string, at time.Time) (Explanation, error) {
	p, ok := read(place)
	if !ok {
		return Explanation{}, malformed("place", place)
	}
	est, ok := read(establishment)
	if !ok {
		return Explanation{}, malformed("establishment", establishment)
	}
	e := t.at(at.Unix())
	p, est = e.canonical(p), e.canonical(est)
	r := t.Resolve(p, est, at)
	x := Explanation{
		Place: p.String(), At: at.UTC().Format(time.DateOnly), Regime: r.ID, Modes: r.Terms.Modes,
		GPC: r.Terms.GPC, RejectFirstLayer: r.Terms.RejectFirstLayer, Parity: r.Terms.Parity, CloseMeans: closeKeep,
		ConsentMonths: r.Terms.ConsentMonths, ReaskMonths: r.Terms.ReaskMonths, MinorAge: r.Terms.MinorAge, Why: r.Why,
	}
	if establishment != "" {
		x.Establishment = est.String()
	}
	if r.Terms.CloseRefuses {
		x.CloseMeans = closeRefusal
	}
	x.told = t.tell(e, p, est, r)
	return x, nil
}

// read parses a code. Edges and databases also write letters with digits, such
// as T1 for Tor and A1 for a proxy: codes that stand for no country.
func read(code string) (p consent.Place, ok bool) {
	if p, ok = consent.ParsePlace(code); ok || len(code) != 2 {
		return p, ok
	}
	letter := func(c byte) bool { return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' }
	digit := '0' <= code[1] && code[1] <= '9'
	return consent.Place{}, letter(code[0]) && digit
}

// Assigned reports whether a place's code exists: its country, and its part
// where the parts of the country are listed.
func (t *Table) Assigned(p consent.Place) bool { return t.Canonical(p) == p }

// Canonical drops from a place what does not exist: a country whose code is not
// assigned is the unknown place.
func (t *Table) Canonical(p consent.Place) consent.Place {
	return t.epochs[len(t.epochs)-1].canonical(p)
}

// canonical drops what does not exist. The parts of countries whose parts are
// not listed are taken as they come; no law differs by them.
func (e *epoch) canonical(p consent.Place) consent.Place {
	whole := consent.Place{Country: p.Country}
	if _, ok := e.places[whole]; !ok {
		return consent.Place{}
	}
	if _, ok := e.places[p]; !ok && e.listed[p.Country] {
		return whole
	}
	return p
}

func malformed(what, code string) *consent.Error {
	if len(code) > 64 {
		code = code[:64] + "…"
	}
	return consent.Fail(consent.Invalid, "the "+what+" \""+code+"\" is not shaped like an ISO 3166 code", "write a code such as FR or US-CA, or the word unknown")
}
