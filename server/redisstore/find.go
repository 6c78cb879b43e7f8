package redisstore

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// slack is by how much the clocks of servers may differ.
const slack = 5 * time.Minute

// Find returns one record; see consent.Finder. The id's own bucket holds it, or
// says where it is.
func (s *Store) Find(ctx context.Context, site, id string) (consent.Record, error) {
	none := consent.Fail(consent.NotFound, "there is no such record", "check the id, and on which site it was made")
	if err := named(site, id, ""); err != nil {
		return consent.Record{}, err
	}
	at, mark := locateID(site, id)
	for range 2 {
		v, err := s.client().HGet(ctx, s.keys.bucket(at), mark).Bytes()
		switch {
		case missing(err) || err == nil && len(v) == 0:
			return consent.Record{}, none
		case err != nil:
			return consent.Record{}, failure(err)
		case v[0] == kindSettled && len(v) == 3:
			at = place{site, binary.BigEndian.Uint16(v[1:])}
			continue
		case v[0] == kindClaim:
			at, _ = locate(site, string(v[1:]))
			continue
		}
		var r consent.Record
		err = s.record(ctx, &r, at, mark, v)
		switch {
		case r.Damaged && r.ID == "":
			// Not even its id can be read; this is where it stands.
			r.ID = id
		case err != nil && !r.Damaged:
			return consent.Record{}, failure(err)
		}
		if r.ID != id {
			return consent.Record{}, none
		}
		return r, nil
	}
	return consent.Record{}, none
}

// Since returns a cursor; see consent.Finder. Arrivals are numbered by time.
func (s *Store) Since(ctx context.Context, _ string, t time.Time) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", failure(err)
	}
	// No arrival is later than what a line can hold.
	micro := min(t.Add(-slack).UnixMicro(), 1<<(64-localBits)-1)
	if micro <= 0 {
		return "", nil
	}
	return order{micro: uint64(micro)}.cursor(), nil
}

// Before returns a page of the feed, newest first; see consent.Finder.
func (s *Store) Before(ctx context.Context, site, before string, limit int) ([]consent.Arrival, error) {
	to, err := parseCursor(before)
	if err != nil {
		return nil, err
	}
	if before == "" {
		// Later than anything that a line can hold.
		to = order{micro: 1 << (64 - localBits)}
	}
	return s.page(ctx, to, func(at order) ([]arrival, error) { return s.earlier(ctx, site, at, limit) })
}

// earlier reads up to limit lines before a place, newest first.
func (s *Store) earlier(ctx context.Context, site string, to order, limit int) ([]arrival, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	each := max(minPage, 2*limit/partitions)
	pages := make([]*redis.Cmd, partitions)
	_, err := s.client().Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range pages {
			end := to.micro
			if i < to.part {
				end++
			}
			pages[i] = pipe.Eval(ctx, beforeScript, []string{s.keys.journal(site, i)}, end, each)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Where a page is full nothing before its beginning can be told.
	var begin order
	var found []arrival
	for i, page := range pages {
		lines, err := page.StringSlice()
		if err != nil {
			return nil, err
		}
		read := readLines(site, i, lines)
		if len(lines) == each && len(read) > 0 && read[0].compare(begin) > 0 {
			begin = read[0].order
		}
		found = append(found, read...)
	}
	found = slices.DeleteFunc(found, func(a arrival) bool { return a.order.compare(begin) < 0 || a.empty() })
	slices.SortFunc(found, func(a, b arrival) int { return b.order.compare(a.order) })
	return found[:min(limit, len(found))], nil
}
