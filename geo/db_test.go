package geo_test

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oschwald/geoip2-golang/v2"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

func open(t testing.TB, files ...string) *geo.DB {
	t.Helper()
	db, err := geo.Open(files...)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return db
}

func TestAnAddressIsWhereTheFirstFileThatKnowsItSays(t *testing.T) {
	t.Parallel()
	rows := append(geotest.Rows(),
		geotest.Row{Network: "192.0.2.128/32", Country: "IE", Registered: "US"},
		geotest.Row{Network: "192.0.2.129/32", Registered: "US"},
		geotest.Row{Network: "192.0.2.130/32", Country: "US", Subdivision: "CA", Anonymous: true},
		geotest.Row{Network: "192.0.2.131/32", Country: "US", Subdivision: "CA", Satellite: true},
		geotest.Row{Network: "192.0.2.132/32", Country: "us", Subdivision: "ca"},
		geotest.Row{Network: "192.0.2.133/32", Country: "A1"},
		geotest.Row{Network: "192.0.2.134/32", Country: "US", Subdivision: "California"},
		geotest.Row{Network: "10.0.0.0/8", Country: "US", Subdivision: "WA"},
		geotest.Row{Network: "127.0.0.0/8", Country: "US"},
		geotest.Row{Network: "fe80::/10", Country: "US"},
		geotest.Row{Network: "fc00::/7", Country: "US"},
		geotest.Row{Network: "::1/128", Country: "US"},
	)
	db := open(t, geotest.WriteRows(t, "GeoLite2-City", rows...))
	for _, tt := range []struct{ name, addr, want string }{
		{"a country", "192.0.2.1", "FR"},
		{"a state", "198.51.100.7", "US-CA"},
		{"the last address of a network", "203.0.113.255", "US-WA"},
		{"IPv6", "2001:db8::1", "DE"},
		{"IPv4 written as IPv6", "::ffff:198.51.100.7", "US-CA"},
		{"a zone is no part of the address", "2001:db8::1%eth0", "DE"},
		{"the country of use goes before the registered one", "192.0.2.128", "IE"},
		{"the registered country alone says nothing", "192.0.2.129", "unknown"},
		{"an anonymous proxy", "192.0.2.130", "unknown"},
		{"a satellite provider", "192.0.2.131", "unknown"},
		{"lower case", "192.0.2.132", "US-CA"},
		{"a code that is no country", "192.0.2.133", "unknown"},
		{"a state by name", "192.0.2.134", "US"},
		{"an address that the file does not know", "8.8.8.8", "unknown"},
		{"a private address, whatever the file says", "10.1.2.3", "unknown"},
		{"loopback", "127.0.0.1", "unknown"},
		{"IPv6 loopback", "::1", "unknown"},
		{"link-local", "fe80::1", "unknown"},
		{"a unique local address", "fd00::1", "unknown"},
		{"the unspecified address", "0.0.0.0", "unknown"},
		{"multicast", "224.0.0.1", "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := db.Locate(netip.MustParseAddr(tt.addr)).String(); got != tt.want {
				t.Errorf("Locate(%s) = %s, want %s", tt.addr, got, tt.want)
			}
		})
	}
	if got := db.Locate(netip.Addr{}); got.Known() {
		t.Errorf("Locate of no address = %s, want unknown", got)
	}
	var none *geo.DB
	if got := none.Locate(netip.MustParseAddr("192.0.2.1")); got.Known() {
		t.Errorf("Locate without a database = %s, want unknown", got)
	}
}

func TestOpenTakesSeveralFiles(t *testing.T) {
	t.Parallel()
	countries := geotest.WriteRows(t, "GeoLite2-Country",
		geotest.Row{Network: "198.51.100.0/24", Country: "US"}, geotest.Row{Network: "192.0.2.0/24", Country: "FR"})
	cities := geotest.WriteRows(t, "GeoLite2-City",
		geotest.Row{Network: "198.51.100.0/24", Country: "US", Subdivision: "CA"},
		geotest.Row{Network: "192.0.2.0/25", Country: "DE", Subdivision: "BE"},
		geotest.Row{Network: "192.0.2.128/25", Country: "FR", Anonymous: true},
		geotest.Row{Network: "203.0.113.0/24", Country: "US", Subdivision: "WA"})
	db := open(t, countries, cities)
	for _, tt := range []struct{ name, addr, want string }{
		{"a later file adds the state", "198.51.100.1", "US-CA"},
		{"a later file does not overrule the country", "192.0.2.1", "FR"},
		{"a later file answers what the first does not know", "203.0.113.1", "US-WA"},
		{"a mark in any file hides the place", "192.0.2.200", "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := db.Locate(netip.MustParseAddr(tt.addr)).String(); got != tt.want {
				t.Errorf("Locate(%s) = %s, want %s", tt.addr, got, tt.want)
			}
		})
	}
}

