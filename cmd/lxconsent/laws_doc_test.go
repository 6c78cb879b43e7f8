package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/law"
)

func TestTheLawPageSaysWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", "laws.md"))
	if err != nil {
		t.Fatal(err)
	}
	st, got := lx(t, "gen", "laws")
	if st != 0 || got != string(want) {
		t.Error("docs/reference/laws.md is not what the rows say; run `make gen` and commit the result")
	}
}

func TestTheLawPageShowsEveryRow(t *testing.T) {
	t.Parallel()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	_, page := lx(t, "gen", "laws")
	for _, r := range laws.Rows() {
		if !strings.Contains(page, "| "+r.Code+" | "+r.Name+" | "+r.ValidFrom+" | "+r.ValidTo+" |") {
			t.Errorf("the row %s %s is missing", r.Code, r.ValidFrom)
		}
	}
}

func TestTheRulesPageSaysWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	if st, got := lx(t, "gen", "rules"); st != 0 || got != string(want) {
		t.Error("docs/rules.md is not what the rules say; run `make gen` and commit the result")
	}
}
