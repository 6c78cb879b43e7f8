//go:build unix

package redistest

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Mover takes slots from one server of a cluster to another, as resharding does:
// key by key, while both serve. What a server that is away does not do is tried
// again until it is back.
type Mover struct {
	// Nodes speak to the servers, in the order of their addresses.
	Nodes []*redis.Client

	t   testing.TB
	ids []string
}

// NewMover makes a mover of the slots of a cluster of three.
func NewMover(t testing.TB, urls []string) *Mover {
	t.Helper()
	m := &Mover{t: t}
	for _, u := range urls {
		o, err := redis.ParseURL(u)
		if err != nil {
			t.Fatal(err)
		}
		c := redis.NewClient(&redis.Options{Addr: o.Addr})
		t.Cleanup(func() { _ = c.Close() })
		id, err := c.Do(t.Context(), "CLUSTER", "MYID").Text()
		if err != nil {
			t.Fatal(err)
		}
		m.Nodes, m.ids = append(m.Nodes, c), append(m.ids, id)
	}
	return m
}

// Move takes a slot along with its keys; pause is called between keys.
func (m *Mover) Move(slot, from, to int, pause func()) (keys int) {
	m.t.Helper()
	a, b := m.Nodes[from], m.Nodes[to]
	m.insist(func(ctx context.Context) error {
		return b.Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", m.ids[from]).Err()
	})
	m.insist(func(ctx context.Context) error {
		return a.Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", m.ids[to]).Err()
	})
	host, port, _ := net.SplitHostPort(b.Options().Addr)
	for {
		var some []string
		m.insist(func(ctx context.Context) (err error) {
			some, err = a.ClusterGetKeysInSlot(ctx, slot, 10).Result()
			return err
		})
		if len(some) == 0 {
			break
		}
		for _, k := range some {
			m.insist(func(ctx context.Context) error { return a.Migrate(ctx, host, port, k, 0, 5*time.Second).Err() })
			keys++
			pause()
		}
	}
	for _, c := range []*redis.Client{b, a, m.Nodes[3-from-to]} {
		m.insist(func(ctx context.Context) error {
			return c.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", m.ids[to]).Err()
		})
	}
	return keys
}

// Used is a slot of a server that holds keys, from one on.
func (m *Mover) Used(node, from int) (slot int, ok bool) {
	m.t.Helper()
	for slot = from; slot < clusterSlots; slot++ {
		n, err := m.Nodes[node].ClusterCountKeysInSlot(m.t.Context(), slot).Result()
		if err != nil {
			m.t.Fatal(err)
		}
		if n > 0 {
			return slot, true
		}
	}
	return 0, false
}

func (m *Mover) insist(do func(context.Context) error) {
	m.t.Helper()
	tick, late := time.NewTicker(50*time.Millisecond), time.NewTimer(2*patience)
	defer tick.Stop()
	defer late.Stop()
	for {
		err := do(m.t.Context())
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late.C:
			m.t.Fatal(err)
		}
	}
}
