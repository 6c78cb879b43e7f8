package geo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

func content(t testing.TB, edition string, rows ...geotest.Row) []byte {
	t.Helper()
	raw, err := geotest.Bytes(edition, rows...)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// put replaces a file as careful writers do: beside it, then by one rename.
func put(t testing.TB, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

func belgium() geotest.Row { return geotest.Row{Network: "192.0.2.0/24", Country: "BE"} }

// moved are the rows of a release in which one network changed its country.
func moved() []geotest.Row { return append([]geotest.Row{belgium()}, geotest.Rows()[1:]...) }

func TestRefreshTakesAChangedFileOnceItStandsStill(t *testing.T) {
	t.Parallel()
	name := geotest.Write(t)
	db := open(t, name)
	addr := netip.MustParseAddr("192.0.2.1")
	if done, err := db.Refresh(); done || err != nil {
		t.Fatalf("Refresh of an unchanged file = %v, %v; want nothing", done, err)
	}
	put(t, name, content(t, "GeoLite2-City", moved()...))
	if done, _ := db.Refresh(); done {
		t.Error("a file that has just changed was read at once")
	}
	if got := db.Locate(addr).String(); got != "FR" {
		t.Errorf("before the file stands still Locate = %s, want FR", got)
	}
	if done, err := db.Refresh(); !done || err != nil {
		t.Fatalf("Refresh of a changed file = %v, %v; want it read", done, err)
	}
	if got := db.Locate(addr).String(); got != "BE" {
		t.Errorf("after the change Locate = %s, want BE", got)
	}
	if done, _ := db.Refresh(); done {
		t.Error("the same file was read twice")
	}
}

func TestABadFileKeepsTheOldOneInUseAndIsReported(t *testing.T) {
	t.Parallel()
	good := content(t, "GeoLite2-City", moved()...)
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, name string)
	}{
		{"a text", func(t *testing.T, name string) { put(t, name, []byte("not a database")) }},
		{"a file cut short", func(t *testing.T, name string) { put(t, name, good[:len(good)/2]) }},
		{"an empty file", func(t *testing.T, name string) { put(t, name, nil) }},
		{"a file that is gone", func(t *testing.T, name string) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}},
		{"another edition", func(t *testing.T, name string) { put(t, name, content(t, "GeoLite2-ASN", moved()...)) }},
		{"a file that lost most networks", func(t *testing.T, name string) { put(t, name, content(t, "GeoLite2-City", belgium())) }},
		{"a file that does not match its checksum", func(t *testing.T, name string) {
			put(t, name+geo.ChecksumSuffix, []byte(strings.Repeat("0", 64)))
			put(t, name, good)
		}},
		{"a checksum that is a folder", func(t *testing.T, name string) {
			if err := os.Mkdir(name+geo.ChecksumSuffix, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := geotest.Write(t)
			db := open(t, name)
			locator := geo.New(db, geo.Scheme{}, geo.Trust{})
			if !locator.Ready() {
				t.Fatal("a good file is not ready")
			}
			tt.spoil(t, name)
			db.Refresh()
			if done, err := db.Refresh(); !done || consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), name) {
				t.Errorf("Refresh = %v, %v; want an error that names the file", done, err)
			}
			if done, err := db.Refresh(); done || err != nil {
				t.Errorf("the same bad file again: Refresh = %v, %v; want nothing", done, err)
			}
			if db.Err() == nil || locator.Ready() {
				t.Error("the bad file is not reported")
			}
			if got := db.Locate(netip.MustParseAddr("192.0.2.1")).String(); got != "FR" {
				t.Errorf("Locate = %s, want FR of the earlier file", got)
			}
			os.Remove(name + geo.ChecksumSuffix)
			put(t, name, good)
			db.Refresh()
			if done, err := db.Refresh(); !done || err != nil || db.Err() != nil || !locator.Ready() {
				t.Errorf("after a good file: %v, %v, %v", done, err, db.Err())
			}
			if got := db.Locate(netip.MustParseAddr("192.0.2.1")).String(); got != "BE" {
				t.Errorf("after a good file Locate = %s, want BE", got)
			}
		})
	}
}

