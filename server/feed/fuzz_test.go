package feed

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/leadiumx/consent/consent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func FuzzACursorHasOneSpelling(f *testing.F) {
	f.Add(cursor{arrival: "12", note: 3, edition: 4}.String())
	for _, s := range []string{"", "W10", "WyIiLDAsMF0", "!", "bnVsbA", "WyIiLDAsMCwwXQ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parse(s)
		if err != nil && consent.CodeOf(err) != consent.Invalid {
			t.Fatalf("another code: %v", err)
		}
		if err == nil && s != "" && c.String() != s {
			t.Fatalf("%q is read as %+v", s, c)
		}
	})
}
