package redisstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

func TestNothingIsLostOrDoubledWhileSlotsMove(t *testing.T) {
	t.Parallel()
	urls := redistest.StartCluster(t)
	s := open(t, redisstore.Options{URLs: urls})
	m := redistest.NewMover(t, urls)
	var stop atomic.Bool
	var written, denied atomic.Int64
	var group sync.WaitGroup
	const writers = 4
	last := make([]int, writers)
	for w := range writers {
		group.Go(func() {
			for i := 0; !stop.Load() && !t.Failed(); i++ {
				r := simple(fmt.Sprintf("%d-%d", w, i))
				r.Subject = fmt.Sprintf("sub-%d-%d", w, i%50)
				r.Clock = int64(i+1) * 1000
				persistently(t, s, r)
				last[w] = i
				written.Add(1)
				// A check in between is right or denied, never wrong.
				ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
				got, err := s.Latest(ctx, "shop", r.Subject)
				cancel()
				if err != nil {
					denied.Add(1)
				} else if got.ID != r.ID {
					t.Errorf("Latest of %s = %s", r.ID, got.ID)
				}
			}
		})
	}
	// Move every slot of the first server that holds something.
	moved, keys := 0, 0
	for slot, ok := m.Used(0, 0); ok; slot, ok = m.Used(0, slot+1) {
		before := written.Load()
		keys += m.Move(slot, 0, 1+moved%2, func() {
			for range 3 {
				if written.Load() == before {
					_ = m.Nodes[0].Ping(t.Context())
				}
			}
		})
		moved++
	}
	stop.Store(true)
	group.Wait()
	t.Logf("%d slots with %d keys moved during %d writes; %d checks denied", moved, keys, written.Load(), denied.Load())
	if moved == 0 {
		t.Fatal("no slot was moved")
	}
	count := map[string]int{}
	for _, r := range exported(t, s) {
		count[r.ID]++
	}
	for w := range writers {
		for i := range last[w] + 1 {
			if n := count[fmt.Sprintf("%d-%d", w, i)]; n != 1 {
				t.Fatalf("record %d-%d is there %d times", w, i, n)
			}
		}
	}
	days, err := s.Counts(t.Context(), "shop", "1970-01-01", "1970-01-01")
	if err != nil || days["1970-01-01"]["records"] != written.Load() {
		t.Fatalf("the counters say %d of %d, %v", days["1970-01-01"]["records"], written.Load(), err)
	}
	if _, err := s.Latest(t.Context(), "shop", "nobody"); consent.CodeOf(err) != consent.NotFound {
		t.Fatal(err)
	}
}