func TestALargeFileWhoseCountriesAllMoveIsRefused(t *testing.T) {
	t.Parallel()
	world := func(countries ...string) []byte {
		var rows []geotest.Row
		for i := range 3000 {
			rows = append(rows, geotest.Row{Network: fmt.Sprintf("20.%d.%d.0/24", i/250, i%250), Country: countries[i%len(countries)]})
		}
		return content(t, "GeoLite2-Country", rows...)
	}
	name := filepath.Join(t.TempDir(), "countries.mmdb")
	put(t, name, world("FR", "US", "DE"))
	db := open(t, name)
	put(t, name, world("US", "DE", "FR"))
	if err := db.Reload(); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("Reload of a world turned round = %v, want code invalid", err)
	}
	put(t, name, world("FR", "US", "BE"))
	if err := db.Reload(); err != nil {
		t.Errorf("Reload of a world in which one country moved = %v", err)
	}
}

func TestAFileMatchesTheChecksumBesideIt(t *testing.T) {
	t.Parallel()
	name := geotest.Write(t)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	digits := hex.EncodeToString(sum[:])
	for _, good := range []string{digits, strings.ToUpper(digits) + "\n", digits + "  GeoLite2-City.mmdb\n"} {
		put(t, name+geo.ChecksumSuffix, []byte(good))
		if _, err := geo.Open(name); err != nil {
			t.Errorf("Open with the checksum %q = %v", good, err)
		}
	}
	for _, wrong := range []string{"", "x", digits[1:], strings.Repeat("0", 64)} {
		put(t, name+geo.ChecksumSuffix, []byte(wrong))
		if _, err := geo.Open(name); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("Open with the checksum %q = %v, want code invalid", wrong, err)
		}
	}
}

// lines is a log that tells when a line is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	next chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() { l.next <- struct{}{} }()
	return l.text.Write(b)
}

func TestFollowListensToTicksAndSignals(t *testing.T) {
	t.Parallel()
	name := geotest.Write(t)
	db := open(t, name)
	addr := netip.MustParseAddr("192.0.2.1")
	ticks, signals := make(chan time.Time), make(chan os.Signal)
	out := &lines{next: make(chan struct{}, 10)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		db.Follow(ctx, ticks, signals, slog.New(slog.NewTextHandler(out, nil)))
		close(ended)
	}()
	put(t, name, []byte("bad"))
	for range 2 {
		ticks <- time.Time{}
	}
	<-out.next
	if got := db.Locate(addr).String(); got != "FR" || db.Err() == nil {
		t.Errorf("after a bad file: %s, %v", got, db.Err())
	}
	put(t, name, content(t, "GeoLite2-City", moved()...))
	signals <- syscall.SIGHUP
	<-out.next
	if got := db.Locate(addr).String(); got != "BE" || db.Err() != nil {
		t.Errorf("after a signal: %s, %v", got, db.Err())
	}
	cancel()
	<-ended
	if log := out.text.String(); strings.Count(log, "\n") != 2 || !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "level=INFO") {
		t.Errorf("the log is\n%s", log)
	}
}

// A thousand changes, good and bad, renamed into place and copied over, while
// visitors are located: every answer is that of one of the good files.
func TestAThousandSwapsUnderLookups(t *testing.T) {
	t.Parallel()
	name := geotest.Write(t)
	db := open(t, name)
	old, new := content(t, "GeoLite2-City", geotest.Rows()...), content(t, "GeoLite2-City", moved()...)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if got := db.Locate(netip.MustParseAddr("192.0.2.1")).String(); got != "FR" && got != "BE" {
					t.Errorf("Locate = %s, want FR or BE", got)
					return
				}
				if got := db.Locate(netip.MustParseAddr("198.51.100.1")).String(); got != "US-CA" {
					t.Errorf("Locate = %s, want US-CA", got)
					return
				}
			}
		})
	}
	for i := range 1000 {
		raw, bad := old, false
		switch i % 4 {
		case 1:
			raw = new
		case 3:
			raw, bad = new[:i%len(new)], true
		}
		if i%2 == 0 {
			put(t, name, raw)
		} else if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := db.Reload(); (err != nil) != bad {
			t.Fatalf("swap %d: Reload = %v, bad file %v", i, err, bad)
		}
	}
	close(done)
	readers.Wait()
}
