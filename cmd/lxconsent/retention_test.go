package main

import (
	"net/http"
	"strings"
	"testing"
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
