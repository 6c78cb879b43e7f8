package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/leadiumx/consent/geo"
)

func TestADownloadThatIsCutShortLeavesTheDatabaseInUseAsItIs(t *testing.T) {
	t.Parallel()
	v := sells(t, goods(t)...)
	for name, cut := range map[string]http.HandlerFunc{
		"a length that is not kept": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(v.archive)))
			_, _ = w.Write(v.archive[:len(v.archive)/2])
		},
		"a connection that breaks": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(v.archive[:len(v.archive)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(cut)
			t.Cleanup(server.Close)
			out := fileOf(t, "city.mmdb", "in use")
			if st, said := lx(t, buys(t, server.URL, out)...); st != 1 || !strings.Contains(said, "could not be fetched") {
				t.Errorf("%d %s", st, said)
			}
			if b, err := os.ReadFile(out); err != nil || string(b) != "in use" {
				t.Errorf("%q, %v", b, err)
			}
			if list, err := os.ReadDir(filepath.Dir(out)); err != nil || len(list) != 1 {
				t.Errorf("left behind: %v, %v", list, err)
			}
		})
	}
}

func TestGeoUpdateFollowsARedirectAndKeepsItsKeyFromTheOtherServer(t *testing.T) {
	t.Parallel()
	v := sells(t, goods(t)...)
	heard := make(chan string, 4)
	shelf := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard <- r.Header.Get("Authorization")
		r.SetBasicAuth(testAccount, testKey)
		v.ServeHTTP(w, r)
	}))
	t.Cleanup(shelf.Close)
	// Another host, for whoever keeps keys from others.
	other := strings.Replace(shelf.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other+r.URL.RequestURI(), http.StatusFound)
	}))
	t.Cleanup(door.Close)
	out := filepath.Join(t.TempDir(), "city.mmdb")
	for _, want := range []string{"wrote", "nothing new"} {
		if st, said := lx(t, buys(t, door.URL, out)...); st != 0 || !strings.Contains(said, want) {
			t.Fatalf("%d %s, want %q", st, said, want)
		}
	}
	if _, err := geo.Open(out); err != nil {
		t.Error(err)
	}
	for len(heard) > 0 {
		if key := <-heard; key != "" {
			t.Errorf("the other server was told %q", key)
		}
	}
}

func TestGeoUpdateThatFindsNoRoomSaysSo(t *testing.T) {
	t.Parallel()
	for _, why := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		err := unavailable("the archive cannot be unpacked", fmt.Errorf("write: %w", why))
		if !strings.Contains(err.Cause, "no room") || !strings.Contains(err.Fix, "free some space") {
			t.Errorf("%v: %q, %q", why, err.Cause, err.Fix)
		}
	}
}
