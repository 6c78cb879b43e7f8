package geo

import (
	"errors"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/leadiumx/consent/consent"
)

// table is one verified file. A file names the same record from many
// networks, so its few distinct records are decoded once, at opening, and a
// look-up only walks the tree.
type table struct {
	tree   *maxminddb.Reader
	places map[uintptr]answer
	// known and hidden count the networks that have a place, and those that
	// are marked as hiding theirs.
	known, hidden int
	probes        probes
}

type answer struct {
	place consent.Place
	// hidden marks an address whose user may be anywhere.
	hidden bool
}

const (
	again  = "download the file again"
	choose = "choose a City or Country edition"
)

func parse(name string, raw []byte) (*table, error) {
	tree, err := maxminddb.OpenBytes(raw)
	if err != nil {
		return nil, bad(name, "is not a database in MaxMind's format", again+", or "+choose, err)
	}
	edition := tree.Metadata.DatabaseType
	decode, err := layoutOf(raw)
	switch {
	case errors.Is(err, errWrongEdition):
		return nil, bad(name, "has the wrong edition "+quoted(edition), choose, nil)
	case err != nil:
		return nil, bad(name, "cannot be opened", again, err)
	}
	if err := tree.Verify(); err != nil {
		return nil, bad(name, "is damaged", again, err)
	}
	t := &table{tree: tree, places: map[uintptr]answer{}}
	left := most(tree)
	for network := range tree.Networks(maxminddb.IncludeNetworksWithoutData()) {
		if left--; left < 0 {
			return nil, bad(name, "is damaged: its tree does not end", again, nil)
		}
		if err := network.Err(); err != nil {
			return nil, bad(name, "is damaged", again, err)
		}
		if !network.Found() {
			continue
		}
		a, decoded := t.places[network.Offset()]
		if !decoded {
			if a, err = decode(network); err != nil {
				return nil, bad(name, "of the edition "+quoted(edition)+" holds a record that cannot be read", again+", or "+choose, err)
			}
			t.places[network.Offset()] = a
		}
		t.count(network.Prefix(), a)
	}
	if t.known+t.hidden == 0 {
		return nil, bad(name, "of the edition "+quoted(edition)+" knows no place", choose, nil)
	}
	return t, nil
}

// most is how many networks a file can hold. A tree has one leaf more than it
// has nodes; a writer may let some branches share nodes. In a damaged file all
// of them can, and then it has more leaves than anybody can visit.
func most(tree *maxminddb.Reader) int {
	const shared = 8
	return shared * (int(tree.Metadata.NodeCount) + 1)
}

func (t *table) count(network netip.Prefix, a answer) {
	switch {
	case a.hidden:
		t.hidden++
	case a.place.Known():
		t.known++
		t.probes.add(network.Addr(), a.place.Country)
	}
}

// locate returns the place of an address, the zero Place when the file does
// not know it; ok is false when the file says that nobody can know it.
func (t *table) locate(addr netip.Addr) (p consent.Place, ok bool) {
	if addr.Is6() && t.tree.Metadata.IPVersion == 4 {
		return consent.Place{}, true
	}
	found := t.tree.Lookup(addr)
	if !found.Found() {
		return consent.Place{}, true
	}
	a := t.places[found.Offset()]
	return a.place, !a.hidden
}
