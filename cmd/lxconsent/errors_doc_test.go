package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheAPIPageNamesEveryCode holds docs/http-api.md against the codes of
// problem documents that the source declares.
func TestTheAPIPageNamesEveryCode(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	b, err := os.ReadFile(filepath.Join(root, "docs", "http-api.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "\n### Errors\n")
	table, _, _ = strings.Cut(table, "\n## ")
	declared := regexp.MustCompile(`(?m)^\s\w+\s+(?:consent\.)?Code\s+= "([a-z-]+)"`)
	alone := regexp.MustCompile(`(?m)^const \w+ consent\.Code = "([a-z-]+)"`)
	codes := 0
	for _, folder := range []string{"consent", filepath.Join("server", "web"), filepath.Join("server", "admin")} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			src, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range append(declared.FindAllStringSubmatch(string(src), -1), alone.FindAllStringSubmatch(string(src), -1)...) {
				codes++
				if !strings.Contains(table, "`"+m[1]+"`") {
					t.Errorf("the code %q of %s is missing", m[1], name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if codes < 20 {
		t.Fatalf("only %d codes were found", codes)
	}
}
