package redisstore_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/redis/go-redis/v9"
)

// mover takes slots from one server of a cluster to another, as resharding does:
// key by key, while both serve.
type mover struct {
	t    *testing.T
	from []*redis.Client
	ids  []string
}

func newMover(t *testing.T, urls []string) *mover {
	t.Helper()
	m := &mover{t: t}
	for _, u := range urls {
		c := redis.NewClient(&redis.Options{Addr: strings.TrimPrefix(u, "redis://")})
		t.Cleanup(func() { _ = c.Close() })
		m.from = append(m.from, c)
		m.ids = append(m.ids, m.must(c.Do(t.Context(), "CLUSTER", "MYID").Text()))
	}
	return m
}

func (m *mover) must(s string, err error) string {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

// move takes a slot along with its keys; pause is called between keys.
func (m *mover) move(slot, from, to int, pause func()) (keys int) {
	m.t.Helper()
	ctx := m.t.Context()
	a, b := m.from[from], m.from[to]
	m.must(b.Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", m.ids[from]).Text())
	m.must(a.Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", m.ids[to]).Text())
	host, port, _ := net.SplitHostPort(b.Options().Addr)
	for {
		some, err := a.ClusterGetKeysInSlot(ctx, slot, 10).Result()
		if err != nil {
			m.t.Fatal(err)
		}
		if len(some) == 0 {
			break
		}
		for _, k := range some {
			m.must(a.Migrate(ctx, host, port, k, 0, 5*time.Second).Result())
			keys++
			pause()
		}
	}
	for _, c := range []*redis.Client{b, a, m.from[3-from-to]} {
		m.must(c.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", m.ids[to]).Text())
	}
	return keys
}

func TestNothingIsLostOrDoubledWhileSlotsMove(t *testing.T) {
	t.Parallel()
	urls := redistest.StartCluster(t)
	s := open(t, redisstore.Options{URLs: urls})
	m := newMover(t, urls)
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
	for slot := range 16384 / 3 {
		n, err := m.from[0].ClusterCountKeysInSlot(t.Context(), slot).Result()
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			continue
		}
		before := written.Load()
		keys += m.move(slot, 0, 1+moved%2, func() {
			for range 3 {
				if written.Load() == before {
					_ = m.from[0].Ping(t.Context())
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
