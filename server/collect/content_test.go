package collect

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/leadiumx/consent/consent"
)

// FuzzTheContentOfAWriteIsHashedAsJSON holds the hash still: a retry must find
// the record of an earlier version of the program.
func FuzzTheContentOfAWriteIsHashedAsJSON(f *testing.F) {
	f.Add("demo", "1.k.demo", "analytics", "youtube", "save", 1, byte(0))
	f.Add("\"<&>", "\xff", "\u2028", "", "", -1, byte(5))
	f.Fuzz(func(t *testing.T, site, note, purpose, vendor, action string, n int, how byte) {
		w := Write{Site: site, Note: note, Action: consent.Action(action), Signals: consent.Signals{GPC: how&1 > 0, Minor: how&2 > 0, Sensitive: how&4 > 0}}
		if how&8 == 0 {
			w.Levels = map[string]int{purpose: n, vendor: 1, "functional": 0}
		}
		if how&16 == 0 {
			w.Vendors = map[string]int{vendor: -n}
		}
		b, err := json.Marshal(struct {
			Site, Note      string
			Levels, Vendors map[string]int
			Action          consent.Action
			Signals         consent.Signals
		}{w.Site, w.Note, w.Levels, w.Vendors, w.Action, w.Signals})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		if want, got := base64.RawURLEncoding.EncodeToString(sum[:consent.ContentSize]), content(&w); got != want {
			t.Fatalf("the content is %s, want %s of %s", got, want, b)
		}
	})
}
