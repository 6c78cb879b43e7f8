package outbox_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// asWritten asserts that what a damaged file gives was written, in that order.
func asWritten(t *testing.T, what string, at int, got, written [][]byte) {
	t.Helper()
	if len(got) > len(written) {
		t.Fatalf("%s at %d: %d entries of %d", what, at, len(got), len(written))
	}
	for i, e := range got {
		if !bytes.Equal(e, written[i]) {
			t.Fatalf("%s at %d: entry %d is not what was written", what, at, i)
		}
	}
}

func TestNoCutAndNoFlippedBitGivesAnythingThatWasNotWritten(t *testing.T) {
	t.Parallel()
	const count = 12
	dir, files := written(t, count, 64<<10)
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	end := len(bytes.TrimRight(whole, "\x00"))
	all := outbox.Entries(whole)
	if len(all) != count {
		t.Fatalf("%d entries were written", len(all))
	}
	for size := range end {
		asWritten(t, "cut", size, outbox.Entries(whole[:size]), all)
		zeros := bytes.Clone(whole)
		clear(zeros[size:])
		asWritten(t, "emptied", size, outbox.Entries(zeros), all)
	}
	rng := rand.New(rand.NewPCG(3, 9))
	for n := range 1000 {
		b, at := bytes.Clone(whole), rng.IntN(end)
		b[at] ^= 1 << rng.IntN(8)
		asWritten(t, "flipped", at, outbox.Entries(b), all)
		if n%25 != 0 {
			continue
		}
		log := copyDir(t, dir)
		if err := os.WriteFile(filepath.Join(log, filepath.Base(files[0])), b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, times, err := reopened(t, log)
		if err != nil {
			if consent.CodeOf(err) != consent.Invalid {
				t.Fatalf("flipped at %d: Open = %v", at, err)
			}
			continue
		}
		for id, n := range times {
			if n != 1 {
				t.Fatalf("flipped at %d: record %s is there %d times", at, id, n)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
