package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestTheFlagsPageNamesEveryCommandAndFlag holds docs/flags.md against what the
// program takes: a section or a line for each command, and each flag by name.
func TestTheFlagsPageNamesEveryCommandAndFlag(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "flags.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	parser, err := kong.New(&cli{}, kong.Name("lxconsent"))
	if err != nil {
		t.Fatal(err)
	}
	commands := parser.Model.Leaves(true)
	if len(commands) < 20 {
		t.Fatalf("only %d commands were found", len(commands))
	}
	for _, c := range commands {
		// What follows the program's name, without the arguments.
		name, _, _ := strings.Cut(c.FullPath(), " <")
		name = strings.TrimPrefix(name, "lxconsent ")
		if !strings.Contains(page, name) {
			t.Errorf("the command %q is missing", name)
		}
		for _, f := range c.Flags {
			if !f.Hidden && f.Name != "help" && !strings.Contains(page, "--"+f.Name) {
				t.Errorf("%s: the flag --%s is missing", name, f.Name)
			}
		}
	}
}
