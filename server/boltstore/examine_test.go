package boltstore_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
)

func TestADamagedFileIsRefusedInWordsAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	for i := range 40 {
		var records []consent.Record
		for n := range 50 {
			name := fmt.Sprintf("%d-%d", i, n)
			records = append(records, consent.Record{ID: name, Site: "shop", Subject: "of-" + name, Content: "c", Levels: map[string]int{"a": 1}, Clock: int64(i)})
		}
		for _, got := range s.AppendAll(t.Context(), records) {
			if got.Err != nil {
				t.Fatal(got.Err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	open(t, path).Close()
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for i := range 150 {
		b := append([]byte(nil), whole...)
		switch i % 3 {
		case 0:
			b = b[:random.IntN(len(b))]
		default:
			for range 1 + i%7*10 {
				b[random.IntN(len(b))] ^= 1 << random.IntN(8)
			}
		}
		path := filepath.Join(t.TempDir(), "store.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := boltstore.Open(path, boltstore.Options{})
		if err == nil {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		refused++
		if consent.CodeOf(err) != consent.Invalid {
			t.Errorf("damage %d: Open = %v", i, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(b) {
			t.Errorf("damage %d: the file was changed: %v", i, err)
		}
	}
	if refused < 50 {
		t.Errorf("%d of 150 damaged files were refused", refused)
	}
}

func TestAFileIsLookedThroughAfterAStartThatDidNotEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	open(t, path).Close()
	if err := os.WriteFile(path+".opening", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if _, err := os.Stat(path + ".opening"); !os.IsNotExist(err) {
		t.Errorf("the mark is still there: %v", err)
	}
}
