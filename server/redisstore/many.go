package redisstore

import (
	"context"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// InOrder reports whether AppendAll stores records in the order given: the
// servers of a cluster do not wait for each other.
func (s *Store) InOrder() bool {
	_, cluster := s.client().(*redis.ClusterClient)
	return !cluster
}

// AppendAll does as Append with each of many records, and returns what became of
// each. They share their trips to Redis: one for the ids that have to be claimed,
// and one for the records, in their order. Those that want more than that come
// last, each of a subject's after the one before.
func (s *Store) AppendAll(ctx context.Context, records []consent.Record) []consent.Appended {
	m := many{Store: s, records: records, out: make([]consent.Appended, len(records)), steps: make([]step, len(records))}
	if err := ctx.Err(); err != nil {
		for i := range records {
			m.out[i].Err = failure(err)
		}
		return m.out
	}
	m.claim(ctx)
	m.apply(ctx)
	m.rest.each(func(i int) { m.out[i].Record, m.out[i].Fresh, m.out[i].Err = s.Append(ctx, records[i]) })
	return m.out
}

// many are records on their way, each with what became of it.
type many struct {
	*Store
	records []consent.Record
	steps   []step
	out     []consent.Appended
	// jobs are the calls of a trip, of those whose they are.
	jobs []*job
	of   []int
	rest lonely
	// cells are named in the order of the records.
	cells consent.Cells
}

// step is where a record goes.
type step struct {
	at   place
	mark string
	// ended says that the record is refused, or one of the rest.
	ended bool
}

// claim finds where each record goes, and claims the ids that belong elsewhere.
func (m *many) claim(ctx context.Context) {
	for i := range m.records {
		r, to := &m.records[i], &m.steps[i]
		if err := fits(r); err != nil {
			m.refused(i, err)
			continue
		}
		home, mark := locateID(r.Site, r.ID)
		to.at, to.mark = home, mark
		if r.Subject == "" {
			continue
		}
		if to.at, _ = locate(r.Site, r.Subject); to.at != home {
			m.add(i, &job{ctx: ctx, script: m.run.claim, keys: []string{m.keys.bucket(home)}, args: []any{mark, claimOf(r), ""}})
		}
	}
	m.exec(func(i int, said string) bool { return said == "n" || said == claimOf(&m.records[i]) })
}

func claimOf(r *consent.Record) string { return string(kindClaim) + r.Subject }

// apply stores the records.
func (m *many) apply(ctx context.Context) {
	for i := range m.records {
		r, to := &m.records[i], &m.steps[i]
		if to.ended {
			continue
		}
		if m.rest.waits(r) {
			m.later(i)
			continue
		}
		keys, args, err := m.applying(to.at, to.mark, r, &m.cells)
		if err != nil {
			m.refused(i, err)
			continue
		}
		m.add(i, &job{ctx: ctx, script: m.run.apply, keys: keys, args: args})
	}
	m.exec(func(i int, said string) bool {
		m.out[i] = consent.Appended{Record: m.records[i], Fresh: true}
		return said == "n"
	})
}

func (m *many) refused(i int, err error) { m.out[i].Err, m.steps[i].ended = failure(err), true }

// later leaves a record to the rest: what is known already, or moves, is looked
// at by itself.
func (m *many) later(i int) {
	m.steps[i].ended = true
	m.rest.add(&m.records[i], i)
}

func (m *many) add(i int, j *job) { m.jobs, m.of = append(m.jobs, j), append(m.of, i) }

// exec makes the calls; done says whether an answer was the usual one.
func (m *many) exec(done func(i int, said string) bool) {
	for from := 0; from < len(m.jobs); from += maxJobs {
		m.pipe.exec(m.jobs[from:min(from+maxJobs, len(m.jobs))])
	}
	for n, j := range m.jobs {
		i := m.of[n]
		switch said, err := applied(j.cmd); {
		case moving(err), err == nil && !done(i, said):
			m.later(i)
		case err != nil:
			m.refused(i, err)
		}
	}
	m.jobs, m.of = m.jobs[:0], m.of[:0]
}
