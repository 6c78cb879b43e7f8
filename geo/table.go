package geo

import (
	"net/netip"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/leadiumx/consent/consent"
)

// table is one verified file. A file names the same record from many
// networks, so its few distinct records are decoded once, at opening, and a
// look-up only walks the tree.
type table struct {
	tree   *maxminddb.Reader
	places map[uintptr]answer
}

type answer struct {
	place consent.Place
	// hidden marks an address whose user may be anywhere.
	hidden bool
}

func parse(name string, raw []byte) (*table, error) {
	// The library knows which editions carry a country; it is asked first, so
	// that a database of networks or domains is refused by name.
	edition, err := geoip2.OpenBytes(raw)
	if err != nil {
		return nil, bad(name, "is not a database in MaxMind's format", "download the file again, or choose a City or Country edition", err)
	}
	if _, err := edition.Country(netip.IPv4Unspecified()); err != nil {
		return nil, bad(name, "has the wrong edition "+edition.Metadata().DatabaseType, "choose a City or Country edition", err)
	}
	tree, err := maxminddb.OpenBytes(raw)
	if err != nil {
		return nil, bad(name, "is not a database in MaxMind's format", "download the file again", err)
	}
	if err := tree.Verify(); err != nil {
		return nil, bad(name, "is damaged", "download the file again", err)
	}
	t := &table{tree: tree, places: map[uintptr]answer{}}
	for network := range tree.Networks() {
		if err := network.Err(); err != nil {
			return nil, bad(name, "is damaged", "download the file again", err)
		}
		if _, known := t.places[network.Offset()]; known {
			continue
		}
		a, err := decode(network)
		if err != nil {
			return nil, bad(name, "holds a record that cannot be read", "download the file again, or choose a City or Country edition", err)
		}
		t.places[network.Offset()] = a
	}
	return t, nil
}

// record is the part of a record that counts. The registered country says
// where a network was bought and not where its user is; it is left out on
// purpose.
type record struct {
	Country      geoip2.CountryRecord     `maxminddb:"country"`
	Subdivisions []geoip2.CitySubdivision `maxminddb:"subdivisions,maxsize:32"`
	Traits       struct {
		AnonymousProxy    bool `maxminddb:"is_anonymous_proxy"`
		SatelliteProvider bool `maxminddb:"is_satellite_provider"`
	} `maxminddb:"traits"`
}

func decode(found maxminddb.Result) (answer, error) {
	var r record
	if err := found.Decode(&r); err != nil {
		return answer{}, err
	}
	if r.Traits.AnonymousProxy || r.Traits.SatelliteProvider {
		return answer{hidden: true}, nil
	}
	sub := ""
	if len(r.Subdivisions) > 0 {
		sub = r.Subdivisions[0].ISOCode
	}
	return answer{place: place(r.Country.ISOCode, sub)}, nil
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
