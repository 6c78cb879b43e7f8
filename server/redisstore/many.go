package redisstore

import (
	"context"
	"errors"

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
	// calls are those of a trip.
	calls []call
	rest  lonely
	// cells are named in the order of the records.
	cells consent.Cells
}

// step is where a record goes.
type step struct {
	at           place
	mark, person string
	// ended says that the record is refused, or one of the rest.
	ended bool
}

// call is one call of a trip and the records that it is about.
type call struct {
	*job
	of []int
	parcel
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
		at, sum := locate(r.Site, r.Subject)
		if to.at, to.person = at, string(sum[:personSize]); at != home {
			claim := &job{ctx: ctx, script: m.run.claim, keys: []string{m.keys.bucket(home)}, args: []any{mark, claimOf(r), ""}}
			m.calls = append(m.calls, call{job: claim, of: []int{i}})
		}
	}
	m.exec(one, func(i int, said string) bool { return said == "n" || said == claimOf(&m.records[i]) })
}

// one is the answer of a call about one record.
func one(said string) []string { return []string{said} }

func claimOf(r *consent.Record) string { return string(kindClaim) + r.Subject }

// apply stores the records, some at a time. Redis takes the calls of a connection
// in their order; on a cluster, each is about one partition.
func (m *many) apply(ctx context.Context) {
	for from := 0; from < len(m.records); from += maxJobs {
		last := map[partition]int{}
		for i := from; i < min(from+maxJobs, len(m.records)); i++ {
			m.pack(i, last)
		}
		for n := range m.calls {
			m.calls[n].job = m.calls[n].parcel.job(ctx, &m.run)
		}
		m.exec(answersOf, func(i int, said string) bool {
			m.out[i] = consent.Appended{Record: m.records[i], Fresh: true}
			return said == "n"
		})
	}
}

// partition is what a call is about: all of it stands on one server.
type partition struct {
	site string
	part int
}

// pack puts a record into the last call about its partition.
func (m *many) pack(i int, last map[partition]int) {
	r, to := &m.records[i], &m.steps[i]
	if to.ended {
		return
	}
	if m.rest.waits(r) {
		m.later(i)
		return
	}
	var about partition
	if !m.InOrder() {
		about = partition{to.at.site, to.at.part()}
	}
	n, ok := last[about]
	if !ok || len(m.calls[n].of) == maxParcel {
		n = len(m.calls)
		m.calls, last[about] = append(m.calls, call{}), n
	}
	c := &m.calls[n]
	day, cell := m.cells.Of(r)
	if err := c.parcel.add(m.keys, &m.contexts, to, r, day, cell); err != nil {
		m.refused(i, err)
		return
	}
	c.of = append(c.of, i)
}

func (m *many) refused(i int, err error) { m.out[i].Err, m.steps[i].ended = failure(err), true }

// later leaves a record to the rest: what is known already, or moves, is looked
// at by itself.
func (m *many) later(i int) {
	m.steps[i].ended = true
	m.rest.add(&m.records[i], i)
}

// exec makes the calls. answers tells what was said of each of their records, and
// done whether that was the usual.
func (m *many) exec(answers func(said string) []string, done func(i int, said string) bool) {
	jobs := make([]*job, len(m.calls))
	for n := range m.calls {
		jobs[n] = m.calls[n].job
	}
	for from := 0; from < len(jobs); from += maxJobs {
		m.pipe.exec(jobs[from:min(from+maxJobs, len(jobs))])
	}
	for _, c := range m.calls {
		text, err := c.cmd.Text()
		said := answers(text)
		if err == nil && len(said) != len(c.of) {
			err = damaged("record")
		}
		apart := moving(err) || len(c.of) > 1 && spoiled(err)
		for n, i := range c.of {
			switch {
			case apart, err == nil && !done(i, said[n]):
				m.later(i)
			case err != nil:
				m.refused(i, err)
			}
		}
	}
	m.calls = m.calls[:0]
}

// spoiled reports whether Redis ended a call for what it has found there. The
// other records of the call have nothing to do with that.
func spoiled(err error) bool {
	said, ok := errors.AsType[redis.Error](err)
	return ok && said != nil
}
