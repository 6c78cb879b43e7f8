package boltstore_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
)

func TestAFileThatAnotherVersionWroteIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for format, says := range map[uint64]string{2: "before its first release", 4: "a later version"} {
		path := filepath.Join(t.TempDir(), "db")
		s, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := boltstore.SetFormat(path, format); err != nil {
			t.Fatal(err)
		}
		if _, err := boltstore.Open(path, boltstore.Options{}); consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("format %d: %v", format, err)
		}
	}
}
