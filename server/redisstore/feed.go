package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

const (
	// exportPage is how many arrivals Export and Sweep read at a time.
	exportPage = 512
	// minPage is the least that is read of a partition.
	minPage = 32
)

// order is a place in the order of a site: by the microsecond at which a
// partition took something, and of one time by partition.
type order struct {
	micro uint64
	part  int
}

func (o order) compare(p order) int {
	return cmp.Or(cmp.Compare(o.micro, p.micro), cmp.Compare(o.part, p.part))
}

func (o order) cursor() string { return fmt.Sprintf("%d-%d", o.micro, o.part) }

// parseCursor reads a cursor: the time and the partition.
func parseCursor(c string) (o order, err error) {
	if c == "" {
		return o, nil
	}
	micro, part, _ := strings.Cut(c, "-")
	o.micro, err = strconv.ParseUint(micro, 10, 64-localBits)
	n, bad := strconv.Atoi(part)
	o.part = n
	if err != nil || bad != nil || n < 0 || n >= partitions || o.cursor() != c {
		return o, consent.BadCursor()
	}
	return o, nil
}

// arrival is one line of a journal.
type arrival struct {
	order
	// at and mark say where a record is; gone is an erasure instead.
	at   place
	mark string
	gone *consent.Erasure
	// spoiled says that the line is none; it stands in mark as it is.
	spoiled bool
}

// empty reports whether nothing stands behind the time of a line any more.
func (a *arrival) empty() bool { return a.mark == "" && a.gone == nil && !a.spoiled }

// arrivals reads up to limit lines behind a place. more says that there were
// further ones.
//
// Each partition numbers by the clock of its server. Nothing is told that is
// not older than what every one of the servers calls now, before anything is
// read: so what comes later stands behind whatever was told. The servers of a
// cluster need clocks that are set; one that is behind delays the feed.
func (s *Store) arrivals(ctx context.Context, site string, after order, limit int) ([]arrival, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	each := max(minPage, 2*limit/partitions)
	pages := make([]*redis.Cmd, partitions)
	_, err = s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for i := range pages {
			first := after.micro
			if i <= after.part && after != (order{}) {
				first++
			}
			pages[i] = to.Eval(ctx, linesScript, []string{s.keys.journal(site, i)}, first, each+1)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Where a page ends early nothing behind its end can be told.
	end := order{now, 0}
	var found []arrival
	for i, page := range pages {
		lines, err := page.StringSlice()
		if err != nil {
			return nil, err
		}
		read := readLines(site, i, lines)
		found = append(found, read...)
		if len(lines) > each && len(read) > 0 {
			last := read[len(read)-1].order
			if len(lines[each]) < lineHead {
				// What follows is later than the last that has a time.
				last.micro++
			}
			if last.compare(end) < 0 {
				end = last
			}
		}
	}
	found = slices.DeleteFunc(found, func(a arrival) bool { return a.order.compare(end) >= 0 || a.empty() })
	slices.SortFunc(found, func(a, b arrival) int { return a.order.compare(b.order) })
	return found[:min(limit, len(found))], nil
}

// now is the earliest time, in microseconds, that a server of the store has.
func (s *Store) now(ctx context.Context) (uint64, error) {
	cluster, ok := s.client().(*redis.ClusterClient)
	if !ok {
		return timeOf(ctx, s.client())
	}
	var mu sync.Mutex
	first := uint64(1) << 62
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, one *redis.Client) error {
		t, err := timeOf(ctx, one)
		mu.Lock()
		defer mu.Unlock()
		first = min(first, t)
		return err
	})
	return first, err
}

// timeOf asks for the time in a pipeline: the client keeps connections of their
// own for those, and this belongs to the reading that follows.
func timeOf(ctx context.Context, client redis.Cmdable) (uint64, error) {
	var t *redis.TimeCmd
	_, err := client.Pipelined(ctx, func(to redis.Pipeliner) error {
		t = to.Time(ctx)
		return nil
	})
	return uint64(t.Val().UnixMicro()), err
}

// read reads the records of arrivals, one for one; ok is false where there is
// none: it is an erasure, or was swept. Of a spoiled line nothing is known but that
// there was something.
func (s *Store) read(ctx context.Context, lines []arrival) (records []consent.Record, ok []bool, err error) {
	values := make([]*redis.StringCmd, len(lines))
	_, err = s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for i, a := range lines {
			if a.gone == nil && !a.spoiled {
				values[i] = to.HGet(ctx, s.keys.bucket(a.at), a.mark)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, nil, err
	}
	records, ok = make([]consent.Record, len(lines)), make([]bool, len(lines))
	for i, v := range values {
		if lines[i].spoiled {
			records[i], ok[i] = consent.Record{Damaged: true, Sealed: &consent.Sealed{}}, true
		}
		if v == nil || missing(v.Err()) {
			continue
		}
		said, err := v.Bytes()
		if err == nil {
			err = s.record(ctx, &records[i], lines[i].at, lines[i].mark, said)
		}
		if err != nil && !records[i].Damaged {
			return nil, nil, err
		}
		ok[i] = true
	}
	return records, ok, nil
}

// Arrivals returns a page of the feed; see consent.Feed.
func (s *Store) Arrivals(ctx context.Context, site, after string, limit int) ([]consent.Arrival, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, err
	}
	return s.page(ctx, from, func(at order) ([]arrival, error) { return s.arrivals(ctx, site, at, limit) })
}

// page reads the records of the first lines from a place on among which some
// still have one.
func (s *Store) page(ctx context.Context, at order, next func(order) ([]arrival, error)) ([]consent.Arrival, error) {
	var out []consent.Arrival
	for len(out) == 0 {
		lines, err := next(at)
		if err != nil {
			return nil, failure(err)
		}
		if len(lines) == 0 {
			return nil, nil
		}
		records, ok, err := s.read(ctx, lines)
		if err != nil {
			return nil, failure(err)
		}
		for i, a := range lines {
			if a.gone != nil || ok[i] {
				out = append(out, consent.Arrival{Cursor: a.cursor(), Record: records[i], Erasure: a.gone})
			}
		}
		at = lines[len(lines)-1].order
	}
	return out, nil
}

// Tail is the place behind all that was taken before now; see consent.Feed.
func (s *Store) Tail(ctx context.Context, _ string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", failure(err)
	}
	now, err := s.now(ctx)
	if err != nil || now == 0 {
		return "", failure(err)
	}
	return order{now - 1, partitions - 1}.cursor(), nil
}

// Export calls each for every record of a site; see consent.Records. Records
// that arrive meanwhile may be among them. each may call the store.
func (s *Store) Export(ctx context.Context, site string, each func(consent.Record) error) error {
	var after order
	for {
		lines, err := s.arrivals(ctx, site, after, exportPage)
		if err != nil || len(lines) == 0 {
			return failure(err)
		}
		records, ok, err := s.read(ctx, lines)
		if err != nil {
			return failure(err)
		}
		for i, r := range records {
			if ok[i] {
				if err := each(r); err != nil {
					return err
				}
			}
		}
		after = lines[len(lines)-1].order
	}
}
