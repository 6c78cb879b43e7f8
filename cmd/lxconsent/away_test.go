package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestConsentsAreTakenWhileRedisIsAwayAndReachItLater(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	note := s.note("FR")
	first := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": note})
	redis.Kill()

	a := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll, "note": note})
	if a.status != http.StatusCreated || a.text(t, "stored") != "local" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	b := s.write(write{"id": id(3), "action": "withdraw", "note": note}, cookie("lx_subject", first.text(t, "subject")), cookie("lx_consent", first.text(t, "consent")))
	if b.status != http.StatusCreated {
		t.Fatalf("a known subject: %d %s", b.status, b.body)
	}
	if allow, why := s.decision("analytics", cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", a.text(t, "subject"))); !allow {
		t.Errorf("a signed cookie must still answer: %s", why)
	}
	if allow, why := s.decision("analytics", cookie("lx_consent", first.text(t, "consent")), cookie("lx_subject", first.text(t, "subject"))); allow || why != "denied" {
		t.Errorf("the withdrawal must count at once: %v %s", allow, why)
	}
	await(t, "the store is shown as degraded", func() bool {
		ready := s.do(http.MethodGet, "/readyz", "")
		return ready.status == http.StatusOK && ready.text(t, "store") == "degraded"
	})
	redis.Restart()
	await(t, "both decisions are in the export", func() bool {
		st, out := s.command("ledger", "export", "--site", "demo")
		return st == 0 && strings.Contains(out, id(2)) && strings.Contains(out, id(3))
	})
}

func TestAWipedRedisIsFilledAgain(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t, "--appendonly", "no")
	s := start(t, "--redis", redis.URL())
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	redis.Kill()
	redis.Restart()
	s.write(write{"id": id(2), "action": "reject_all", "note": s.note("FR")})
	await(t, "the record of before the wipe is back", func() bool {
		allow, _ := s.decision("analytics", cookie("lx_subject", a.text(t, "subject")))
		return allow
	})
}

// await looks again and again until something has come true.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("waited too long: %s", what)
		}
	}
}
