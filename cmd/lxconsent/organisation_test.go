package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestARedisThatLostMembersAndKeysIsSeenAndMendedFromABackup(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendonly", "no")
	s := start(t, "--redis", redis.URL())
	ann(t, s)
	key := s.do(http.MethodPost, "/v1/api-keys", encoded(t, map[string]any{"name": "shop", "permissions": []string{"check"}, "expires": inAYear()}), operator)
	if key.status != http.StatusOK {
		t.Fatalf("%d %s", key.status, key.body)
	}
	asKey := header("Authorization", "Bearer "+key.text(t, "secret"))
	await(t, "the server has counted", func() bool {
		b, err := os.ReadFile(filepath.Join(s.dir, "organisation"))
		return err == nil && strings.Contains(string(b), `"accounts":1,"keys":1`)
	})
	backup := filepath.Join(t.TempDir(), "backup")
	if st, out := s.command("backup", "--out", backup); st != 0 {
		t.Fatal(out)
	}
	doctor := func() string {
		_, out := lx(t, "doctor", "--data-dir", s.dir, "--redis", redis.URL())
		return out
	}
	if out := doctor(); strings.Contains(out, "wiped") {
		t.Errorf("before: %s", out)
	}
	redis.Kill()
	redis.Restart()
	await(t, "the log tells of it", func() bool {
		return strings.Contains(s.log.String(), "Redis was wiped: 1 member, 1 API key and 1 organisation are gone")
	})
	if out := doctor(); !strings.Contains(out, "Redis was wiped: 1 member, 1 API key and 1 organisation are gone") || !strings.Contains(out, "lxconsent restore BACKUP --merge --redis URL") {
		t.Errorf("doctor: %s", out)
	}
	s.stop()
	s = startIn(t, s.dir, "--redis", redis.URL())
	await(t, "the log of the start tells of it too", func() bool { return strings.Contains(s.log.String(), "Redis was wiped") })

	if st, out := lx(t, "restore", backup, "--merge", "--redis", redis.URL()); st != 0 {
		t.Fatal(out)
	}
	if a := s.do(http.MethodGet, "/v1/check?site=demo&purpose=analytics", "", asKey); a.status != http.StatusOK {
		t.Errorf("the key: %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodPost, "/v1/session", encoded(t, map[string]string{"email": "ann@example.com", "password": annsWords})); a.status != http.StatusNoContent {
		t.Errorf("the member: %d %s", a.status, a.body)
	}
	if out := doctor(); strings.Contains(out, "wiped") {
		t.Errorf("afterwards: %s", out)
	}
}

func TestWhoIsPutIntoAnOrganisationFindsItThere(t *testing.T) {
	t.Parallel()
	s := start(t)
	invite := encoded(t, map[string]any{"email": "bob@example.com", "role": "owner"})
	key := encoded(t, map[string]any{"name": "shop", "permissions": []string{"check"}, "expires": inAYear()})
	for name, c := range map[string]struct{ path, body string }{
		"bobs": {"/v1/invitations", invite}, "keys": {"/v1/api-keys", key},
	} {
		if a := s.do(http.MethodPost, c.path, c.body, operator, header("Consent-Tenant", name)); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", c.path, a.status, a.body)
		}
		if a := s.do(http.MethodGet, "/v1/tenant", "", operator, header("Consent-Tenant", name)); a.status != http.StatusOK || a.text(t, "id") != name {
			t.Errorf("%s: the organisation is answered as %d %s", c.path, a.status, a.body)
		}
		for _, wrong := range []string{"a/b", "..", "Bobs", strings.Repeat("x", 33)} {
			if a := s.do(http.MethodPost, c.path, c.body, operator, header("Consent-Tenant", wrong)); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s in %q: %d %s", c.path, wrong, a.status, a.body)
			}
		}
	}
}
