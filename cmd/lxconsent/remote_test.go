package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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

func TestACommandWaitsForABudgetThatComesBackSoon(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after string
		asked int32
		want  string
	}{
		"soon":    {"0", 3, "shop"},
		"late":    {"3600", 1, "too many"},
		"unknown": {"", 1, "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != `{"note":""}` {
					t.Errorf("the body is %q, %v", body, err)
				}
				if asked.Add(1) < 3 {
					w.Header().Set("Retry-After", c.after)
					w.WriteHeader(http.StatusTooManyRequests)
					_, _ = io.WriteString(w, `{"code":"too-many-requests","detail":"too many"}`)
					return
				}
				_, _ = io.WriteString(w, `{"site":"shop","edition":1}`)
			}))
			t.Cleanup(busy.Close)
			_, out := lx(t, "site", "publish", "shop", "--server", busy.URL)
			if !strings.Contains(out, c.want) || asked.Load() != c.asked {
				t.Errorf("asked %d times: %s", asked.Load(), out)
			}
		})
	}
}
