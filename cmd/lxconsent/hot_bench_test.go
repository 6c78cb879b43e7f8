package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// wired is the whole server without its socket, on an embedded store.
func wired(tb testing.TB) http.Handler {
	tb.Helper()
	dir := tb.TempDir()
	c := &serveCmd{
		DataDir: dir, KeyFile: filepath.Join(dir, "keys"), Ack: "local", Limits: "off", GeoHeaders: "none", Demo: true,
		APIToken: apiToken, PublicURL: "http://localhost:8080",
	}
	n, err := c.build(tb.Context(), slog.New(slog.NewJSONHandler(io.Discard, nil)), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, streams{out: io.Discard, err: io.Discard})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = n.store.Close() })
	return n.server.Handler()
}

// accepted is the cookie of a visitor who accepted everything.
func accepted(tb testing.TB, h http.Handler) string {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/notice?site=demo", nil))
	var said struct{ Note, Consent string }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		tb.Fatal(err)
	}
	body := fmt.Sprintf(`{"site":"demo","id":%q,"note":%q,"levels":{"functional":1,"analytics":1,"marketing":1,"recording":1},"action":"save","age":0}`, id(1), said.Note)
	w = httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/v1/consents", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said.Consent == "" {
		tb.Fatalf("no consent in %s: %v", w.Body, err)
	}
	return said.Consent
}

// sink is an answer of which only the status is kept.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// BenchmarkHotRoutes is our own part of the answers that every page asks for:
// without sockets, and without what net/http does.
func BenchmarkHotRoutes(b *testing.B) {
	h := wired(b)
	cookie := "lx_consent=" + accepted(b, h)
	first := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/s/demo.js", nil)
	r.Header.Set("Accept-Encoding", "br")
	h.ServeHTTP(first, r)
	for _, c := range []struct {
		name, path string
		header     http.Header
		status     int
	}{
		{"check", "/v1/check?site=demo&purpose=analytics", http.Header{"Cookie": {cookie}}, http.StatusOK},
		{"gate", "/v1/gate?site=demo&purpose=analytics", http.Header{"Cookie": {cookie}}, http.StatusOK},
		{"script", "/s/demo.js", http.Header{"Accept-Encoding": {"br"}}, http.StatusOK},
		{"unchanged script", "/s/demo.js", http.Header{"Accept-Encoding": {"br"}, "If-None-Match": first.Header()["Etag"]}, http.StatusNotModified},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			r.Header, r.RemoteAddr = c.header, "192.0.2.1:4711"
			w := &sink{}
			b.ReportAllocs()
			for b.Loop() {
				w.header = http.Header{}
				w.status = http.StatusOK
				h.ServeHTTP(w, r)
			}
			if w.status != c.status {
				b.Fatalf("status = %d, want %d", w.status, c.status)
			}
		})
	}
}
