//go:build unix

package proxy_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/leadiumx/consent/tests/proxy/live"
)

// including is an application whose page asks for the markup, as nginx reads it.
func including(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=600")
		io.WriteString(w, `<!doctype html><html><head><!--#include virtual="/v1/inline/demo" --><title>Shop</title></head><body>goods</body></html>`)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// overheard stands before a consent server and keeps the headers that it gets.
func overheard(t *testing.T, server string) (string, func() http.Header) {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var last http.Header
	pass := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		last = r.Header.Clone()
		mu.Unlock()
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), func() http.Header {
		mu.Lock()
		defer mu.Unlock()
		return last
	}
}

func TestThePageHoldsTheBannerBeforeAChoiceAndTheGateAfterIt(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	consent, heard := overheard(t, s.URL)
	page := nginx(t, "nginx: put the banner into the page", consent, including(t))
	const start, end = "<!doctype html><html><head><script>", "</script><title>Shop</title></head><body>goods</body></html>"

	first := get(t, page, live.Visitor{}, "Accept-Language", "fr", "Sec-GPC", "1", "Authorization", "Bearer of the application")
	if !strings.HasPrefix(first.body, start) || !strings.HasSuffix(first.body, end) || len(first.body) < 10_000 || strings.Contains(first.body, "<script async") {
		t.Errorf("the first visit: %.200q", first.body)
	}
	if !strings.Contains(first.body, "Tout refuser") {
		t.Error("the banner is not in the visitor's language")
	}
	if got := first.header.Values("Cache-Control"); !slices.Equal(got, []string{"private, no-store"}) {
		t.Errorf("a shared cache could mix visitors: %v", got)
	}
	h := heard()
	if h.Get("Accept-Language") != "fr" || h.Get("Sec-GPC") != "1" || h.Get("X-Forwarded-For") == "" || h.Get("Authorization") != "" {
		t.Errorf("the server was told %v", h)
	}

	for name, v := range map[string]live.Visitor{"granted": s.AcceptAll(), "refused": s.RejectAll()} {
		again := get(t, page, v)
		if !strings.HasPrefix(again.body, start) || !strings.HasSuffix(again.body, end) || len(again.body) > len(first.body)/3 || !strings.Contains(again.body, "</script><script async src=") {
			t.Errorf("a visitor who %s: %d bytes, %.200q", name, len(again.body), again.body)
		}
	}
}

func TestThePageGetsThePlainTagWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	const want = `<!doctype html><html><head><script src="https://consent.example.com/s/demo.js"></script><title>Shop</title></head><body>goods</body></html>`
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "an error", http.StatusInternalServerError)
	}))
	t.Cleanup(failing.Close)
	for name, consent := range map[string]string{"nothing listens": live.FreeAddr(t), "it fails": strings.TrimPrefix(failing.URL, "http://")} {
		page := nginx(t, "nginx: put the banner into the page", consent, including(t))
		if got := get(t, page, live.Visitor{}); got.status != http.StatusOK || got.body != want {
			t.Errorf("%s: %d %q", name, got.status, got.body)
		}
	}
}
