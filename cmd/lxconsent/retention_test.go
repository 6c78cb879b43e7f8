package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

func TestASweepLeavesWhatIsYoungAndItsProof(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		s.write(write{"id": id(1), "action": "reject_all"})
		a := s.do(http.MethodPost, "/v1/sites/demo/sweep", "", operator)
		if a.status != http.StatusOK || a.field(t, "records") != float64(0) {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if st, out := s.command("ledger", "export", "--site", "demo"); st != 0 || strings.Count(out, "\n") != 1 {
			t.Errorf("%d %s", st, out)
		}
		if audit := s.do(http.MethodGet, "/v1/audit", "", operator); !strings.Contains(string(audit.body), "retention.sweep") {
			t.Errorf("%s", audit.body)
		}
	})
}

func TestASweepLeavesARecordThatCannotBeReadAndVerifyNamesItAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startIn(t, dir)
	seven(t, s)
	s.stop()
	db, err := bbolt.Open(filepath.Join(dir, "consent.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := boltCells{db}
	v := c.get(t, id(4))
	c.put(t, id(4), v[:len(v)-3])
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// The node's log would mend it.
	if err := os.RemoveAll(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	later := streams{patience: 4 * time.Second, now: func() time.Time { return time.Now().AddDate(0, 30, 0) }}
	s = startBy(t, later, dir)
	for _, gone := range []float64{6, 0} {
		a := s.do(http.MethodPost, "/v1/sites/demo/sweep", "", operator)
		if a.status != http.StatusOK || a.field(t, "records") != gone || a.field(t, "unread") != true {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	st, out := s.command("ledger", "verify", "--site", "demo")
	if st != 1 || strings.Count(out, "record "+id(4)) != 1 || strings.Contains(out, "removed") || strings.Contains(out, "truncated") {
		t.Errorf("status %d\n%s", st, out)
	}
}
