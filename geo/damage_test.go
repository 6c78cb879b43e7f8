package geo_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

func addresses() []netip.Addr {
	var list []netip.Addr
	for _, s := range []string{"192.0.2.1", "198.51.100.7", "203.0.113.255", "8.8.8.8", "255.255.255.255", "2001:db8::1", "2001:db9::", "::ffff:192.0.2.1", "fe80::1%eth0", "::"} {
		list = append(list, netip.MustParseAddr(s))
	}
	return append(list, netip.Addr{})
}

// wellFormed fails when an answer is no place, or one that no file may give.
func wellFormed(t testing.TB, db *geo.DB) {
	t.Helper()
	for _, a := range addresses() {
		got := db.Locate(a)
		if back, ok := consent.ParsePlace(got.String()); !ok || back != got {
			t.Errorf("Locate(%s) = %#v, which is no place", a, got)
		}
		if (!a.IsGlobalUnicast() || a.IsPrivate()) && got.Known() {
			t.Errorf("Locate(%s) = %s, want unknown", a, got)
		}
	}
}

// damaged makes odd files: cut at any length, with flipped bits, with a part
// written over, doubled and turned round.
func damaged(raw []byte, n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	var list [][]byte
	for i := range n {
		b := bytes.Clone(raw)
		switch i % 4 {
		case 0:
			b = b[:r.IntN(len(b))]
		case 1:
			for range 3 {
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			}
		case 2:
			at := r.IntN(len(b))
			for j := at; j < min(at+16, len(b)); j++ {
				b[j] = byte(r.IntN(256))
			}
		case 3:
			at := r.IntN(len(b))
			b = append(bytes.Clone(b[at:]), b[:at]...)
		}
		list = append(list, b)
	}
	return list
}

func TestDamagedFilesNeverCrashAndNeverInventAPlace(t *testing.T) {
	t.Parallel()
	for _, edition := range []string{"GeoLite2-City", "GeoLite2-Country"} {
		for i, raw := range damaged(content(t, edition, geotest.Rows()...), 2000) {
			db, err := geo.OpenBytes(raw)
			if err != nil {
				if consent.CodeOf(err) != consent.Invalid {
					t.Errorf("file %d: %v, want code invalid", i, err)
				}
				continue
			}
			wellFormed(t, db)
		}
	}
}

func TestADamagedFileWithAChecksumIsNeverUsed(t *testing.T) {
	t.Parallel()
	good := content(t, "GeoLite2-City", geotest.Rows()...)
	sum := sha256.Sum256(good)
	name := filepath.Join(t.TempDir(), "city.mmdb")
	put(t, name, good)
	put(t, name+geo.ChecksumSuffix, []byte(hex.EncodeToString(sum[:])))
	db := open(t, name)
	for i, raw := range damaged(good, 400) {
		if bytes.Equal(raw, good) {
			continue
		}
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Reload(); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("file %d: Reload = %v, want code invalid", i, err)
		}
		if got := db.Locate(netip.MustParseAddr("192.0.2.1")).String(); got != "FR" {
			t.Errorf("file %d: Locate = %s, want FR of the good file", i, got)
		}
	}
}

func FuzzOpen(f *testing.F) {
	flat, err := os.ReadFile(geotest.WriteRecords(f, "flat", record("192.0.2.0/24", fields{"country_code": "US", "state1": "California"})))
	if err != nil {
		f.Fatal(err)
	}
	marks, err := os.ReadFile(marked(f, "GeoIP2-Anonymous-IP"))
	if err != nil {
		f.Fatal(err)
	}
	city := content(f, "GeoLite2-City", geotest.Rows()...)
	for _, raw := range append([][]byte{flat, marks, city, nil}, damaged(city, 40)...) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if db, err := geo.OpenBytes(raw); err == nil {
			wellFormed(t, db)
		}
	})
}

func FuzzLocate(f *testing.F) {
	db := open(f, geotest.Write(f))
	for _, a := range addresses() {
		f.Add(a.String())
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return
		}
		got := db.Locate(a)
		if (!a.Unmap().IsGlobalUnicast() || a.Unmap().IsPrivate()) && got.Known() {
			t.Errorf("Locate(%s) = %s, want unknown", a, got)
		}
		if mapped := netip.AddrFrom16(a.As16()); a.Is4() && db.Locate(mapped) != got {
			t.Errorf("%s and %s are one address with two places", a, mapped)
		}
	})
}

// A tree whose nodes are shared is small, but has more paths than anybody can
// walk.
func TestATreeWithoutEndIsReadInTime(t *testing.T) {
	t.Parallel()
	for _, end := range []struct {
		name   string
		beyond uint
	}{{"in nothing", 0}, {"in a record", 16}} {
		t.Run(end.name, func(t *testing.T) {
			t.Parallel()
			raw := content(t, "GeoLite2-Country", belgium())
			whole, err := maxminddb.OpenBytes(raw)
			if err != nil {
				t.Fatal(err)
			}
			// Both sides of each of the first nodes lead to the next one.
			const chain, size = 60, 7
			for i := range chain {
				next := uint(i + 1)
				if next == chain {
					next = whole.Metadata.NodeCount + end.beyond
				}
				copy(raw[i*size:], []byte{0, 0, byte(next), 0, 0, 0, byte(next)})
			}
			if db, err := geo.OpenBytes(raw); err == nil {
				wellFormed(t, db)
			}
		})
	}
}
