package redisstore

import (
	"context"
	"sync"

	"github.com/leadiumx/consent/consent"
)

// AppendAll does as Append with each of many records, in any order, and returns
// what became of each. They share their trips to Redis without a goroutine for
// each of them.
func (s *Store) AppendAll(ctx context.Context, records []consent.Record) []consent.Appended {
	out := make([]consent.Appended, len(records))
	alone := func(i int) { out[i].Record, out[i].Fresh, out[i].Err = s.Append(ctx, records[i]) }
	var rest sync.WaitGroup
	jobs, of := make([]*job, 0, len(records)), make([]int, 0, len(records))
	for i := range records {
		j, err := s.atHome(ctx, &records[i])
		switch {
		case err != nil:
			out[i].Err = failure(err)
		case j == nil:
			rest.Go(func() { alone(i) })
		default:
			jobs, of = append(jobs, j), append(of, i)
		}
	}
	for from := 0; from < len(jobs); from += maxJobs {
		s.pipe.exec(jobs[from:min(from+maxJobs, len(jobs))])
	}
	for n, j := range jobs {
		i := of[n]
		said, err := applied(j.cmd)
		if err == nil && said == "n" {
			out[i] = consent.Appended{Record: records[i], Fresh: true}
			continue
		}
		if err == nil || moving(err) {
			// What is known already, or moves, is looked at by itself.
			rest.Go(func() { alone(i) })
			continue
		}
		out[i].Err = failure(err)
	}
	rest.Wait()
	return out
}

// atHome is the call that stores a record whose id and subject share a bucket;
// nil for any other.
func (s *Store) atHome(ctx context.Context, r *consent.Record) (*job, error) {
	if err := fits(r); err != nil {
		return nil, err
	}
	home, mark := locateID(r.Site, r.ID)
	if r.Subject != "" {
		if at, _ := locate(r.Site, r.Subject); at != home {
			return nil, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	keys, args, err := s.applying(home, mark, r)
	if err != nil {
		return nil, err
	}
	return &job{ctx: ctx, script: s.run.apply, keys: keys, args: args}, nil
}
