package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestAServerThatStartsWhileRedisIsAwayServesItsOwnCopyAndCatchesUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ breaks, mends func(*redistest.Server) }{
		"killed":                           {(*redistest.Server).Kill, (*redistest.Server).Restart},
		"stopped by a signal, so it hangs": {(*redistest.Server).Pause, (*redistest.Server).Resume},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t)
			before := start(t, "--redis", redis.URL())
			if status, out := before.command("site", "apply", "-f", example("leadiumx.json")); status != 0 {
				t.Fatal(out)
			}
			note := before.note("FR")
			given := before.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": note})
			if a := before.do(http.MethodPost, "/v1/sites/leadiumx/archive", "", operator); a.status >= 300 {
				t.Fatalf("archive: %d %s", a.status, a.body)
			}
			await(t, "the sites are copied to the node", func() bool { return copied(t, before.dir, "demo", "leadiumx") })
			before.stop()
			c.breaks(redis)
			t.Cleanup(redis.Resume)

			s := startIn(t, before.dir, "--redis", redis.URL())
			if a := s.do(http.MethodGet, "/s/demo.js", ""); a.status != http.StatusOK || a.header.Get("Consent-Edition") != "1" {
				t.Errorf("the script: %d, edition %q", a.status, a.header.Get("Consent-Edition"))
			}
			if a := s.do(http.MethodGet, "/s/leadiumx.js", ""); a.status != http.StatusNotFound {
				t.Errorf("the script of an archived site: %d", a.status)
			}
			signed := cookie("lx_consent", given.text(t, "consent"))
			if allow, why := s.decision("analytics", signed); !allow || why != "granted" {
				t.Errorf("a signed cookie: %v %s", allow, why)
			}
			// What this node's log knows of the subject may have been withdrawn elsewhere.
			if allow, why := s.decision("analytics", cookie("lx_subject", given.text(t, "subject"))); allow || why != "unavailable" {
				t.Errorf("a subject alone: %v %s", allow, why)
			}
			if a := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll, "note": note}); a.status != http.StatusCreated || a.text(t, "stored") != "local" {
				t.Errorf("a write: %d %s", a.status, a.body)
			}
			if a := s.do(http.MethodGet, "/readyz", ""); a.status != http.StatusOK || a.text(t, "status") != "degraded" || a.text(t, "store") != "degraded" {
				t.Errorf("readyz: %d %s", a.status, a.body)
			}
			if a := s.do(http.MethodGet, "/v1/sites", "", operator); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
				t.Errorf("the list of sites: %d %s", a.status, a.body)
			}
			if !strings.Contains(s.log.String(), "starts with its own copy of the sites") {
				t.Errorf("the log does not say how the server started: %s", s.log)
			}

			c.mends(redis)
			await(t, "the decision is in the export", func() bool {
				st, out := s.command("ledger", "export", "--site", "demo")
				return st == 0 && strings.Contains(out, id(1)) && strings.Contains(out, id(2))
			})
			await(t, "the store is in order again", func() bool { return s.do(http.MethodGet, "/readyz", "").text(t, "store") == "ok" })
			if st, out := s.command("ledger", "verify", "--site", "demo"); st != 0 {
				t.Errorf("the chain: %s", out)
			}
		})
	}
}

func TestAServerThatHasNeverSeenASiteStartsWithoutRedisAndRecovers(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	redis.Kill()
	s := start(t, "--redis", redis.URL())
	if a := s.do(http.MethodGet, "/s/demo.js", ""); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("the script: %d %s", a.status, a.body)
	}
	if allow, why := s.decision("analytics"); allow || why != "unavailable" {
		t.Errorf("a check: %v %s", allow, why)
	}
	if a := s.do(http.MethodGet, "/v1/gate?site=demo&purpose=analytics", ""); a.status != http.StatusForbidden {
		t.Errorf("the gate: %d", a.status)
	}
	if a := s.do(http.MethodPost, "/v1/consents", `{"site":"demo","id":"`+id(1)+`","note":"x","levels":{},"action":"reject_all","age":0}`); a.status != http.StatusServiceUnavailable {
		t.Errorf("a write: %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodGet, "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("healthz: %d", a.status)
	}
	if !strings.Contains(s.log.String(), "has no copy of a site yet") {
		t.Errorf("the log does not say what is missing: %s", s.log)
	}
	redis.Restart()
	await(t, "the demo is served", func() bool { return s.do(http.MethodGet, "/s/demo.js", "").status == http.StatusOK })
	if a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}); a.status != http.StatusCreated {
		t.Errorf("a write: %d %s", a.status, a.body)
	}
}

// copied reports whether a data directory has its own copy of sites, and of
// which of them are archived.
func copied(t *testing.T, dir string, sites ...string) bool {
	t.Helper()
	paths := []string{filepath.Join(dir, "log", "documents", "catalog.archived.json")}
	for _, site := range sites {
		paths = append(paths, filepath.Join(dir, "log", "editions", site, "1.json"))
	}
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return false
		}
	}
	return true
}

func TestAnArchivedSiteStaysArchivedWhenRedisIsWiped(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendonly", "no")
	s := start(t, "--redis", redis.URL())
	if status, out := s.command("site", "apply", "-f", example("leadiumx.json")); status != 0 {
		t.Fatal(out)
	}
	if a := s.do(http.MethodPost, "/v1/sites/leadiumx/archive", "", operator); a.status >= 300 {
		t.Fatalf("archive: %d %s", a.status, a.body)
	}
	await(t, "the sites are copied to the node", func() bool { return copied(t, s.dir, "demo", "leadiumx") })
	redis.Kill()
	redis.Restart()
	await(t, "the sites are published again", func() bool { return strings.Contains(s.log.String(), "published there again") })
	await(t, "the demo is listed", func() bool {
		st, out := s.command("site", "list")
		return st == 0 && strings.Contains(out, "demo")
	})
	if a := s.do(http.MethodGet, "/s/leadiumx.js", ""); a.status != http.StatusNotFound {
		t.Errorf("the script of an archived site: %d", a.status)
	}
}
