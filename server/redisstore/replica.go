package redisstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// replicaWait is how long a server may take to hear from a replica.
const replicaWait = 150 * time.Millisecond

// rounds lets callers that wait for replicas at the same time share one wait.
type rounds struct {
	mu      sync.Mutex
	next    *round
	running bool
	all     sync.WaitGroup
}

type round struct {
	done chan struct{}
	held bool
	err  error
}

// Replicated waits until a replica of each server has what the server was given
// before the call, and reports whether one has. A replica holds it in memory; a
// failover may still pick another. Errors: Unavailable.
func (s *Store) Replicated(ctx context.Context) (bool, error) {
	r := s.rounds.join(s.ask)
	select {
	case <-r.done:
		return r.held, failure(r.err)
	case <-ctx.Done():
		return false, failure(ctx.Err())
	}
}

// join takes part in the round that begins next: the one under way may have
// asked before the caller's write.
func (r *rounds) join(ask func() (bool, error)) *round {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = &round{done: make(chan struct{})}
	}
	if !r.running {
		r.running = true
		r.all.Go(func() { r.run(ask) })
	}
	return r.next
}

func (r *rounds) run(ask func() (bool, error)) {
	for {
		r.mu.Lock()
		now := r.next
		r.next, r.running = nil, now != nil
		r.mu.Unlock()
		if now == nil {
			return
		}
		now.held, now.err = ask()
		close(now.done)
	}
}

// ask has every server wait for a replica. WAIT counts what its own connection
// wrote, so something is written first; a replica that has it has all before it.
func (s *Store) ask() (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	cluster, ok := s.client().(*redis.ClusterClient)
	if !ok {
		one, ok := s.client().(*redis.Client)
		if !ok {
			return false, consent.Fail(consent.Invalid, "this kind of Redis client cannot wait", "use a server, a sentinel group or a cluster")
		}
		return askOne(ctx, one, s.keys.wait(0))
	}
	// A key in a slot of each server; 64 of them leave hardly one out.
	ours := map[string]string{}
	for i := range markers {
		one, err := cluster.MasterForKey(ctx, s.keys.wait(i))
		if err != nil {
			return false, err
		}
		ours[one.Options().Addr] = s.keys.wait(i)
	}
	var mu sync.Mutex
	held := true
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, one *redis.Client) error {
		key, ok := ours[one.Options().Addr]
		if ok {
			var err error
			if ok, err = askOne(ctx, one, key); err != nil {
				return err
			}
		}
		mu.Lock()
		defer mu.Unlock()
		held = held && ok
		return nil
	})
	return held, err
}

func askOne(ctx context.Context, one *redis.Client, key string) (bool, error) {
	var count *redis.Cmd
	_, err := one.Pipelined(ctx, func(to redis.Pipeliner) error {
		to.Set(ctx, key, 1, 0)
		count = to.Do(ctx, "WAIT", 1, replicaWait.Milliseconds())
		return nil
	})
	if err != nil {
		return false, err
	}
	n, err := count.Int()
	return n >= 1, err
}

func (k keys) wait(i int) string { return fmt.Sprintf("%swait:{%02d}", k.prefix, i) }
