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
	edition string
	// built is when the file was made, in seconds since 1970.
	built int64
	tree  *tree
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
	file, err := maxminddb.OpenBytes(raw)
	if err != nil {
		return nil, bad(name, "is not a database in MaxMind's format", again+", or "+choose, err)
	}
	edition := file.Metadata.DatabaseType
	decode, err := layoutOf(raw)
	switch {
	case errors.Is(err, errWrongEdition):
		return nil, bad(name, "has the wrong edition "+quoted(edition), choose, nil)
	case err != nil:
		return nil, bad(name, "cannot be opened", again, err)
	}
	if len(file.Metadata.Description) == 0 {
		// The format asks for one, some makers leave it out, and nothing
		// depends on it.
		file.Metadata.Description = map[string]string{"en": edition}
	}
	if err := file.Verify(); err != nil {
		return nil, bad(name, "is damaged", again, err)
	}
	t := &table{edition: edition, built: int64(file.Metadata.BuildEpoch)}
	if t.tree, err = grow(file, raw, decode, t.count); err != nil {
		return nil, bad(name, "of the edition "+quoted(edition)+" holds a record that cannot be read", again+", or "+choose, err)
	}
	if t.known+t.hidden == 0 {
		return nil, bad(name, "of the edition "+quoted(edition)+" knows no place", choose, nil)
	}
	return t, nil
}

func (t *table) count(addr netip.Addr, a answer) {
	switch {
	case a.hidden:
		t.hidden++
	case a.place.Known():
		t.known++
		t.probes.add(addr, a.place.Country)
	}
}

// locate returns the place of an address, the zero Place when the file does
// not know it; ok is false when the file says that nobody can know it.
func (t *table) locate(addr netip.Addr) (p consent.Place, ok bool) {
	a := t.tree.find(addr)
	return a.place, !a.hidden
}
