package redisstore

import (
	"context"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// Sweep deletes the oldest records; see consent.Feed. The place in the site's
// order goes last, so that a sweep which was cut short is completed by the next.
func (s *Store) Sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	swept := 0
	for swept < limit {
		n, ended, err := s.sweep(ctx, site, over, min(limit-swept, exportPage))
		swept += n
		if err != nil || ended {
			return swept, failure(err)
		}
	}
	return swept, nil
}

func (s *Store) sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (n int, ended bool, err error) {
	lines, err := s.arrivals(ctx, site, order{}, limit)
	if err != nil || len(lines) == 0 {
		return 0, true, err
	}
	records, ok, err := s.read(ctx, lines)
	if err != nil {
		return 0, false, err
	}
	past := 0
	// Evidence that was tampered with is not to vanish by itself.
	for past < len(lines) && (!ok[past] || !records[past].Damaged && over(records[past])) {
		past++
	}
	for i, a := range lines[:past] {
		if !ok[i] {
			continue
		}
		if err := s.forget(ctx, a, records[i]); err != nil {
			return n, false, err
		}
		n++
	}
	if past > 0 {
		if err := s.trim(ctx, site, lines[past-1].order); err != nil {
			return n, false, err
		}
	}
	if past < len(lines) && records[past].Damaged {
		return n, true, damaged("record")
	}
	return n, past < len(lines), nil
}

// trim deletes what stands up to a place in the site's order.
func (s *Store) trim(ctx context.Context, site string, last order) error {
	_, err := s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for i := range partitions {
			end := last.micro
			if i <= last.part {
				end++
			}
			to.Eval(ctx, trimScript, []string{s.keys.journal(site, i)}, end)
		}
		return nil
	})
	return err
}

// forget deletes a record, and where else its id is known.
func (s *Store) forget(ctx context.Context, a arrival, r consent.Record) error {
	keys, person := []string{s.keys.bucket(a.at)}, personOf(&r)
	if person != "" {
		keys = append(keys, s.keys.state(a.at, []byte(person)))
	}
	if err := s.pipe.call(ctx, s.run.forget, keys, a.mark, person).Err(); err != nil {
		return err
	}
	if home, _ := locateID(r.Site, r.ID); home != a.at {
		return s.client().HDel(ctx, s.keys.bucket(home), a.mark).Err()
	}
	return nil
}
