package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// erasures counts the erasures that the log of requests tells of.
func (s *server) erasures() float64 {
	s.t.Helper()
	a := s.do(http.MethodGet, "/v1/sites/demo/requests?kind=erasure", "", operator)
	if a.status != http.StatusOK {
		s.t.Fatalf("the requests = %d %s", a.status, a.body)
	}
	n := 0.0
	for _, r := range a.field(s.t, "requests").([]any) {
		n += r.(map[string]any)["count"].(float64)
	}
	return n
}

func TestAnErasureWhileRedisIsAwayIsToldOfThoughTheServerStarts(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	dir := t.TempDir()
	s := startIn(t, dir, "--redis", redis.URL())
	erase := func(token string) {
		t.Helper()
		if a := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(token)); a.status != http.StatusOK {
			t.Fatalf("the erasure = %d %s", a.status, a.body)
		}
	}
	one := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	two := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	redis.Kill()
	erase(one)
	erase(one)
	erase(two)
	s.stop()
	redis.Restart()
	s = startIn(t, dir, "--redis", redis.URL())
	if n := s.erasures(); n != 3 {
		t.Errorf("the log of requests tells of %v erasures", n)
	}
	erase(two)
	if n := s.erasures(); n != 4 {
		t.Errorf("after one more it tells of %v", n)
	}
}

func TestAnErasureThatTheAuditLogDoesNotTakeIsNotDone(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	s := start(t, "--redis", redis.URL())
	token := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	subject := strings.Split(token, ".")[2]
	erase := func(want int) {
		t.Helper()
		if a := s.do(http.MethodPost, "/v1/sites/demo/erasures", `{"subject":"`+subject+`","reason":"asked by letter"}`, operator); a.status != want {
			t.Fatalf("the erasure = %d %s; want %d", a.status, a.body, want)
		}
	}
	await(t, "the record is in Redis", func() bool {
		_, out := s.command("ledger", "export", "--site", "demo")
		return strings.Contains(out, id(1))
	})
	// That of the export above is put aside.
	journal, aside := "lx:notes{audit:default}", "lx:notes{audit:default} aside"
	if err := redis.Client().Rename(t.Context(), journal, aside).Err(); err != nil {
		t.Fatal(err)
	}
	if made, err := redis.Client().SetNX(t.Context(), journal, "no list", 0).Result(); err != nil || !made {
		t.Fatalf("the audit log is there already: %v", err)
	}
	erase(http.StatusServiceUnavailable)
	if allow, why := s.decision("analytics", subjectToken(token)); !allow {
		t.Errorf("what was not written down was done: %s", why)
	}
	if err := redis.Client().Rename(t.Context(), aside, journal).Err(); err != nil {
		t.Fatal(err)
	}
	erase(http.StatusOK)
	if n := s.erasures(); n != 1 {
		t.Errorf("the log of requests tells of %v erasures", n)
	}
}
