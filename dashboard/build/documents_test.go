package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// bind makes the documents of a folder, by their names.
func bind(t *testing.T, root string) (map[string]string, error) {
	t.Helper()
	files, err := documents(root)
	pages := map[string]string{}
	for _, f := range files {
		pages[f.Name] = string(f.Data)
	}
	return pages, err
}

func TestEachDocumentOfTheRepositoryIsAPageWhoseLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	pages, err := bind(t, root)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(sources) < 20 {
		t.Fatalf("only %d sources were found: %v", len(sources), err)
	}
	for _, s := range sources {
		name := "docs/" + strings.TrimSuffix(filepath.Base(s), ".md") + ".html"
		if pages[name] == "" {
			t.Errorf("the README leads to no %s", name)
		}
	}
	href := regexp.MustCompile(`(?:href|src)="/dashboard/([^"#]*)(?:#([^"]*))?"`)
	for name, page := range pages {
		if filepath.Ext(name) != ".html" {
			continue
		}
		if !strings.Contains(page, "<h1") || strings.Contains(page, " style=") {
			t.Errorf("%s has no heading, or a style of its own, which its policy stops", name)
		}
		for _, to := range href.FindAllStringSubmatch(page, -1) {
			there, ok := pages[to[1]]
			if to[1] != "" && (!ok || to[2] != "" && !strings.Contains(there, ` id="`+to[2]+`"`)) {
				t.Errorf("%s leads to %s, which is not there", name, to[0])
			}
		}
	}
}

func TestALinkThatLeadsNowhereIsNamed(t *testing.T) {
	t.Parallel()
	const front = "# A\n\n## Documents\n\n[B](docs/b.md)\n"
	for name, c := range map[string]struct{ front, b, want string }{
		"to a file":          {front, "# B\n\n[c](c.md)\n", "c.md"},
		"to a heading":       {front, "# B\n\n[c](#c)\n", "docs/b.md links to docs/b.md#c"},
		"to another's":       {front, "# B\n\n[c](../README.md#c)\n", "README.md#c"},
		"and there is none":  {front, "# B\n\n[c](#c) and [d](https://example.com/#d)\n\n## C\n", ""},
		"without documents":  {"# A\n", "# B\n", "Documents"},
		"out of the folders": {front, "# B\n\n[c](../../c.json)\n", "c.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			if err := os.Mkdir(filepath.Join(root, "docs"), 0o755); err != nil {
				t.Fatal(err)
			}
			for path, text := range map[string]string{"README.md": c.front, "docs/b.md": c.b} {
				if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := bind(t, root)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("the answer is %v, want %q", err, c.want)
			}
		})
	}
}
