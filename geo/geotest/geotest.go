// Package geotest writes small location databases for tests. Their addresses
// are those reserved for documentation, so they can never be a real visitor's.
package geotest

import (
	"bytes"
	"fmt"
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
	return save(t, edition, raw)
}

// Record is what a database of another shape says about one network. Fields
// may hold texts, booleans, lists and maps of these.
type Record struct {
	Network string
	Fields  map[string]any
}

// WriteRecords is WriteRows for databases of another shape.
func WriteRecords(t testing.TB, edition string, records ...Record) string {
	t.Helper()
	var list []entry
	for _, r := range records {
		v, err := value(r.Fields)
		if err != nil {
			t.Fatalf("make a location database: %v", err)
		}
		list = append(list, entry{r.Network, v})
	}
	raw, err := build(edition, described(), list)
	if err != nil {
		t.Fatalf("make a location database: %v", err)
	}
	return save(t, edition, raw)
}

func value(v any) (mmdbtype.DataType, error) {
	switch v := v.(type) {
	case string:
		return mmdbtype.String(v), nil
	case bool:
		return mmdbtype.Bool(v), nil
	case []any:
		list := mmdbtype.Slice{}
		for _, x := range v {
			y, err := value(x)
			if err != nil {
				return nil, err
			}
			list = append(list, y)
		}
		return list, nil
	case map[string]any:
		m := mmdbtype.Map{}
		for k, x := range v {
			y, err := value(x)
			if err != nil {
				return nil, err
			}
			m[mmdbtype.String(k)] = y
		}
		return m, nil
	}
	return nil, fmt.Errorf("a database cannot hold %T here", v)
}

func save(t testing.TB, edition string, raw []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), edition+".mmdb")
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatalf("write a location database: %v", err)
	}
	return name
}

// Bytes returns a database of an edition.
func Bytes(edition string, rows ...Row) ([]byte, error) {
	var list []entry
	for _, r := range rows {
		list = append(list, entry{r.Network, r.record()})
	}
	return build(edition, described(), list)
}

// WriteUndescribed is WriteRows for a database whose maker left out what it is.
func WriteUndescribed(t testing.TB, edition string, rows ...Row) string {
	t.Helper()
	var list []entry
	for _, r := range rows {
		list = append(list, entry{r.Network, r.record()})
	}
	raw, err := build(edition, nil, list)
	if err != nil {
		t.Fatalf("make a location database: %v", err)
	}
	return save(t, edition, raw)
}

func described() map[string]string { return map[string]string{"en": "A database for tests"} }

type entry struct {
	network string
	data    mmdbtype.DataType
}

func build(edition string, description map[string]string, entries []entry) ([]byte, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:              1,
		DatabaseType:            edition,
		Description:             description,
		IncludeReservedNetworks: true,
		Languages:               []string{"en"},
	})
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		_, network, err := net.ParseCIDR(e.network)
		if err != nil {
			return nil, err
		}
		if err := tree.Insert(network, e.data); err != nil {
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
