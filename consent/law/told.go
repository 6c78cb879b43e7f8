package law

import (
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// told is what the text of an explanation says beside its fields.
type told struct {
	terms consent.Terms
	// found says, in sentences, how each row was found.
	found []string
	// rows are those that decided a field, the visitor's before the publisher's.
	rows []*Row
	// duties are what else the visitor's law asks.
	duties []string
	// next is the day of the next change of the terms that is known, if any.
	next string
}

func (t *Table) tell(e *epoch, place, establishment consent.Place, r Regime) told {
	visitor, publisher := e.find(place), e.find(establishment)
	x := told{terms: r.Terms}
	x.found = append(x.found, "Visitor: "+e.how(place, visitor))
	candidates := slices.Clone(visitor.rows)
	if establishment.Known() {
		x.found = append(x.found, "Publisher: "+e.publisherHow(establishment, publisher))
		candidates = append(candidates, publisher.rows...)
	}
	candidates = append(candidates, e.world.rows...)
	for _, field := range fields() {
		code, _, _ := strings.Cut(r.Why[field], ": ")
		if p := e.byID[strings.ToLower(code)]; p != nil {
			candidates = append(candidates, p.rows[0])
		}
	}
	for _, row := range candidates {
		used := slices.ContainsFunc(fields(), func(f string) bool {
			code, _, _ := strings.Cut(r.Why[f], ": ")
			return code == row.Code
		})
		if used && !slices.Contains(x.rows, row) {
			x.rows = append(x.rows, row)
		}
	}
	x.duties = inherited(visitor.rows)
	x.next = t.nextChange(e, place, establishment, r)
	return x
}

// inherited writes what the first row owes, with what its parents add to it.
func inherited(rows []*Row) []string {
	var all []string
	for i, r := range rows {
		own := *r
		for _, before := range rows[:i] {
			if before.Languages != nil {
				own.Languages = nil
			}
			if before.Proof != nil {
				own.Proof = nil
			}
			if before.Minors != nil {
				own.Minors = nil
			}
			if before.Disclose != nil {
				own.Disclose = nil
			}
			if before.Links != nil {
				own.Links = nil
			}
		}
		for _, s := range own.Duties() {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// how says which row binds at a place and why it is that one.
func (e *epoch) how(place consent.Place, p *profile) string {
	row := p.rows[0]
	name := row.Name + " (" + row.Code + ")"
	whole := consent.Place{Country: place.Country}
	switch {
	case !place.Known():
		return "the place is not known, so the strictest law binds."
	case row.Code == World:
		return place.String() + " has no row of its own on this day, so the strictest law binds."
	case row.Code == place.String():
		return place.String() + " is " + row.Name + ", which has a row of its own."
	case place == whole && e.listed[place.Country]:
		return place.String() + " without a known part is held to the strictest of its parts, " + name + "."
	case row.Code == place.Country && e.listed[place.Country]:
		return place.String() + " has no row of its own on this day, so " + name + " binds."
	case row.Code == place.Country:
		return place.String() + " lies in " + name + ", whose law is one for all parts."
	default:
		return place.String() + " follows " + name + "."
	}
}

// publisherHow differs where no row binds: a publisher without a law adds none.
func (e *epoch) publisherHow(place consent.Place, p *profile) string {
	if p == e.world {
		return place.String() + " has no row of its own on this day, so it adds no second law."
	}
	return e.how(place, p)
}

// nextChange looks ahead for the first day on which the same visit falls
// under other terms.
func (t *Table) nextChange(e *epoch, place, establishment consent.Place, r Regime) string {
	for i := range t.epochs {
		if t.epochs[i].from <= e.from {
			continue
		}
		day := time.Unix(t.epochs[i].from, 0).UTC()
		if t.Resolve(place, establishment, day).Terms != r.Terms {
			return day.Format(time.DateOnly)
		}
	}
	return ""
}
