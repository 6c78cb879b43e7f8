package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestACommandThatReachesAnotherProgramSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a page":               {http.StatusOK, "<!doctype html>", "something else than /v1/sites does"},
		"a page of a proxy":    {http.StatusBadGateway, "<h1>Bad gateway</h1>", "502 Bad Gateway"},
		"JSON of its own":      {http.StatusNotFound, `{"message":"not found"}`, "404 Not Found"},
		"nothing but a status": {http.StatusTeapot, "", "418 I'm a teapot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			t.Cleanup(other.Close)
			status, out := lx(t, "site", "list", "--server", other.URL)
			for _, want := range []string{"what is at " + other.URL + " answered", c.want, "fix: say with --server"} {
				if status != 1 || !strings.Contains(out, want) {
					t.Errorf("%d, no %q: %s", status, want, out)
				}
			}
		})
	}
}

func TestACommandWithoutAGoodTokenIsToldHowToGiveOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, token := range map[string][]string{"none": nil, "another": {"--token", strings.Repeat("x", 32)}} {
		if status, out := lx(t, append([]string{"site", "list", "--server", s.url}, token...)...); status != 1 || !strings.Contains(out, "--api-token-file") || strings.Contains(out, "Bearer") {
			t.Errorf("%s: %d %s", name, status, out)
		}
	}
}
