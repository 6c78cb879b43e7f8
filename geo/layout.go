package geo

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

// layout decodes one record of a file.
type layout func(maxminddb.Result) (answer, error)

// errWrongEdition says that a file is about something else than places.
var errWrongEdition = errors.New("the edition holds no places")

// layoutOf finds out how a file writes its records. The library knows the
// editions by name and is asked first, so that a database of networks or
// domains is refused by name. What it does not know is read as it is written.
func layoutOf(raw []byte) (layout, error) {
	n, err := loadNames()
	if err != nil {
		return nil, err
	}
	edition, err := geoip2.OpenBytes(raw)
	var unknown geoip2.UnknownDatabaseTypeError
	switch {
	case errors.As(err, &unknown):
		return n.other, nil
	case err != nil:
		return nil, err
	}
	nobody := netip.IPv4Unspecified()
	if _, err := edition.Country(nobody); supported(err) {
		return n.nested, nil
	}
	if _, err := edition.AnonymousIP(nobody); supported(err) {
		return marks, nil
	}
	if _, err := edition.AnonymousPlus(nobody); supported(err) {
		return marks, nil
	}
	return nil, errWrongEdition
}

func supported(err error) bool {
	var wrong geoip2.InvalidMethodError
	return !errors.As(err, &wrong)
}

// nested reads a City, Country or Enterprise record. The registered country
// says where a network was bought and not where its user is; it is left out
// on purpose.
func (n names) nested(found maxminddb.Result) (answer, error) {
	var r struct {
		Country      geoip2.CountryRecord     `maxminddb:"country"`
		Subdivisions []geoip2.CitySubdivision `maxminddb:"subdivisions,maxsize:32"`
		Traits       struct {
			AnonymousProxy    bool `maxminddb:"is_anonymous_proxy"`
			SatelliteProvider bool `maxminddb:"is_satellite_provider"`
			geoip2.AnonymousIP
		} `maxminddb:"traits"`
	}
	if err := found.Decode(&r); err != nil {
		return answer{}, err
	}
	if r.Traits.AnonymousProxy || r.Traits.SatelliteProvider || anonymous(r.Traits.AnonymousIP) {
		return answer{hidden: true}, nil
	}
	sub := ""
	if len(r.Subdivisions) > 0 {
		first := r.Subdivisions[0]
		if sub = first.ISOCode; sub == "" {
			sub = n.code(r.Country.ISOCode, first.Names.English)
		}
	}
	return answer{place: place(r.Country.ISOCode, sub)}, nil
}

// anonymous leaves out the mark for hosting: it is on company networks too.
// Where such an address hides its users, the mark for anonymity is also set.
func anonymous(a geoip2.AnonymousIP) bool {
	return a.IsAnonymous || a.IsAnonymousVPN || a.IsPublicProxy || a.IsResidentialProxy || a.IsTorExitNode
}

// marks reads a record of a file that only knows who is anonymous.
func marks(found maxminddb.Result) (answer, error) {
	var r geoip2.AnonymousIP
	if err := found.Decode(&r); err != nil {
		return answer{}, err
	}
	return answer{hidden: anonymous(r)}, nil
}

// other reads a record of an edition that the library does not know: one that
// marks an address, one whose country is a record of its own as in MaxMind's
// files, or a flat one.
func (n names) other(found maxminddb.Result) (answer, error) {
	for _, key := range []string{"is_anonymous", "is_anonymous_proxy", "is_satellite", "is_satellite_provider"} {
		var v any
		if err := found.DecodePath(&v, key); err != nil {
			return answer{}, err
		}
		if text, isText := v.(string); v == true || (isText && strings.EqualFold(text, "true")) {
			return answer{hidden: true}, nil
		}
	}
	var country any
	if err := found.DecodePath(&country, "country"); err != nil {
		return answer{}, err
	}
	if _, ok := country.(map[string]any); ok {
		return n.nested(found)
	}
	return n.flat(found)
}

// flat reads a record whose codes are plain texts at the top. Of two fields
// that can hold the country, the one that says so in its name goes first: in
// such files "country" is the country's name.
func (n names) flat(found maxminddb.Result) (answer, error) {
	country, err := firstText(found, "country_code", "country")
	if err != nil {
		return answer{}, err
	}
	sub, err := firstText(found, "region_code")
	if err != nil {
		return answer{}, err
	}
	if sub == "" {
		name, err := firstText(found, "state1", "region")
		if err != nil {
			return answer{}, err
		}
		sub = n.code(country, name)
	}
	return answer{place: place(country, sub)}, nil
}

// firstText returns the first field that is there and is not empty.
func firstText(found maxminddb.Result, keys ...string) (string, error) {
	for _, key := range keys {
		var s string
		if err := found.DecodePath(&s, key); err != nil {
			return "", err
		}
		if s != "" {
			return s, nil
		}
	}
	return "", nil
}
