package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestLawsTheMapTheEdgeAndTheHealthOfTheNodeAreTold(t *testing.T) {
	t.Parallel()
	s := start(t)
	has := func(path, want string, opts ...option) {
		t.Helper()
		a := s.do(http.MethodGet, path, "", append(opts, operator)...)
		if a.status != http.StatusOK || !strings.Contains(string(a.body), want) {
			t.Errorf("%s = %d, without %s: %.400s", path, a.status, want, a.body)
		}
	}
	has("/v1/laws?at=2026-12-01", `"confidence":"H"`)
	has("/v1/laws/explain?place=FR&establishment=US-FL&at=2026-12-01", `"analytics":"opt-in"`)
	// The demo site asks for opt-in to sale and sharing everywhere.
	has("/v1/sites/demo/map", `"place":"US-FL"`)
	has("/v1/sites/demo/map", `"marketing":"opt-in"`)
	has("/v1/edge", `{"scheme":"cloudflare","place":"FR"}`, header("Cf-Ipcountry", "FR"))
	has("/v1/edge", `"name":"Cf-Ipcountry","value":"","valid":false`, header("Cf-Ipcountry", strings.Repeat("F", 300)))
	has("/v1/edge", `"trusted":false`)
	has("/v1/health/details", `"store":"ok"`)
	if a := s.do(http.MethodGet, "/v1/laws/explain?at=yesterday", "", operator); a.status != http.StatusBadRequest {
		t.Errorf("a bad date = %d", a.status)
	}
}
