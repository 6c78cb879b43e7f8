package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// merged is the example site with what a page of the documents shows of one.
func merged(m, shown map[string]any) {
	list := func(name string) []any { l, _ := m[name].([]any); return l }
	for name, v := range shown {
		switch name {
		case "classes": // A purpose.
			m["purposes"] = append(list("purposes")[:3:3], append([]any{shown}, list("purposes")[4:]...)...)
		case "scheme": // A theme.
			m["banner"].(map[string]any)["theme"] = shown
		case "features":
			maps.Copy(m["features"].(map[string]any), v.(map[string]any))
		case "vendors", "cookies":
			m[name] = append(list(name), v.([]any)...)
		case "rules", "stricter", "locales", "texts":
			m[name] = v
		}
	}
}

func TestWhatTheDocumentsShowOfASiteIsAppliedWithoutAFinding(t *testing.T) {
	t.Parallel()
	s := start(t)
	blocks := regexp.MustCompile("(?ms)^```json\n(.*?)^```")
	n := 0
	for _, page := range []string{"site-document.md", "gating.md", "languages.md"} {
		b, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range blocks.FindAllSubmatch(b, -1) {
			n++
			var shown map[string]any
			if err := json.Unmarshal(block[1], &shown); err != nil {
				t.Fatalf("%s: %v\n%s", page, err, block[1])
			}
			doc := edit(t, example("leadiumx.json"), func(m map[string]any) {
				// The rule of gating.md names a vendor that the page does not show.
				m["vendors"] = append(m["vendors"].([]any), map[string]any{"id": "stats", "name": "Stats", "purposes": []string{"recording"}})
				merged(m, shown)
			})
			st, out := s.command("site", "apply", "-f", doc)
			// The example does not speak every language.
			if out = strings.ReplaceAll(out, "warning D35", ""); st != 0 || strings.Contains(out, "warning D") {
				t.Errorf("%s: %d %s\n%s", page, st, out, block[1])
			}
		}
	}
	if n < 7 {
		t.Fatalf("only %d blocks were found", n)
	}
}
