package geo_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/geoip2-golang/v2"

	"github.com/leadiumx/consent/geo"
)

// The library that the format's makers recommend is the judge, over trees of
// every width and kind.
func TestLocateAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	for _, width := range []int{24, 28, 32} {
		for _, version := range []int{4, 6} {
			t.Run(fmt.Sprintf("%d bits, IPv%d", width, version), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(width), uint64(version)))
				raw := forest(t, r, width, version)
				db, err := geo.OpenBytes(raw)
				if err != nil {
					t.Fatal(err)
				}
				library, err := geoip2.OpenBytes(raw)
				if err != nil {
					t.Fatal(err)
				}
				for range 20000 {
					a := anyAddr(r, version)
					want, err := library.Country(a)
					if err != nil {
						t.Fatal(err)
					}
					if got := db.Locate(a).Country; a.IsGlobalUnicast() && !a.IsPrivate() && got != want.Country.ISOCode {
						t.Fatalf("Locate(%s) = %q, the library says %q", a, got, want.Country.ISOCode)
					}
				}
			})
		}
	}
}

// anyAddr is often in 20.0.0.0/12 or 2a00::/28, where the networks are.
func anyAddr(r *rand.Rand, version int) netip.Addr {
	if version == 6 && r.IntN(2) == 0 {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], 0x2a00_0000_0000_0000|r.Uint64()>>28)
		binary.BigEndian.PutUint64(b[8:], r.Uint64())
		return netip.AddrFrom16(b)
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], r.Uint32())
	if r.IntN(4) > 0 {
		b[0], b[1] = 20, b[1]&15
	}
	return netip.AddrFrom4(b)
}

func forest(t *testing.T, r *rand.Rand, width, version int) []byte {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch: 1, DatabaseType: "GeoLite2-Country", Description: map[string]string{"en": "A forest"},
		IPVersion: version, RecordSize: width, IncludeReservedNetworks: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2000 {
		a := anyAddr(r, version)
		bits := 14 + r.IntN(19)
		if a.Is6() {
			bits = 30 + r.IntN(99)
		}
		p, err := a.Prefix(bits)
		if err != nil {
			t.Fatal(err)
		}
		_, network, err := net.ParseCIDR(p.String())
		if err != nil {
			t.Fatal(err)
		}
		country := []string{"FR", "DE", "US", "CA", "BR"}[r.IntN(5)]
		if err := w.Insert(network, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(country)}}); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
