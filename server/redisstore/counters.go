package redisstore

import (
	"context"
	"strconv"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// Count adds to the counters of a day; see consent.Counters.
func (s *Store) Count(ctx context.Context, site, day string, add map[string]int64) error {
	if err := consent.CheckCount(site, day, add); err != nil || len(add) == 0 {
		return err
	}
	_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for name, n := range add {
			pipe.HIncrBy(ctx, s.keys.counts(site, day), name, n)
		}
		return nil
	})
	return failure(err)
}

// Counts returns the counters of several days; see consent.Counters.
func (s *Store) Counts(ctx context.Context, site, fromDay, toDay string) (map[string]map[string]int64, error) {
	days, err := consent.DaysBetween(fromDay, toDay)
	if err != nil || len(days) == 0 {
		return map[string]map[string]int64{}, err
	}
	found := make([]*redis.MapStringStringCmd, len(days))
	_, err = s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, day := range days {
			found[i] = pipe.HGetAll(ctx, s.keys.counts(site, day))
		}
		return nil
	})
	if err != nil {
		return nil, failure(err)
	}
	all := map[string]map[string]int64{}
	for i, day := range days {
		for name, v := range found[i].Val() {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return nil, failure(err)
			}
			if all[day] == nil {
				all[day] = map[string]int64{}
			}
			consent.AddCell(all[day], name, n)
		}
	}
	return all, nil
}
