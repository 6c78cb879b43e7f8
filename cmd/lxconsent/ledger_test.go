package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestLedgerExportHoldsEveryRecordInOrder(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		s := start(t, flags...)
		a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		s.write(write{"id": id(2), "action": "reject_all"})
		b := s.write(write{"id": id(3), "action": "accept_all", "levels": acceptAll})
		if e := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(b.text(t, "subject"))); e.status != http.StatusOK {
			t.Fatalf("%d %s", e.status, e.body)
		}
		st, out := s.command("ledger", "export", "--site", "demo")
		if st != 0 {
			t.Fatal(out)
		}
		var ids, subjects []string
		for line := range strings.Lines(out) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			for _, k := range []string{"id", "site", "subject", "edition", "regime", "locale", "levels", "action", "time", "clock"} {
				if _, ok := r[k]; !ok {
					t.Errorf("%s is missing in %s", k, line)
				}
			}
			if _, ok := r["levels"].(map[string]any); !ok {
				t.Errorf("the levels are no object in %s", line)
			}
			ids = append(ids, r["id"].(string))
			subjects = append(subjects, r["subject"].(string))
		}
		if got := strings.Join(ids, " "); got != id(1)+" "+id(2)+" "+id(3) {
			t.Errorf("ids %s", got)
		}
		if !strings.Contains(a.text(t, "subject"), subjects[0]) || subjects[1] != "" || subjects[2] != "" {
			t.Errorf("subjects %q", subjects)
		}
	})
}

func TestLedgerExportOfAnUnknownSiteSaysSo(t *testing.T) {
	t.Parallel()
	if st, out := start(t).command("ledger", "export", "--site", "nowhere"); st != 1 || !strings.Contains(out, "no site") {
		t.Errorf("%d %s", st, out)
	}
}
