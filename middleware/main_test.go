package middleware_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// These tests ask the real consent server, as a program of its own.
func TestMain(m *testing.M) { os.Exit(live.Main(m)) }

// patient is the timeout of tests that are not about time.
const patient = 20 * time.Second

// gate makes a gate to the demo site; change adjusts its options.
func gate(t *testing.T, server string, change func(*middleware.Options)) *middleware.Gate {
	t.Helper()
	o := middleware.Options{Server: server, Site: "demo", Timeout: patient, CacheFor: -1}
	if change != nil {
		change(&o)
	}
	g, err := middleware.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// request is a visitor's request; headers are pairs of name and value.
func request(t *testing.T, v live.Visitor, headers ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	v.AddTo(r)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	return r
}

// serve runs one handler in a real HTTP server and sends it a visitor's request.
func serve(t *testing.T, h http.Handler, v live.Visitor, headers ...string) (*http.Response, string) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	v.AddTo(r)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// names lists the cookies that an answer sets, in order.
func names(h http.Header) string {
	var list []string
	for _, line := range h.Values("Set-Cookie") {
		name, _, _ := strings.Cut(line, "=")
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

func text(s string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) })
}
