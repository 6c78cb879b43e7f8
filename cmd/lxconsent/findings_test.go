package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// demoDraft is the demo's document.
func (s *server) demoDraft() map[string]any {
	s.t.Helper()
	var view struct {
		Draft map[string]any `json:"draft"`
	}
	if err := json.Unmarshal(s.do(http.MethodGet, "/v1/sites/demo", "", operator).body, &view); err != nil {
		s.t.Fatal(err)
	}
	return view.Draft
}

func (s *server) put(path string, doc any) (answer, []consent.Finding) {
	s.t.Helper()
	b, err := json.Marshal(doc)
	if err != nil {
		s.t.Fatal(err)
	}
	a := s.do(http.MethodPut, path, string(b), operator)
	var out struct {
		Findings []consent.Finding `json:"findings"`
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		s.t.Fatalf("%d %s", a.status, a.body)
	}
	return a, out.Findings
}

func TestADraftIsSavedWithItsFindingsAndNotPublishedWithErrors(t *testing.T) {
	t.Parallel()
	s := start(t)
	doc := s.demoDraft()
	doc["texts"] = map[string]any{"en": map[string]any{"button.accept": "OK"}}
	saved, found := s.put("/v1/sites/demo/draft", doc)
	if saved.status != http.StatusOK || len(found) == 0 || found[0].Rule != "D21" || found[0].Severity != "error" || found[0].Path != "texts.en.button.accept" {
		t.Fatalf("save: %d %+v", saved.status, found)
	}
	listed := s.do(http.MethodGet, "/v1/sites/demo/findings", "", operator)
	if listed.status != http.StatusOK || !strings.Contains(string(listed.body), `"rule":"D21","severity":"error","path":"texts.en.button.accept","message":`) {
		t.Errorf("list: %d %s", listed.status, listed.body)
	}
	published := s.do(http.MethodPost, "/v1/sites/demo/publish", `{}`, operator)
	if published.status != http.StatusUnprocessableEntity || !strings.Contains(string(published.body), `"rule":"D21"`) {
		t.Errorf("publish: %d %s", published.status, published.body)
	}
	if live := s.do(http.MethodGet, "/s/demo.js", ""); live.header.Get("Consent-Edition") != "1" {
		t.Errorf("edition %s is live", live.header.Get("Consent-Edition"))
	}
	if a := s.do(http.MethodGet, "/v1/sites/demo/findings", ""); a.status != http.StatusUnauthorized {
		t.Errorf("a stranger reads the findings: %d", a.status)
	}
}

func TestHostileThemesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, change := range map[string]func(doc, banner, theme map[string]any){
		"white on white": func(_, _, theme map[string]any) { theme["accent"], theme["accent_text"] = "#fff", "#fefefe" },
		"a refusal of one pixel": func(_, banner, _ map[string]any) {
			banner["reject"] = map[string]any{"width": "1px"}
		},
		"styles of one's own":    func(_, _, theme map[string]any) { theme["css"] = "[data-lx-action=reject]{display:none}" },
		"a script in the colour": func(_, _, theme map[string]any) { theme["accent"] = "#fff}.lx button{height:1px" },
		"OK as a grant":          func(doc, _, _ map[string]any) { doc["texts"] = texts("button.accept", "OK") },
		"a refusal below the fold": func(doc, _, _ map[string]any) {
			doc["texts"] = texts("button.accept", strings.Repeat("Accept and read on ", 8))
		},
		"a refusal without words": func(doc, _, _ map[string]any) { doc["texts"] = texts("button.reject", " ") },
	} {
		doc := s.demoDraft()
		banner := doc["banner"].(map[string]any)
		change(doc, banner, banner["theme"].(map[string]any))
		if a, _ := s.put("/v1/sites/demo", doc); a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func texts(key, text string) map[string]any {
	return map[string]any{"en": map[string]any{key: text}}
}

func TestApplyPrintsWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	s := start(t)
	doc := s.demoDraft()
	doc["id"] = "other"
	banner := doc["banner"].(map[string]any)
	banner["reopen"] = false
	file := filepath.Join(t.TempDir(), "site.json")
	write := func() {
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	st, out := s.command("site", "apply", "-f", file)
	if st != 0 || !strings.Contains(out, "edition 1 is live") || !strings.Contains(out, "warning D38 at banner.reopen: ") || !strings.Contains(out, "source: Cal. Civ. Code") {
		t.Errorf("warnings: %d %s", st, out)
	}
	doc["texts"] = texts("button.accept", "Got it")
	write()
	st, out = s.command("site", "apply", "-f", file)
	if st == 0 || !strings.Contains(out, "error D21 at texts.en.button.accept: ") || !strings.Contains(out, "fix: Write what happens") {
		t.Errorf("errors: %d %s", st, out)
	}
}

func TestWhoeverPublishesIsToldBeforeWhoIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := start(t)
	told := func(path string) string {
		t.Helper()
		var out struct {
			Again json.RawMessage `json:"asks_again"`
		}
		a := s.do(http.MethodGet, "/v1/sites/"+path, "", operator)
		if err := json.Unmarshal(a.body, &out); err != nil {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		return string(out.Again)
	}
	doc := s.demoDraft()
	doc["name"] = "Other words"
	s.put("/v1/sites/demo/draft", doc)
	if got := told("demo/findings"); got != "[]" {
		t.Errorf("other words: %s", got)
	}
	doc["vendors"] = append(doc["vendors"].([]any), map[string]any{"id": "maps", "name": "Maps", "purposes": []string{"marketing"}})
	s.put("/v1/sites/demo/draft", doc)
	if got := told("demo/findings"); got != `[{"purpose":"marketing","because":["vendors"],"vendors":["maps"]}]` {
		t.Errorf("a vendor more: %s", got)
	}
	if st, out := s.command("site", "publish", "demo"); st != 0 || !strings.Contains(out, "edition 2 is live; visitors are asked again") {
		t.Errorf("publish: %d %s", st, out)
	}
	if got := told("demo/findings"); got != "[]" {
		t.Errorf("once it is live: %s", got)
	}
	if got := told("demo/editions/1"); got != "[]" {
		t.Errorf("a rollback asks for less: %s", got)
	}
	doc["vendors"] = append(doc["vendors"].([]any), map[string]any{"id": "films", "name": "Films", "purposes": []string{"marketing"}})
	s.put("/v1/sites/demo/draft", doc)
	if a := s.do(http.MethodPost, "/v1/sites/demo/publish", `{"effective_at":"`+inAYear()+`"}`, operator); a.status != http.StatusOK {
		t.Fatalf("plan an edition: %d %s", a.status, a.body)
	}
	if got := told("demo/findings?effective_at=" + time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339)); got != "[]" {
		t.Errorf("once the planned edition is live, its vendor is not new: %s", got)
	}
	if got := told("demo/findings"); !strings.Contains(got, "films") {
		t.Errorf("until then it is: %s", got)
	}
	if a := s.do(http.MethodGet, "/v1/sites/demo/findings?effective_at=soon", "", operator); a.status != http.StatusBadRequest || !strings.Contains(string(a.body), "effective_at") {
		t.Errorf("no time: %d %s", a.status, a.body)
	}
	doc["id"] = "shop"
	s.put("/v1/sites/shop/draft", doc)
	if got := told("shop/findings"); got != "[]" {
		t.Errorf("a site that nobody has seen: %s", got)
	}
}
