package redisstore

import (
	"context"
	"strconv"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// exportPage is how many records Export asks for at a time.
const exportPage = 256

// Export calls each for every record of a site; see consent.Records. Records
// that arrive meanwhile may be among them. each may call the store.
func (s *Store) Export(ctx context.Context, site string, each func(consent.Record) error) error {
	after := "-inf"
	for {
		marks, err := s.client.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{
			Key: s.keys.log(site), Start: after, Stop: "+inf", ByScore: true, Count: exportPage,
		}).Result()
		if err != nil {
			return failure(err)
		}
		if len(marks) == 0 {
			return nil
		}
		page, err := s.page(ctx, site, marks)
		if err != nil {
			return failure(err)
		}
		for _, r := range page {
			if err := each(r); err != nil {
				return err
			}
		}
		after = "(" + strconv.FormatInt(int64(marks[len(marks)-1].Score), 10)
	}
}

// page reads records by their marks, in that order.
func (s *Store) page(ctx context.Context, site string, marks []redis.Z) ([]consent.Record, error) {
	found, err := s.records(ctx, site, marks)
	if err != nil {
		return nil, err
	}
	page := make([]consent.Record, 0, len(found))
	for _, f := range found {
		if f.ok {
			page = append(page, f.record)
		}
	}
	return page, nil
}

// found is what a mark stands for; nothing, when its write was cut short or
// has been swept meanwhile.
type found struct {
	record consent.Record
	ok     bool
}

// records reads what marks stand for, one for one.
func (s *Store) records(ctx context.Context, site string, marks []redis.Z) ([]found, error) {
	if len(marks) == 0 {
		return nil, nil
	}
	claims := make([]*redis.SliceCmd, len(marks))
	_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, z := range marks {
			claims[i] = pipe.HMGet(ctx, s.keys.id(z.Member.(string)), "s", "r", "x")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	kept := make([]*redis.SliceCmd, len(marks))
	_, err = s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, z := range marks {
			if subject, ok := claims[i].Val()[0].(string); ok {
				kept[i] = pipe.HMGet(ctx, s.keys.subject(digest(site, subject)), "t", "r:"+z.Member.(string))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]found, len(marks))
	for i, z := range marks {
		if out[i].record, out[i].ok, err = s.resolve(ctx, z.Member.(string), claims[i], kept[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// resolve makes a record of what its id and its subject hold. An erasure may
// have come between the two reads; then the id holds what is left.
func (s *Store) resolve(ctx context.Context, mark string, claim, kept *redis.SliceCmd) (r consent.Record, ok bool, err error) {
	for _, v := range claim.Val()[1:] {
		if body, has := v.(string); has {
			r, err = decode(body)
			return r, true, err
		}
	}
	if kept == nil {
		return r, false, nil
	}
	body, has := kept.Val()[1].(string)
	if !has {
		rest, err := s.client.HGet(ctx, s.keys.id(mark), "x").Result()
		if err == redis.Nil {
			return r, false, nil
		}
		if err != nil {
			return r, false, err
		}
		r, err = decode(rest)
		return r, true, err
	}
	e, err := readEntry(body)
	if err != nil {
		return r, false, err
	}
	t, _ := kept.Val()[0].(string)
	if at, gone := tombstone(t); gone && e.clock <= at {
		return e.record.Stripped(), true, nil
	}
	return e.record, true, nil
}