func TestOpenRefusesBadFiles(t *testing.T) {
	t.Parallel()
	good, err := geotest.Bytes("GeoLite2-City", geotest.Rows()...)
	if err != nil {
		t.Fatal(err)
	}
	asn, err := geotest.Bytes("GeoLite2-ASN", geotest.Rows()...)
	if err != nil {
		t.Fatal(err)
	}
	// The search tree starts the file; its first node is overwritten.
	broken := bytes.Clone(good)
	copy(broken, []byte{0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		raw  []byte
	}{
		{"an empty file", nil},
		{"a text", []byte("this is no database")},
		{"a page of a login form", []byte(strings.Repeat("<html>", 1000))},
		{"a file cut in the middle", good[:len(good)/2]},
		{"a file that misses its start", good[40:]},
		{"a broken tree", broken},
		{"a database of networks", asn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(dir, strings.ReplaceAll(tt.name, " ", "-")+".mmdb")
			if err := os.WriteFile(name, tt.raw, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := geo.Open(name)
			if consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), name) {
				t.Errorf("Open = %v, want an error with code invalid that names the file", err)
			}
		})
	}
	t.Run("a file that is not there", func(t *testing.T) {
		t.Parallel()
		if _, err := geo.Open(filepath.Join(dir, "none.mmdb")); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("Open = %v, want code invalid", err)
		}
	})
	t.Run("no file", func(t *testing.T) {
		t.Parallel()
		if _, err := geo.Open(); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("Open = %v, want code invalid", err)
		}
	})
}

func TestReplaceKeepsTheOldFileWhenTheNewOneIsBad(t *testing.T) {
	t.Parallel()
	name := geotest.Write(t)
	db := open(t, name)
	addr := netip.MustParseAddr("192.0.2.1")
	if err := os.WriteFile(name, []byte("overwritten in place"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Replace(name); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("Replace = %v, want code invalid", err)
	}
	if got := db.Locate(addr).String(); got != "FR" {
		t.Errorf("after a bad file Locate = %s, want FR", got)
	}
	if err := db.Replace(geotest.WriteRows(t, "GeoLite2-Country", geotest.Row{Network: "192.0.2.0/24", Country: "BE"})); err != nil {
		t.Fatal(err)
	}
	if got := db.Locate(addr).String(); got != "BE" {
		t.Errorf("after a good file Locate = %s, want BE", got)
	}
}

func TestLookupsSeeOneFileOrTheNextWhileTheyAreSwapped(t *testing.T) {
	t.Parallel()
	files := []string{geotest.Write(t), geotest.WriteRows(t, "GeoLite2-Country", geotest.Row{Network: "192.0.2.0/24", Country: "BE"})}
	db := open(t, files[0])
	addr := netip.MustParseAddr("192.0.2.1")
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if got := db.Locate(addr).String(); got != "FR" && got != "BE" {
					t.Errorf("Locate = %s, want FR or BE", got)
					return
				}
			}
		})
	}
	for i := range 50 {
		if err := db.Replace(files[i%2]); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}

func TestLocateAllocatesNothing(t *testing.T) {
	db := open(t, geotest.Write(t))
	addr := netip.MustParseAddr("198.51.100.7")
	if n := testing.AllocsPerRun(100, func() { db.Locate(addr) }); n != 0 {
		t.Errorf("Locate allocates %v times, want 0", n)
	}
}

// BenchmarkCountry is the library's own look-up, for comparison.
func BenchmarkCountry(b *testing.B) {
	reader, err := geoip2.Open(geotest.Write(b))
	if err != nil {
		b.Fatal(err)
	}
	addr := netip.MustParseAddr("198.51.100.7")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := reader.Country(addr); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLocate(b *testing.B) {
	db := open(b, geotest.Write(b))
	addr := netip.MustParseAddr("198.51.100.7")
	b.ReportAllocs()
	for b.Loop() {
		db.Locate(addr)
	}
}
