package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestABannerThatTellsIsCountedAndItsCookiesWaitInTheInbox(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		s := startIn(t, dir, flags...)
		doc := edit(t, example("leadiumx.json"), func(m map[string]any) {
			m["features"].(map[string]any)["insight"] = true
		})
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		if a := s.do(http.MethodPut, "/v1/sites/leadiumx", string(b), operator); a.status != http.StatusOK {
			t.Fatalf("apply = %d %s", a.status, a.body)
		}
		script := s.do(http.MethodGet, "/s/leadiumx.js", "")
		if !strings.Contains(string(script.body), "/v1/seen") {
			t.Fatal("the script tells nothing")
		}
		note := s.do(http.MethodGet, "/v1/notice?site=leadiumx", "").text(t, "note")
		tell := func(more map[string]any, opts ...option) int {
			more["site"], more["note"] = "leadiumx", note
			return s.do(http.MethodPost, "/v1/seen", encoded(t, more), append(opts, header("Content-Type", "text/plain"))...).status
		}
		for i := range 12 {
			if got := tell(map[string]any{"device": 1}); got != http.StatusNoContent {
				t.Fatalf("seen = %d", got)
			}
			if i < 11 {
				tell(map[string]any{"device": 1, "action": "accept_all"})
			}
		}
		tell(map[string]any{}, header("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"))
		tell(map[string]any{"action": "names", "names": []string{"_clck", "lx_consent"}})
		if got := tell(map[string]any{"note": "x"}, fromPage("https://evil.example")); got != http.StatusForbidden {
			t.Errorf("another page tells: %d", got)
		}
		if got := tell(map[string]any{"action": "nonsense"}); got != http.StatusUnprocessableEntity {
			t.Errorf("an unknown action: %d", got)
		}
		// What was counted is handed over at the stop.
		s.stop()
		s = startIn(t, dir, flags...)
		r := s.do(http.MethodGet, "/v1/sites/leadiumx/insight", "", operator)
		if totals, _ := r.field(t, "totals").(map[string]any); totals["shown"] != 12.0 || totals["accepted"] != 11.0 || totals["ignored"] != nil || r.field(t, "bots") != 1.0 {
			t.Errorf("insight = %s", r.body)
		}
		csv := s.do(http.MethodGet, "/v1/sites/leadiumx/insight?format=csv&by=device", "", operator)
		if !strings.Contains(string(csv.body), "phone,12,11,0,0,0,<10,0") {
			t.Errorf("csv = %s", csv.body)
		}
		inbox := s.do(http.MethodGet, "/v1/sites/leadiumx/inbox", "", operator)
		if !strings.Contains(string(inbox.body), "Microsoft Clarity") || strings.Contains(string(inbox.body), "lx_consent") {
			t.Errorf("inbox = %s", inbox.body)
		}
		filed := s.do(http.MethodPost, "/v1/sites/leadiumx/inbox", `{"name":"_clck","state":"filed","cookie":{"name":"_clck","purpose":"analytics"}}`, operator)
		if !strings.Contains(string(filed.body), `"state":"filed"`) {
			t.Errorf("filing = %d %s", filed.status, filed.body)
		}
		if draft := s.do(http.MethodGet, "/v1/sites/leadiumx/document?draft=1", "", operator); !strings.Contains(string(draft.body), "_clck") {
			t.Errorf("the draft is %s", draft.body)
		}
	})
}

func TestAReportHoldsThirtyDaysUpToItsLastOne(t *testing.T) {
	t.Parallel()
	s := start(t)
	for query, want := range map[string]string{
		"?to=2026-01-31":                 "2026-01-02",
		"?to=2028-03-01":                 "2028-02-01",
		"?to=2026-01-31&from=2026-01-31": "2026-01-31",
	} {
		if a := s.do(http.MethodGet, "/v1/sites/demo/insight"+query, "", operator); a.status != http.StatusOK || a.text(t, "from") != want {
			t.Errorf("%s = %d %s", query, a.status, a.body)
		}
	}
	if a := s.do(http.MethodGet, "/v1/sites/demo/insight?to=soon", "", operator); a.status != http.StatusUnprocessableEntity {
		t.Errorf("no day = %d %s", a.status, a.body)
	}
}
