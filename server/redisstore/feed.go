package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// Arrivals returns a page of the feed; see consent.Feed. A cursor is the number
// of the arrival: the microsecond at which Redis numbered it, or one more than
// the number before. So what is handed over again after a loss comes behind
// whatever was read before the loss.
func (s *Store) Arrivals(ctx context.Context, site, after string, limit int) ([]consent.Arrival, error) {
	from := int64(0)
	if after != "" {
		var err error
		if from, err = strconv.ParseInt(after, 10, 64); err != nil || from < 0 || after != strconv.FormatInt(from, 10) {
			return nil, consent.BadCursor()
		}
	}
	// Both are read at one moment: what is numbered later stands behind both.
	var records, erasures *redis.ZSliceCmd
	_, err := s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		page := redis.ZRangeArgs{Start: "(" + strconv.FormatInt(from, 10), Stop: "+inf", ByScore: true, Count: int64(limit)}
		page.Key = s.keys.log(site)
		records = pipe.ZRangeArgsWithScores(ctx, page)
		page.Key = s.keys.erasures(site)
		erasures = pipe.ZRangeArgsWithScores(ctx, page)
		return nil
	})
	if err != nil {
		return nil, failure(err)
	}
	found, err := s.records(ctx, site, records.Val())
	if err != nil {
		return nil, failure(err)
	}
	page := make([]arrived, 0, len(found)+len(erasures.Val()))
	for i, z := range records.Val() {
		if found[i].ok {
			page = append(page, arrived{z.Score, consent.Arrival{Record: found[i].record}})
		}
	}
	for _, z := range erasures.Val() {
		var e consent.Erasure
		if err := json.Unmarshal([]byte(z.Member.(string)), &e); err != nil {
			return nil, failure(fmt.Errorf("a stored erasure is damaged: %w", err))
		}
		page = append(page, arrived{z.Score, consent.Arrival{Erasure: &e}})
	}
	slices.SortStableFunc(page, func(a, b arrived) int { return cmp.Compare(a.number, b.number) })
	page = page[:min(limit, len(page))]
	out := make([]consent.Arrival, len(page))
	for i, a := range page {
		out[i] = a.arrival
		out[i].Cursor = strconv.FormatInt(int64(a.number), 10)
	}
	return out, nil
}

type arrived struct {
	number  float64
	arrival consent.Arrival
}

// noteErasure lets the feed tell which records were stripped. The same erasure
// is told once, however often it is repeated after having been cut short.
func (s *Store) noteErasure(ctx context.Context, site string, at time.Time, ids []string) error {
	slices.Sort(ids)
	for some := range slices.Chunk(ids, consent.MaxErasureIDs) {
		body, err := json.Marshal(consent.Erasure{Time: at.UTC().Truncate(time.Millisecond), IDs: some})
		if err != nil {
			return err
		}
		if err := s.run.arrive.Run(ctx, s.client, []string{s.keys.erasures(site), s.keys.seq(site)}, body, "").Err(); err != nil {
			return err
		}
	}
	return nil
}

// Sweep deletes the oldest records; see consent.Feed. The place in the site's
// order goes last, so that a sweep which was cut short is completed by the next.
func (s *Store) Sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	swept := 0
	for swept < limit {
		want := min(limit-swept, exportPage)
		n, err := s.sweep(ctx, site, over, want)
		swept += n
		if err != nil || n < want {
			return swept, failure(err)
		}
	}
	return swept, nil
}

func (s *Store) sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	marks, err := s.client.ZRangeWithScores(ctx, s.keys.log(site), 0, int64(limit)-1).Result()
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	found, err := s.records(ctx, site, marks)
	if err != nil {
		return 0, err
	}
	n := 0
	for n < len(marks) && (!found[n].ok || over(found[n].record)) {
		n++
	}
	if n == 0 {
		return 0, nil
	}
	gone := make([]any, n)
	_, err = s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, z := range marks[:n] {
			mark := z.Member.(string)
			gone[i] = mark
			if r := found[i].record; r.Subject != "" {
				s.run.sweep.Eval(ctx, pipe, []string{s.keys.subject(digest(site, r.Subject))}, mark)
			}
			pipe.Del(ctx, s.keys.id(mark))
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	_, err = s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.ZRem(ctx, s.keys.log(site), gone...)
		pipe.ZRemRangeByScore(ctx, s.keys.erasures(site), "-inf", strconv.FormatInt(int64(marks[n-1].Score), 10))
		return nil
	})
	return n, err
}
