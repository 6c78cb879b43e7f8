package geo_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

// fields is short for what a record holds.
type fields = map[string]any

func record(network string, f fields) geotest.Record {
	return geotest.Record{Network: network, Fields: f}
}

func named(country, subdivision string) fields {
	return fields{
		"country":      fields{"iso_code": country, "names": fields{"en": "A country"}},
		"subdivisions": []any{fields{"names": fields{"en": subdivision}}},
	}
}

func TestRecordsOfEveryMakerAreRead(t *testing.T) {
	t.Parallel()
	const here = "192.0.2.0/24"
	for _, tt := range []struct {
		name, edition string
		f             fields
		want          string
	}{
		{"a flat country code", "country ipvAll", fields{"country_code": "FR"}, "FR"},
		{"a flat country", "my countries", fields{"country": "FR"}, "FR"},
		{"a flat code beside the country's name", "ipinfo lite", fields{"country_code": "DE", "country": "Germany", "continent": "Europe"}, "DE"},
		{"a flat code in lower case", "flat", fields{"country_code": "fr"}, "FR"},
		{"a flat region by code", "flat", fields{"country": "US", "region": "California", "region_code": "CA"}, "US-CA"},
		{"a flat state by name", "city ipv4", fields{"country_code": "US", "state1": "California", "city": "Fresno"}, "US-CA"},
		{"a flat state that nobody knows", "city ipv4", fields{"country_code": "US", "state1": "Jefferson"}, "US"},
		{"a flat mark for anonymity", "flat", fields{"country_code": "US", "is_anonymous": true}, "unknown"},
		{"a flat mark for anonymity as a text", "flat", fields{"country_code": "US", "is_anonymous": "true"}, "unknown"},
		{"a flat mark for satellites", "flat", fields{"country_code": "US", "is_satellite": true}, "unknown"},
		{"a flat mark that is not set", "flat", fields{"country_code": "US", "is_anonymous": false}, "US"},
		{"a flat record without a country", "flat", fields{"asn": "AS1"}, "unknown"},
		{"a flat code that is a name", "flat", fields{"country_code": "Germany"}, "unknown"},
		{"a state by name", "DBIP-City-Lite", named("US", "California"), "US-CA"},
		{"a capital by name", "DBIP-City-Lite", named("US", "Washington, D.C."), "US-DC"},
		{"a state is not the capital", "DBIP-City-Lite", named("US", "Washington"), "US-WA"},
		{"a province by name", "DBIP-City-Lite", named("CA", "Quebec"), "CA-QC"},
		{"a province with its accent", "DBIP-City-Lite", named("CA", "Québec"), "CA-QC"},
		{"a name in capitals, with spaces around it", "DBIP-City-Lite", named("US", " NEW YORK "), "US-NY"},
		{"the name of another country's part", "DBIP-City-Lite", named("CA", "California"), "CA"},
		{"a part of a country without a table", "DBIP-City-Lite", named("DE", "Bavaria"), "DE"},
		{"a code goes before a name", "GeoIP2-Enterprise", fields{
			"country":      fields{"iso_code": "US"},
			"subdivisions": []any{fields{"iso_code": "WA", "names": fields{"en": "California"}}},
		}, "US-WA"},
		{"an unknown edition with a country as in MaxMind's", "my own", fields{
			"country": fields{"iso_code": "US"}, "subdivisions": []any{fields{"iso_code": "CA"}}, "registered_country": fields{"iso_code": "FR"},
		}, "US-CA"},
		{"an unknown edition with such a country and a flat mark", "my own", fields{"country": fields{"iso_code": "US"}, "is_anonymous": true}, "unknown"},
		{"an unknown edition with such a country and its mark", "my own", fields{
			"country": fields{"iso_code": "US"}, "traits": fields{"is_anonymous": true},
		}, "unknown"},
		{"an unknown edition with only a registered country", "my own", fields{"registered_country": fields{"iso_code": "US"}}, "unknown"},
		{"an enterprise record that marks a Tor exit", "GeoIP2-Enterprise", fields{
			"country": fields{"iso_code": "US"}, "traits": fields{"is_tor_exit_node": true},
		}, "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			elsewhere := fields{"country_code": "BE"}
			if strings.HasPrefix(tt.edition, "DBIP") || strings.HasPrefix(tt.edition, "GeoIP2") {
				elsewhere = named("BE", "Wallonia")
			}
			db := open(t, geotest.WriteRecords(t, tt.edition, record(here, tt.f), record("203.0.113.0/24", elsewhere)))
			if got := db.Locate(netip.MustParseAddr("192.0.2.1")).String(); got != tt.want {
				t.Errorf("Locate = %s, want %s", got, tt.want)
			}
			if got := db.Locate(netip.MustParseAddr("203.0.113.1")).String(); got != "BE" {
				t.Errorf("Locate elsewhere = %s, want BE", got)
			}
		})
	}
}

func TestLayoutsThatHoldNoPlaceAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, edition string
		f             fields
	}{
		{"flat records without a country", "flat", fields{"asn": "AS1"}},
		{"an unknown edition without a code where it belongs", "my own", fields{"country": fields{"code": "US"}}},
		{"an unknown edition with a list for a code", "my own", fields{"country": fields{"iso_code": []any{"US"}}}},
		{"flat records with a list for a country", "flat", fields{"country_code": []any{"US"}}},
		{"flat records with names only", "flat", fields{"country": "France"}},
		{"a City file that knows no country", "GeoLite2-City", fields{"city": fields{"names": fields{"en": "Paris"}}}},
		{"a City file with flat records", "GeoLite2-City", fields{"country": "FR"}},
		{"a file of anonymous addresses that marks none", "GeoIP2-Anonymous-IP", fields{"is_anonymous": false}},
		{"a file of domains", "GeoIP2-Domain", fields{"domain": "example.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := geo.Open(geotest.WriteRecords(t, tt.edition, record("192.0.2.0/24", tt.f)))
			if consent.CodeOf(err) != consent.Invalid {
				t.Errorf("Open = %v, want code invalid", err)
			}
		})
	}
}

// marked is a file that marks 198.51.100.0/25 as anonymous in several ways.
func marked(t testing.TB, edition string) string {
	t.Helper()
	return geotest.WriteRecords(t, edition,
		record("198.51.100.0/28", fields{"is_anonymous": true, "is_hosting_provider": true}),
		record("198.51.100.16/28", fields{"is_anonymous_vpn": true}),
		record("198.51.100.32/28", fields{"is_tor_exit_node": true}),
		record("198.51.100.48/28", fields{"is_public_proxy": true}),
		record("198.51.100.64/28", fields{"is_residential_proxy": true}),
		record("198.51.100.128/28", fields{"is_hosting_provider": true}))
}

func TestAFileOfAnonymousAddressesHidesPlaces(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{"GeoIP2-Anonymous-IP", "GeoIP-Anonymous-Plus"} {
		marks := marked(t, edition)
		for order, db := range map[string]*geo.DB{
			"marks first": open(t, marks, geotest.Write(t)),
			"marks last":  open(t, geotest.Write(t), marks),
		} {
			for addr, want := range map[string]string{
				"198.51.100.1":   "unknown",
				"198.51.100.17":  "unknown",
				"198.51.100.33":  "unknown",
				"198.51.100.49":  "unknown",
				"198.51.100.65":  "unknown",
				"198.51.100.129": "US-CA",
				"198.51.100.200": "US-CA",
				"192.0.2.1":      "FR",
				"2001:db8::1":    "DE",
			} {
				if got := db.Locate(netip.MustParseAddr(addr)).String(); got != want {
					t.Errorf("%s, %s: Locate(%s) = %s, want %s", edition, order, addr, got, want)
				}
			}
			if !db.Knows() {
				t.Errorf("%s, %s: Knows = false", edition, order)
			}
		}
		if open(t, marks).Knows() {
			t.Errorf("%s alone knows places", edition)
		}
	}
}

func TestAFileThatDoesNotSayWhatItIsIsReadAllTheSame(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{"GeoLite2-City", "my own"} {
		db := open(t, geotest.WriteUndescribed(t, edition, geotest.Rows()...))
		if got := db.Locate(netip.MustParseAddr("198.51.100.1")).String(); got != "US-CA" {
			t.Errorf("%s: Locate = %s", edition, got)
		}
	}
}
