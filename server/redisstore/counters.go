package redisstore

import (
	"context"
	"strconv"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// Count adds to the counters of a day; see consent.Counters. They stand with
// the first partition, those of records with the records'.
func (s *Store) Count(ctx context.Context, site, day string, add map[string]int64) error {
	if err := consent.CheckCount(site, day, add); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil || len(add) == 0 {
		return failure(err)
	}
	_, err := s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for name, n := range add {
			to.HIncrBy(ctx, s.keys.counts(site, 0, day), name, n)
		}
		return nil
	})
	return failure(err)
}

// Counts returns the counters of several days; see consent.Counters.
func (s *Store) Counts(ctx context.Context, site, fromDay, toDay string) (map[string]map[string]int64, error) {
	days, err := consent.DaysBetween(fromDay, toDay)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]int64{}
	for _, day := range days {
		found := make([]*redis.MapStringStringCmd, partitions)
		_, err := s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
			for i := range found {
				found[i] = to.HGetAll(ctx, s.keys.counts(site, i, day))
			}
			return nil
		})
		if err != nil {
			return nil, failure(err)
		}
		for _, part := range found {
			for name, v := range part.Val() {
				n, err := strconv.ParseInt(v, 10, 64)
				if err != nil {
					return nil, failure(damaged("counter"))
				}
				if all[day] == nil {
					all[day] = map[string]int64{}
				}
				consent.AddCell(all[day], name, n)
			}
		}
	}
	return all, nil
}
