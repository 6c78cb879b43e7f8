package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/leadiumx/consent/geo/geotest"
)

// lx runs a command line that needs no server.
func lx(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	status := run(t.Context(), args, streams{out: &out, err: &out})
	return status, out.String()
}

func TestALawIsExplainedWithTheRowsThatDecided(t *testing.T) {
	t.Parallel()
	type explanation struct {
		Place, Establishment, At, Regime string
		Modes                            map[string]string
		GPC                              bool `json:"gpc"`
		MinorAge                         int  `json:"minor_age"`
		Why                              map[string]string
	}
	for name, c := range map[string]struct {
		args      []string
		analytics string
		gpc       bool
		minor     int
	}{
		"California asks nothing before and honours the signal": {[]string{"--place", "US-CA"}, "opt-out", true, 16},
		"France asks first":                               {[]string{"--place", "FR"}, "opt-in", false, 15},
		"an unknown place is strict":                      {[]string{"--place", "unknown"}, "opt-in", true, 18},
		"a French publisher asks first in California too": {[]string{"--place", "US-CA", "--establishment", "FR"}, "opt-in", true, 16},
		"the United Kingdom asked first until 2026-02-05": {[]string{"--place", "GB", "--at", "2026-02-04"}, "opt-in", false, 13},
		"the United Kingdom since then":                   {[]string{"--place", "GB", "--at", "2026-02-05"}, "opt-out", false, 13},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, out := lx(t, append([]string{"law", "explain", "--json"}, c.args...)...)
			var e explanation
			if err := json.Unmarshal([]byte(out), &e); err != nil || st != 0 {
				t.Fatalf("%d %s", st, out)
			}
			if e.Modes["analytics"] != c.analytics || e.GPC != c.gpc || e.MinorAge != c.minor || e.Why["analytics"] == "" || e.Regime == "" {
				t.Errorf("%+v", e)
			}
		})
	}
	for _, args := range [][]string{{"--place", "Paris"}, {"--place", "FR", "--at", "soon"}} {
		if st, out := lx(t, append([]string{"law", "explain"}, args...)...); st != 1 || !strings.Contains(out, "fix:") {
			t.Errorf("%v: %d %s", args, st, out)
		}
	}
}

func TestALookUpPrintsThePlaceAndItsSource(t *testing.T) {
	t.Parallel()
	db := geotest.Write(t)
	for ip, want := range map[string]string{
		"198.51.100.7": `{"country":"US","subdivision":"CA","source":"database"}`,
		"192.0.2.1":    `{"country":"FR","subdivision":"","source":"database"}`,
		"127.0.0.1":    `{"country":"","subdivision":"","source":"none"}`,
	} {
		st, out := lx(t, "geo", "lookup", ip, "--geoip", db, "--json")
		var got, exp map[string]string
		if err := json.Unmarshal([]byte(out), &got); err != nil || st != 0 {
			t.Fatalf("%s: %d %s", ip, st, out)
		}
		if err := json.Unmarshal([]byte(want), &exp); err != nil {
			t.Fatal(err)
		}
		for k, v := range exp {
			if got[k] != v {
				t.Errorf("%s: %s is %q, want %q", ip, k, got[k], v)
			}
		}
	}
	if st, out := lx(t, "geo", "lookup", "nonsense", "--geoip", db); st != 1 || !strings.Contains(out, "fix:") {
		t.Errorf("%d %s", st, out)
	}
}

func TestAddressesBehindATrustedProxyDecideThePlace(t *testing.T) {
	t.Parallel()
	s := start(t, "--geoip", geotest.Write(t), "--trusted-proxies", "127.0.0.0/8")
	for address, regime := range map[string]string{
		"198.51.100.7":                   "us-ca",
		"203.0.113.9":                    "us-wa",
		"192.0.2.4":                      "fr",
		"10.0.0.1":                       "unknown",
		"198.51.100.7, 192.0.2.4":        "fr",
		"192.0.2.4, junk":                "unknown",
		"198.51.100.7, 203.0.113.9, ::1": "unknown",
	} {
		a := s.do(http.MethodGet, "/s/demo.js", "", header("X-Forwarded-For", address))
		if got := a.header.Get("Consent-Regime"); !strings.HasPrefix(got, regime) {
			t.Errorf("%s: regime %s, want %s", address, got, regime)
		}
	}
	if a := s.do(http.MethodGet, "/readyz", ""); a.status != http.StatusOK || a.text(t, "geo") != "ok" {
		t.Errorf("readyz: %s", a.body)
	}
}

func TestCommandLineSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an unknown flag":                {"serve", "--colour"},
		"an unknown command":             {"fly"},
		"a tag for what is no site's id": {"embed", `a"b`},
		"a geo scheme nobody has":        {"serve", "--geo-headers", "pigeon", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		"a network that is none":         {"serve", "--trusted-proxies", "everywhere", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		"an empty API token file":        {"serve", "--api-token-file", os.DevNull, "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		"a short API token":              {"serve", "--api-token", "short", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		"a missing address database":     {"serve", "--geoip", "/nowhere.mmdb", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		"a public address that is none":  {"serve", "--public-url", "foo", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
		"ack redis without a Redis":      {"serve", "--ack", "redis", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if st, out := lx(t, args...); st == 0 || !strings.Contains(out, "lxconsent:") {
				t.Errorf("%d %s", st, out)
			}
		})
	}
}

func TestTwoServersOnOneDataFolderTheSecondRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startIn(t, dir)
	if st, out := lx(t, "serve", "--data-dir", dir, "--listen", "127.0.0.1:0"); st != 1 || !strings.Contains(out, "in use") {
		t.Errorf("%d %s", st, out)
	}
}

func TestAServerSaysThatItIsUpAndWhatItLacks(t *testing.T) {
	t.Parallel()
	s := start(t)
	if a := s.do(http.MethodGet, "/healthz", ""); a.status != http.StatusOK || a.text(t, "status") != "ok" {
		t.Errorf("healthz: %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodGet, "/readyz", ""); a.status != http.StatusOK || a.text(t, "status") != "degraded" || a.text(t, "geo") != "degraded" {
		t.Errorf("readyz without an address database: %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodGet, "/.well-known/gpc.json", ""); a.status != http.StatusOK || a.field(t, "gpc") != true {
		t.Errorf("gpc.json: %d %s", a.status, a.body)
	}
	for _, path := range []string{"/healthz", "/s/demo.js", "/v1/notice?site=demo", "/demo/"} {
		if a := s.do(http.MethodHead, path, ""); a.status != http.StatusOK || len(a.body) != 0 {
			t.Errorf("HEAD %s: %d with %d bytes", path, a.status, len(a.body))
		}
	}
	if a := s.do(http.MethodGet, "/nowhere", ""); a.status != http.StatusNotFound || a.text(t, "code") != "no-such-route" {
		t.Errorf("no route: %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodPatch, "/v1/check", ""); a.status != http.StatusMethodNotAllowed || a.text(t, "code") != "method-not-allowed" {
		t.Errorf("wrong method: %d %s", a.status, a.body)
	}
}

func TestLogsHoldNothingAboutPeople(t *testing.T) {
	t.Parallel()
	s := start(t, "--access-log")
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}, header("User-Agent", "Telltale/1.0"))
	subject := a.text(t, "subject")
	s.do(http.MethodGet, "/v1/check?site=demo&purpose=analytics", "", cookie("lx_subject", subject))
	s.stop()
	for _, secret := range []string{subject, strings.Split(subject, ".")[2], a.text(t, "consent"), "Telltale", "127.0.0.1", "purpose=", id(1)} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(s.log.String(), `"route":"/v1/consents"`) {
		t.Error("the log does not hold the request at all")
	}
}

func TestATagIsPrintedForASiteThatTheServerKnows(t *testing.T) {
	t.Parallel()
	s := start(t)
	tag := `<script src="https://consent.example/s/demo.js"></script>`
	for _, c := range []struct {
		name, site, server string
		status             int
		want, also         string
	}{
		{"a site that exists", "demo", s.url, 0, tag, ""},
		{"a site that does not", "dmeo", s.url, 1, `there is no site "dmeo"`, "lxconsent site list"},
		{"a server that is away", "demo", "http://127.0.0.1:1", 0, tag, "nobody could say"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			st, out := lx(t, "embed", c.site, "--public-url", "https://consent.example", "--server", c.server)
			if st != c.status || !strings.Contains(out, c.want) || !strings.Contains(out, c.also) {
				t.Errorf("%d %s", st, out)
			}
			if c.status != 0 && strings.Contains(out, "<script") {
				t.Errorf("a tag beside the error: %s", out)
			}
		})
	}
}

func TestATagLeadsToTheServerThatWasNamedWhenNoPublicAddressIs(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		flags []string
		want  string
	}{
		"a tag":  {nil, `<script src="` + s.url + `/s/demo.js"></script>`},
		"a gate": {[]string{"--inline"}, `<script async src="` + s.url + `/s/demo.js"></script>`},
	} {
		if st, out := lx(t, append([]string{"embed", "demo", "--server", s.url + "/"}, c.flags...)...); st != 0 || !strings.Contains(out, c.want) {
			t.Errorf("%s: %d %s", name, st, out)
		}
	}
}

func TestTheGateLeadsToWhereVisitorsReachTheServer(t *testing.T) {
	t.Parallel()
	s := start(t)
	st, out := lx(t, "embed", "demo", "--inline", "--public-url", "https://consent.example", "--server", s.url)
	for _, want := range []string{`</script><script async src="https://consent.example/s/demo.js"></script>`, "https://consent.example; connect-src https://consent.example"} {
		if st != 0 || !strings.Contains(out, want) || strings.Contains(out, s.url) {
			t.Errorf("%d, no %q: %s", st, want, out)
		}
	}
}
