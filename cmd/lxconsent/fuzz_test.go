package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func FuzzAKeyFileIsReadOrRefused(f *testing.F) {
	for _, s := range []string{
		`{"keys":[{"id":"k1","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}`, `{"keys":[]}`, `{"keys":[{"id":"k1","secret":"!"}]}`, "", "null",
		`{"keys":[{"id":"k1","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],"account":"AA==","retired":[{"id":"x","public":"AA=="}]}`,
	} {
		f.Add(s)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, s string) {
		path := filepath.Join(dir, "keys")
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		ring, err := readKeyring(path)
		if err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Fatalf("another code: %v", err)
		}
		if err == nil && !consent.IsRecordID(ring.Sign("x", "y")) {
			t.Fatal("a keyring that does not sign")
		}
	})
}
