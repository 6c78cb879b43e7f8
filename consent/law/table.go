package law

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
)

const (
	closeRefusal = "refusal"
	closeKeep    = "keep-default"
	notBottomBar = "not-bottom-bar"
	wallBanned   = "banned"
)

// Table is every law that is known, worked out for every period between two
// changes of law. What it answers never changes, and it may be shared freely.
type Table struct {
	rows   []Row
	epochs []epoch
}

// epoch is a period in which no row begins or ends.
type epoch struct {
	from int64
	// byID holds every profile of the period under its id.
	byID map[string]*profile
	// places holds every place that has a law or a known name of its own.
	places map[consent.Place]*profile
	// listed holds the countries whose parts are known by name.
	listed map[string]bool
	world  *profile
}

// Load reads the embedded rows. Errors: Invalid when a row is malformed; a
// program that cannot load its laws must not serve.
func Load() (*Table, error) { return load(rowFiles) }

func load(files fs.FS) (*Table, error) {
	rows, err := readRows(files)
	if err != nil {
		return nil, err
	}
	if err := checkRows(rows); err != nil {
		return nil, err
	}
	t := &Table{rows: rows}
	starts := []int64{-1 << 62}
	for i := range rows {
		from, to, err := rows[i].span()
		if err != nil {
			return nil, consent.Errorf(consent.Invalid, "the law row %s has a malformed date: %w", rows[i].Code, err)
		}
		starts = append(starts, from)
		if to < 1<<62 {
			starts = append(starts, to)
		}
	}
	slices.Sort(starts)
	for _, from := range slices.Compact(starts) {
		e, err := newEpoch(rows, from)
		if err != nil {
			return nil, err
		}
		t.epochs = append(t.epochs, e)
	}
	return t, nil
}

// newEpoch works out every profile that holds at the second now.
func newEpoch(rows []Row, now int64) (epoch, error) {
	live := map[string]*Row{}
	for i := range rows {
		r := &rows[i]
		from, to, _ := r.span()
		if now < from || now >= to {
			continue
		}
		if old := live[r.Code]; old == nil || old.ValidFrom < r.ValidFrom {
			live[r.Code] = r
		}
	}
	world := live[World]
	if world == nil {
		return epoch{}, consent.Fail(consent.Invalid, "the law has no row for the unknown place at some date", "add a row "+World+" without dates")
	}
	e := epoch{from: now, byID: map[string]*profile{}, places: map[consent.Place]*profile{}, listed: map[string]bool{}}
	for code, r := range live {
		e.byID[strings.ToLower(code)] = newProfile(chainOf(live, r))
	}
	e.world = e.byID[World]
	e.placeCountries(live, world)
	return e, nil
}

// chainOf lists a row, its parents and the world row.
func chainOf(live map[string]*Row, r *Row) []*Row {
	var chain []*Row
	for ; r != nil && !slices.Contains(chain, r); r = live[r.Parent] {
		chain = append(chain, r)
	}
	if w := live[World]; !slices.Contains(chain, w) {
		chain = append(chain, w)
	}
	return chain
}

// placeCountries finds the profile of every country and of every part of a
// country whose parts are listed: part before country before group before world.
func (e *epoch) placeCountries(live map[string]*Row, world *Row) {
	groups := map[string]*profile{}
	for _, code := range slices.Sorted(maps.Keys(live)) {
		for _, m := range live[code].Members {
			groups[m] = e.byID[strings.ToLower(code)]
		}
	}
	for _, country := range world.Subdivisions {
		whole := e.byID[strings.ToLower(country)]
		if whole == nil {
			whole = groups[country]
		}
		if whole == nil {
			whole = e.world
		}
		unknown := whole
		if r := live[country]; r != nil {
			unknown = e.unknownPart(r, whole)
			e.listed[country] = len(r.Subdivisions) > 0
			for _, sub := range r.Subdivisions {
				p := e.byID[strings.ToLower(country+"-"+sub)]
				if p == nil {
					p = whole
				}
				e.places[consent.Place{Country: country, Subdivision: sub}] = p
			}
		}
		e.places[consent.Place{Country: country}] = unknown
	}
}

// unknownPart is the profile of a country whose part is not known.
func (e *epoch) unknownPart(r *Row, whole *profile) *profile {
	p := e.byID[strings.ToLower(r.UnknownSubdivision)]
	if p == nil {
		p = whole
	}
	if !r.UnionMinorAge {
		return p
	}
	p = p.renamed(strings.ToLower(r.Code) + "-unknown")
	for _, sub := range append([]string{""}, r.Subdivisions...) {
		part := e.byID[strings.ToLower(strings.TrimSuffix(r.Code+"-"+sub, "-"))]
		if part != nil && part.terms.MinorAge > p.terms.MinorAge {
			p.terms.MinorAge, p.why[fieldMinor] = part.terms.MinorAge, part.why[fieldMinor]
		}
	}
	e.byID[p.id] = p
	return p
}

// Period numbers the period that holds the second now. At two moments of one
// period the table answers alike.
func (t *Table) Period(now int64) int {
	i, end := 0, len(t.epochs)
	for end-i > 1 {
		if mid := (i + end) / 2; t.epochs[mid].from <= now {
			i = mid
		} else {
			end = mid
		}
	}
	return i
}

// at returns the period that holds the second now.
func (t *Table) at(now int64) *epoch { return &t.epochs[t.Period(now)] }

// find returns the profile that binds at a place. A part that the country
// does not have counts as unknown, and so does a country that does not exist.
func (e *epoch) find(p consent.Place) *profile {
	if found, ok := e.places[p]; ok {
		return found
	}
	if found, ok := e.places[consent.Place{Country: p.Country}]; ok {
		return found
	}
	return e.world
}

// Rows returns every row, in the order of their files. Callers must not
// change what the rows point to.
func (t *Table) Rows() []Row { return slices.Clone(t.rows) }
