package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/geo"
	"github.com/leadiumx/consent/geo/geotest"
)

const (
	testAccount = "123456"
	testKey     = "a-licence-key"
)

// released is when the edition of a vendor came out.
func released() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }

// vendor is a download server. What it serves can be bent by a test.
type vendor struct {
	archive, checksum []byte
	status            int
	asked             []string
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.asked = append(v.asked, r.URL.RequestURI())
	account, key, _ := r.BasicAuth()
	since, _ := http.ParseTime(r.Header.Get("If-Modified-Since"))
	switch {
	case v.status != 0:
		w.WriteHeader(v.status)
	case account != testAccount || key != testKey:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path != "/geoip/databases/GeoLite2-City/download":
		w.WriteHeader(http.StatusNotFound)
	case r.URL.Query().Get("suffix") == "tar.gz.sha256":
		_, _ = w.Write(v.checksum)
	case !since.IsZero() && !since.Before(released()):
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("Last-Modified", released().Format(http.TimeFormat))
		_, _ = w.Write(v.archive)
	}
}

type entry struct {
	name string
	body []byte
	kind byte
}

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Size: int64(len(e.body)), Mode: 0o644, Typeflag: tar.TypeReg}
		if e.kind != 0 {
			h.Typeflag, h.Linkname, h.Size = e.kind, "/etc/passwd", 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if e.kind == 0 {
			if _, err := w.Write(e.body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func city(t *testing.T, edition string) []byte {
	t.Helper()
	raw, err := geotest.Bytes(edition, geotest.Rows()...)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func sells(t *testing.T, entries ...entry) *vendor {
	t.Helper()
	v := &vendor{archive: archive(t, entries...)}
	sum := sha256.Sum256(v.archive)
	v.checksum = fmt.Appendf(nil, "%s  GeoLite2-City_20261120.tar.gz\n", hex.EncodeToString(sum[:]))
	return v
}

func goods(t *testing.T) []entry {
	t.Helper()
	return []entry{
		{name: "GeoLite2-City_20261120/LICENSE.txt", body: []byte("terms")},
		{name: "GeoLite2-City_20261120/GeoLite2-City.mmdb", body: city(t, "GeoLite2-City")},
	}
}

// shop starts a vendor and returns the command line that buys from it.
func shop(t *testing.T, v *vendor, out string) []string {
	t.Helper()
	server := httptest.NewServer(v)
	t.Cleanup(server.Close)
	return buys(t, server.URL, out)
}

func buys(t *testing.T, url, out string) []string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(testKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"geo", "update", "--account", testAccount, "--license-key-file", key, "--out", out, "--url", url}
}

func TestGeoUpdateFetchesOnceAndThenOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "city.mmdb")
	v := sells(t, goods(t)...)
	args := shop(t, v, out)
	if st, said := lx(t, args...); st != 0 || !strings.Contains(said, "2026-11-20") {
		t.Fatalf("%d %s", st, said)
	}
	if st, said := lx(t, "geo", "lookup", "198.51.100.7", "--geoip", out); st != 0 || said != "US-CA\n" {
		t.Errorf("lookup: %d %s", st, said)
	}
	if raw, err := os.ReadFile(out + geo.ChecksumSuffix); err != nil || len(raw) < 64 {
		t.Errorf("the checksum beside the database: %q, %v", raw, err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(out), ".geo-update*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	v.asked = nil
	if st, said := lx(t, args...); st != 0 || !strings.Contains(said, "nothing new") || len(v.asked) != 1 {
		t.Errorf("again: %d %s, asked %v", st, said, v.asked)
	}
	if err := os.WriteFile(out, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if st, said := lx(t, args...); st != 0 || !strings.Contains(said, "wrote") {
		t.Errorf("over a damaged file: %d %s", st, said)
	}
}

func TestGeoUpdateSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte{0}, 1<<20)
	for _, tt := range []struct {
		name string
		v    func(t *testing.T) *vendor
		want string
	}{
		{"a wrong key", func(t *testing.T) *vendor { return &vendor{status: http.StatusUnauthorized} }, "does not accept the account"},
		{"an edition the account lacks", func(t *testing.T) *vendor { return &vendor{status: http.StatusForbidden} }, "may not fetch GeoLite2-City"},
		{"an edition that does not exist", func(t *testing.T) *vendor { return &vendor{status: http.StatusNotFound} }, "does not have GeoLite2-City"},
		{"too many fetches", func(t *testing.T) *vendor { return &vendor{status: http.StatusTooManyRequests} }, "too often"},
		{"a server in trouble", func(t *testing.T) *vendor { return &vendor{status: http.StatusBadGateway} }, "status 502"},
		{"304 to an unconditional question", func(t *testing.T) *vendor { return &vendor{status: http.StatusNotModified} }, "status 304"},
		{"an archive that does not match", func(t *testing.T) *vendor {
			v := sells(t, goods(t)...)
			v.archive = append(v.archive, 0)
			return v
		}, "does not match its checksum"},
		{"a checksum that is a page", func(t *testing.T) *vendor {
			v := sells(t, goods(t)...)
			v.checksum = []byte("<html>")
			return v
		}, "something else than a checksum"},
		{"an endless checksum", func(t *testing.T) *vendor {
			v := sells(t, goods(t)...)
			v.checksum = big
			return v
		}, "larger than 4096 bytes"},
		{"an archive that is none", func(t *testing.T) *vendor {
			v := sells(t)
			v.archive = []byte("<html>")
			sum := sha256.Sum256(v.archive)
			v.checksum = []byte(hex.EncodeToString(sum[:]))
			return v
		}, "cannot be unpacked"},
		{"an archive without a database", func(t *testing.T) *vendor { return sells(t, goods(t)[0]) }, "there is no GeoLite2-City.mmdb"},
		{"an archive with two", func(t *testing.T) *vendor { return sells(t, append(goods(t), goods(t)...)...) }, "more than one"},
		{"an archive with another file", func(t *testing.T) *vendor {
			return sells(t, entry{name: "x/Other.mmdb", body: city(t, "GeoLite2-City")})
		}, "unexpected"},
		{"a link in place of the database", func(t *testing.T) *vendor {
			return sells(t, entry{name: "GeoLite2-City.mmdb", kind: tar.TypeSymlink})
		}, "unexpected"},
		{"a database that is damaged", func(t *testing.T) *vendor {
			return sells(t, entry{name: "GeoLite2-City.mmdb", body: city(t, "GeoLite2-City")[:200]})
		}, "not a database"},
		{"a database of another edition", func(t *testing.T) *vendor {
			return sells(t, entry{name: "GeoLite2-City.mmdb", body: city(t, "GeoLite2-Country")})
		}, "in place of GeoLite2-City"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out := filepath.Join(dir, "city.mmdb")
			if st, said := lx(t, shop(t, tt.v(t), out)...); st != 1 || !strings.Contains(said, tt.want) || !strings.Contains(said, "fix:") {
				t.Errorf("%d %s, want %q", st, said, tt.want)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestGeoUpdateNeverListensToWhereAnArchiveWantsItsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "inner", "city.mmdb")
	if err := os.Mkdir(filepath.Dir(out), 0o700); err != nil {
		t.Fatal(err)
	}
	v := sells(t, entry{name: "../../evil.txt", body: []byte("evil")}, entry{name: "../../GeoLite2-City.mmdb", body: city(t, "GeoLite2-City")})
	if st, said := lx(t, shop(t, v, out)...); st != 0 {
		t.Fatalf("%d %s", st, said)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("outside of the folder: %v, %v", list, err)
	}
	if list, err := os.ReadDir(filepath.Dir(out)); err != nil || len(list) != 2 {
		t.Errorf("in the folder: %v, %v", list, err)
	}
}

func TestGeoUpdateEndsAtItsLimits(t *testing.T) {
	t.Parallel()
	flood := bytes.Repeat([]byte{0}, 4<<20)
	for _, tt := range []struct {
		name              string
		entries           []entry
		archive, database int64
	}{
		{"a large archive", goods(t), 100, 1 << 20},
		{"a large database in a small archive", []entry{{name: "GeoLite2-City.mmdb", body: flood}}, 1 << 20, 1 << 10},
		{"a flood beside the database", append([]entry{{name: "LICENSE.txt", body: flood}}, goods(t)...), 1 << 20, 1 << 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(sells(t, tt.entries...))
			t.Cleanup(server.Close)
			u := &updater{
				base: server.URL, edition: "GeoLite2-City", account: testAccount, key: testKey,
				archiveLimit: tt.archive, databaseLimit: tt.database, client: server.Client(),
			}
			out := filepath.Join(t.TempDir(), "city.mmdb")
			if fresh, err := u.update(t.Context(), out); fresh || err == nil {
				t.Errorf("update = %v, %v; want an error", fresh, err)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("the database was written")
			}
		})
	}
}

func TestGeoUpdateNeedsAnAccountAndASafeWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "city.mmdb")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	away := httptest.NewServer(http.RedirectHandler("http://192.0.2.1/", http.StatusFound))
	t.Cleanup(away.Close)
	full := buys(t, gone.URL, out)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"no account", []string{"geo", "update", "--out", out}, "make a free account"},
		{"no file to write", full[:6], "--out"},
		{"an edition with a path in it", append(full, "--edition", "../x"), "not the name of an edition"},
		{"a key file that is not there", append(full, "--license-key-file", filepath.Join(dir, "none")), "cannot be read"},
		{"a way that others can read", append(full, "--url", "http://downloads.example"), "only be sent over https"},
		{"no server", full, "is this machine online?"},
		{"a redirect to a way that others can read", buys(t, away.URL, out), "not safe"},
		{"a folder that is not there", buys(t, gone.URL, filepath.Join(dir, "none", "city.mmdb")), "cannot be written"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if st, said := lx(t, tt.args...); st != 1 || !strings.Contains(said, tt.want) || strings.Contains(said, testKey) {
				t.Errorf("%d %s, want %q", st, said, tt.want)
			}
		})
	}
}
