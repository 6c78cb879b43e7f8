package boltstore_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest"
	"github.com/leadiumx/consent/server/boltstore"
)

const writers = 4

// TestWriterProcess is the child of the test below and does nothing by itself:
// it appends records for ever and says each id once it is acknowledged.
func TestWriterProcess(t *testing.T) {
	if flag.NArg() != 2 || flag.Arg(0) != "write-to" {
		return
	}
	s, err := boltstore.Open(flag.Arg(1), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := len(exported(t, s))
	var mu sync.Mutex
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", first, w, i)
				r := consent.Record{ID: id, Site: "shop", Subject: "sub-" + id, Content: "c"}
				if _, _, err := s.Append(t.Context(), r); err != nil {
					return
				}
				mu.Lock()
				fmt.Printf("acknowledged %s\n", id)
				mu.Unlock()
			}
		})
	}
	group.Wait()
}

func exported(t *testing.T, s *boltstore.Store) []consent.Record {
	t.Helper()
	var all []consent.Record
	if err := s.Export(t.Context(), "shop", func(r consent.Record) error { all = append(all, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryAcknowledgedRecordOutlivesAKilledProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	acknowledged := map[string]bool{}
	for round := range 6 {
		storetest.KillAfter(t, 20+round*37, acknowledged, "write-to", path)
		s, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		times := map[string]int{}
		for _, r := range exported(t, s) {
			times[r.ID]++
			if _, err := s.Latest(t.Context(), "shop", r.Subject); err != nil {
				t.Fatalf("round %d: record %s has no current state: %v", round, r.ID, err)
			}
		}
		for id := range acknowledged {
			if times[id] != 1 {
				t.Fatalf("round %d: record %s is there %d times", round, id, times[id])
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
