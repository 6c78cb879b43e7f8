// Package geotest writes small location databases for tests. Their addresses
// are those reserved for documentation, so they can never be a real visitor's.
package geotest

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Row is what a database says about one network.
type Row struct {
	Network     string
	Country     string
	Subdivision string
	// Registered is the country in which the network was bought.
	Registered string
	Anonymous  bool
	Satellite  bool
}

// Rows are those of Write: 192.0.2.0/24 in FR, 198.51.100.0/24 in US-CA,
// 203.0.113.0/24 in US-WA and 2001:db8::/32 in DE.
func Rows() []Row {
	return []Row{
		{Network: "192.0.2.0/24", Country: "FR"},
		{Network: "198.51.100.0/24", Country: "US", Subdivision: "CA"},
		{Network: "203.0.113.0/24", Country: "US", Subdivision: "WA"},
		{Network: "2001:db8::/32", Country: "DE"},
	}
}

// Write writes a City database of Rows into a folder of the test and returns
// the name of the file.
func Write(t testing.TB) string {
	t.Helper()
	return WriteRows(t, "GeoLite2-City", Rows()...)
}

// WriteRows writes a database of an edition, such as GeoLite2-Country, into a
// folder of the test and returns the name of the file.
func WriteRows(t testing.TB, edition string, rows ...Row) string {
	t.Helper()
	raw, err := Bytes(edition, rows...)
	if err != nil {
		t.Fatalf("make a location database: %v", err)
	}
	name := filepath.Join(t.TempDir(), edition+".mmdb")
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatalf("write a location database: %v", err)
	}
	return name
}

// Bytes returns a database of an edition.
func Bytes(edition string, rows ...Row) ([]byte, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:              1,
		DatabaseType:            edition,
		Description:             map[string]string{"en": "A database for tests"},
		IncludeReservedNetworks: true,
		Languages:               []string{"en"},
	})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		_, network, err := net.ParseCIDR(r.Network)
		if err != nil {
			return nil, err
		}
		if err := tree.Insert(network, r.record()); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if _, err := tree.WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (r Row) record() mmdbtype.Map {
	m := mmdbtype.Map{}
	if r.Country != "" {
		m["country"] = code(r.Country)
	}
	if r.Registered != "" {
		m["registered_country"] = code(r.Registered)
	}
	if r.Subdivision != "" {
		m["subdivisions"] = mmdbtype.Slice{code(r.Subdivision)}
	}
	traits := mmdbtype.Map{}
	if r.Anonymous {
		traits["is_anonymous_proxy"] = mmdbtype.Bool(true)
	}
	if r.Satellite {
		traits["is_satellite_provider"] = mmdbtype.Bool(true)
	}
	if len(traits) > 0 {
		m["traits"] = traits
	}
	return m
}

func code(s string) mmdbtype.Map {
	return mmdbtype.Map{"iso_code": mmdbtype.String(s), "names": mmdbtype.Map{"en": mmdbtype.String(s)}}
}
