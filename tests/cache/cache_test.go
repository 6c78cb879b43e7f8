//go:build unix

// Package cache_test puts a real nginx with a cache in front of the real
// server, with the configuration that the manual shows.
package cache_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/leadiumx/consent/geo/geotest"
	"github.com/leadiumx/consent/tests/proxy/live"
)

func TestMain(m *testing.M) { os.Exit(live.Main(m)) }

// visit is one kind of visitor.
type visit struct{ country, region, address, language, gpc, encoding string }

func (v visit) String() string {
	return fmt.Sprintf("%s-%s %s in %s, GPC %q, %q", v.country, v.region, v.address, v.language, v.gpc, v.encoding)
}

// script is what a visitor got.
type script struct {
	body, regime, locale, encoding, cacheControl, vary string
	// cache is what nginx says about where it had it from.
	cache string
}

// same compares what a visitor sees, not where it came from.
func (s script) same(other script) bool {
	s.cache, other.cache = "", ""
	return s == other
}

func fetch(t *testing.T, base string, v visit) script {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/s/demo.js", nil)
	if err != nil {
		t.Fatal(err)
	}
	// One name for both ways, since the script must not depend on it.
	req.Host = "consent.example"
	for name, value := range map[string]string{
		"CF-IPCountry": v.country, "CF-Region-Code": v.region, "X-Forwarded-For": v.address,
		"Accept-Language": v.language, "Sec-GPC": v.gpc, "Accept-Encoding": v.encoding,
	} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	h := res.Header
	if res.StatusCode != http.StatusOK || len(body) == 0 {
		t.Fatalf("%s: status %d", v, res.StatusCode)
	}
	return script{
		string(body), h.Get("Consent-Regime"), h.Get("Consent-Locale"), h.Get("Content-Encoding"),
		h.Get("Cache-Control"), strings.Join(h.Values("Vary"), ", "), h.Get("X-Cache-Status"),
	}
}

// visits are all kinds of two countries, one also with two states, two
// languages, with and without the signal, in three encodings.
func visits() []visit {
	var list []visit
	for _, place := range [][2]string{{"FR", ""}, {"US", ""}, {"US", "CA"}, {"US", "WA"}} {
		for _, language := range []string{"de", "fr"} {
			for _, gpc := range []string{"", "1"} {
				for _, encoding := range []string{"identity", "gzip", "br"} {
					list = append(list, visit{place[0], place[1], "203.0.113.5", language, gpc, encoding})
				}
			}
		}
	}
	return list
}

// right fetches through the cache and fails when the visitor gets anything
// else than the server itself gives them.
func right(t *testing.T, server, cache string, v visit) script {
	t.Helper()
	want, got := fetch(t, server, v), fetch(t, cache, v)
	if !got.same(want) {
		t.Errorf("%s (%s): got %s in %s (%s, %d bytes), want %s in %s (%s, %d bytes)", v, got.cache,
			got.regime, got.locale, got.encoding, len(got.body), want.regime, want.locale, want.encoding, len(want.body))
	}
	return got
}

func start(t *testing.T, flags ...string) *live.Server {
	t.Helper()
	return live.Start(t, append([]string{"--geo-headers", "cloudflare", "--trusted-proxies", "127.0.0.0/8"}, flags...)...)
}

func TestByDefaultNothingIsShared(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, cache := range map[string]string{"the manual's key": nginx(t, manual(t), s), "no key at all": nginx(t, careless, s)} {
		for range 2 {
			for _, v := range visits() {
				got := right(t, s.URL, cache, v)
				if got.cache == "HIT" || !strings.HasPrefix(got.cacheControl, "private,") {
					t.Errorf("%s: %s: %s, %s", name, v, got.cache, got.cacheControl)
				}
			}
		}
	}
}

func TestWithTheManualsKeyNobodyGetsTheScriptOfAnother(t *testing.T) {
	t.Parallel()
	s := start(t, "--edge-cache")
	cache := nginx(t, manual(t), s)
	regimes, locales := map[string]bool{}, map[string]bool{}
	for round, want := range []string{"MISS", "HIT"} {
		for _, v := range visits() {
			got := right(t, s.URL, cache, v)
			if got.cache != want || !strings.HasPrefix(got.cacheControl, "public,") {
				t.Errorf("round %d, %s: %s, %s; want %s", round, v, got.cache, got.cacheControl, want)
			}
			regimes[got.regime], locales[got.locale] = true, true
		}
	}
	if len(regimes) != 4 || len(locales) != 2 {
		t.Errorf("the visits are no test: regimes %v, locales %v", regimes, locales)
	}
	var visitors sync.WaitGroup
	for i, v := range visits() {
		visitors.Go(func() {
			for range 5 {
				right(t, s.URL, cache, v)
				v.language = fmt.Sprintf("fr, de;q=0.%d", 1+i%9)
			}
		})
	}
	visitors.Wait()
}

func TestVaryAloneIsEnoughForACacheThatHeedsIt(t *testing.T) {
	t.Parallel()
	s := start(t, "--edge-cache")
	cache := nginx(t, careless, s)
	hits := 0
	for range 2 {
		for _, v := range visits() {
			got := right(t, s.URL, cache, v)
			if got.cache == "HIT" {
				hits++
			}
			if want := "Accept-Encoding, Accept-Language, Sec-GPC, Cf-Ipcountry, Cf-Region-Code"; got.vary != want {
				t.Errorf("%s: Vary is %q, want %q", v, got.vary, want)
			}
		}
	}
	if hits == 0 {
		t.Error("nothing was shared at all")
	}
}

func TestWhatTheEdgeDoesNotSayIsNeverShared(t *testing.T) {
	t.Parallel()
	s := start(t, "--edge-cache", "--geoip", geotest.Write(t))
	for name, cache := range map[string]string{"the manual's key": nginx(t, manual(t), s), "no key at all": nginx(t, careless, s)} {
		regimes := map[string]bool{}
		for range 2 {
			for _, v := range []visit{
				{address: "192.0.2.1", language: "de"}, {address: "198.51.100.7", language: "de"}, {address: "203.0.113.9", language: "de"},
				{country: "XX", address: "192.0.2.1", language: "de"}, {country: "T1", address: "198.51.100.7", language: "de"},
			} {
				got := right(t, s.URL, cache, v)
				if got.cache == "HIT" || !strings.HasPrefix(got.cacheControl, "private,") {
					t.Errorf("%s: %s: %s, %s", name, v, got.cache, got.cacheControl)
				}
				regimes[got.regime] = true
			}
		}
		if len(regimes) != 4 {
			t.Errorf("%s: the visits are no test: %v", name, regimes)
		}
	}
}
