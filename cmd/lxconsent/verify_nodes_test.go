package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// The checkpoint of another server follows what that has handed over by some
// seconds. Until then its records seem old here.
func TestVerifyTakesWhatAnotherServerHasJustHandedOverForNoForgery(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	behind := func() time.Time { return time.Now().Add(-5 * time.Minute) }
	other := startBy(t, streams{now: behind, patience: 4 * time.Second}, t.TempDir(), "--redis", redis.URL(), "--key-file", filepath.Join(s.dir, "keys"))
	other.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	await(t, "the record is handed over", func() bool {
		_, out := s.command("ledger", "export", "--site", "demo")
		return strings.Contains(out, id(1))
	})
	s.write(write{"id": id(2), "action": "reject_all"})
	if status, out := s.command("ledger", "verify"); status != 0 {
		t.Errorf("%d\n%s", status, out)
	}
}
