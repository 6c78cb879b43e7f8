package redisstore

import (
	"context"
	"fmt"

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
	if _, ok := s.client.(*redis.ClusterClient); ok {
		count = markers
	}
	answers := make([]*redis.Cmd, count)
	_, err = s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
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

func (k keys) marker(i int, node string) string {
	return fmt.Sprintf("%smarker:{%02d}:%s", k.prefix, i, node)
}
