package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// markers is how many markers a cluster holds, so that hardly a shard is
// without one.
const markers = 64

// advanceScript moves a marker on, unless it is gone.
// KEYS marker; ARGV from, to.
const advanceScript = `
local at = tonumber(redis.call('GET', KEYS[1]) or '0')
if at < tonumber(ARGV[1]) then return 0 end
if at < tonumber(ARGV[2]) then redis.call('SET', KEYS[1], ARGV[2]) end
return 1`

// Advance sets the marker of a node's log to the number to, unless it is higher
// already. It sets nothing and returns false when the marker is missing, which
// counts as 0, or lower than from: Redis was wiped or put back to an earlier
// state, in a cluster at least one of its servers. Errors: Unavailable.
func (s *Store) Advance(ctx context.Context, node string, from, to uint64) (held bool, err error) {
	count := 1
	if _, ok := s.client().(*redis.ClusterClient); ok {
		count = markers
	}
	answers := make([]*redis.Cmd, count)
	_, err = s.client().Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range answers {
			answers[i] = pipe.Eval(ctx, advanceScript, []string{s.keys.marker(i, node)}, from, to)
		}
		return nil
	})
	if err != nil {
		return false, failure(err)
	}
	held = true
	for _, a := range answers {
		n, err := a.Int()
		if err != nil {
			return false, failure(err)
		}
		held = held && n == 1
	}
	return held, nil
}

// Servers names the servers that hold the data: each process, its role and the
// history that it follows. Errors: Unavailable; Invalid, beside the names, when
// one of them evicts, which may be since a moment ago.
func (s *Store) Servers(ctx context.Context) (string, error) {
	ask := func(ctx context.Context, c redis.Cmdable) (name string, unfit, err error) {
		info, err := c.Info(ctx, "server", "replication", "memory").Result()
		name = strings.Join([]string{field(info, "run_id"), field(info, "role"), field(info, "master_replid")}, " ")
		return name, evicts(field(info, "maxmemory_policy")), err
	}
	cluster, ok := s.client().(*redis.ClusterClient)
	if !ok {
		one, unfit, err := ask(ctx, s.client())
		return one, cmp.Or(failure(err), unfit)
	}
	var mu sync.Mutex
	var all []string
	var unfit error
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		one, bad, err := ask(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		all, unfit = append(all, one), cmp.Or(unfit, bad)
		return err
	})
	slices.Sort(all)
	return strings.Join(all, "\n"), cmp.Or(failure(err), unfit)
}

func (k keys) marker(i int, node string) string {
	return fmt.Sprintf("%smarker:{%02d}:%s", k.prefix, i, node)
}
