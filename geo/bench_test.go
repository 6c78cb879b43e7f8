package geo_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/oschwald/geoip2-golang/v2"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

// large is a file of 60,000 networks, and addresses in and beside them.
func large(b *testing.B) (string, []netip.Addr) {
	b.Helper()
	countries := []string{"FR", "DE", "US", "CA", "BR", "IN", "JP", "NG"}
	var rows []geotest.Row
	for i := range 60_000 {
		rows = append(rows, geotest.Row{
			Network: fmt.Sprintf("%d.%d.%d.0/24", 20+i/16000, i/125%128*2, i%125*2), Country: countries[i%len(countries)], Subdivision: fmt.Sprintf("%c%c", 'A'+i%23, 'A'+i%19),
		})
	}
	raw, err := geotest.Bytes("GeoLite2-City", rows...)
	if err != nil {
		b.Fatal(err)
	}
	name := b.TempDir() + "/large.mmdb"
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	addrs := make([]netip.Addr, 1<<14)
	for i := range addrs {
		addrs[i] = netip.AddrFrom4([4]byte{byte(20 + r.IntN(4)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
	}
	return name, addrs
}

// BenchmarkCountryInALargeFile is the library's own look-up, for comparison.
func BenchmarkCountryInALargeFile(b *testing.B) {
	name, addrs := large(b)
	reader, err := geoip2.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := reader.Country(addrs[i%len(addrs)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLocateInALargeFile(b *testing.B) {
	name, addrs := large(b)
	db := open(b, name)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		db.Locate(addrs[i%len(addrs)])
	}
}

// BenchmarkResolveInALargeFile finds the law too, of the place and of a publisher elsewhere.
func BenchmarkResolveInALargeFile(b *testing.B) {
	name, addrs := large(b)
	db := open(b, name)
	laws, err := law.Load()
	if err != nil {
		b.Fatal(err)
	}
	publisher, at := consent.Place{Country: "US", Subdivision: "FL"}, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		laws.Resolve(db.Locate(addrs[i%len(addrs)]), publisher, at)
	}
}

// BenchmarkOpen reads, verifies and decodes a whole file.
func BenchmarkOpen(b *testing.B) {
	name, _ := large(b)
	for b.Loop() {
		if _, err := geo.Open(name); err != nil {
			b.Fatal(err)
		}
	}
}
