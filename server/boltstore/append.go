package boltstore

import (
	"bytes"
	"context"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// Append stores a record; see consent.Records.
func (s *Store) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	out := s.AppendAll(ctx, []consent.Record{r})[0]
	return out.Record, out.Fresh, out.Err
}

// InOrder is true: AppendAll stores records in the order given.
func (s *Store) InOrder() bool { return true }

// AppendAll does as Append with each of many records, in one transaction, and
// returns what became of each.
func (s *Store) AppendAll(ctx context.Context, records []consent.Record) []consent.Appended {
	out, err := write(ctx, s, func(tx *bbolt.Tx) ([]consent.Appended, error) {
		out, step := make([]consent.Appended, len(records)), newStep(tx)
		for i := range records {
			r := &records[i]
			err := named(r.Site, r.ID, r.Subject)
			if err == nil {
				out[i], err = step.append(r)
			}
			if err != nil && consent.CodeOf(err) == "" {
				return nil, err
			}
			out[i].Err = err
		}
		return out, step.end()
	})
	if err != nil {
		out = make([]consent.Appended, len(records))
		for i := range out {
			out[i].Err = err
		}
	}
	return out
}

// step appends records in one transaction.
type step struct {
	tx                                   *bbolt.Tx
	records, contexts, names, tombstones *bbolt.Bucket
	// counts are added at the end: many records share a counter.
	counts map[cell]int64
	// site and context are of the record before, which most share with it.
	site    string
	context []byte
	// room is for values, which may not change before the commit.
	room []byte
}

type cell struct{ site, day, name string }

// appendFill is how full the pages of what is only added at an end become.
const appendFill = 0.95

func newStep(tx *bbolt.Tx) *step {
	s := &step{
		tx: tx, records: tx.Bucket([]byte(bucketRecords)), contexts: tx.Bucket([]byte(bucketContexts)),
		names: tx.Bucket([]byte(bucketNames)), tombstones: tx.Bucket([]byte(bucketTombstones)), counts: map[cell]int64{},
	}
	s.records.FillPercent = appendFill
	return s
}

func (s *step) append(r *consent.Record) (consent.Appended, error) {
	id := idKey(r.Site, r.ID)
	again := s.names.Get(id)
	if again != nil {
		key := append(part(nil, r.Site), again...)
		if s.records.Get(key) != nil {
			first, err := load(s.tx, key)
			if err != nil && !first.Damaged {
				return consent.Appended{}, err
			}
			return appendedBefore(first, r)
		}
		// Somebody took the record out of the file and left its names.
		if err := s.unname(r, again); err != nil {
			return consent.Appended{}, err
		}
	}
	var person []byte
	if r.Subject != "" {
		person = personOf(r.Site, r.Subject)
		if at, ok := readTombstone(s.tombstones.Get(person)); ok && r.Clock <= at {
			return consent.Appended{}, erased()
		}
	}
	sealed, secret, err := r.Pack()
	if err != nil {
		return consent.Appended{}, err
	}
	// A number of the whole file: a site's records keep their order.
	n, err := s.records.NextSequence()
	if err != nil {
		return consent.Appended{}, err
	}
	key := recordKey(r.Site, n)
	if err := s.share(r.Site, key, sealed.Context); err != nil {
		return consent.Appended{}, err
	}
	if err := s.records.Put(key, s.keep(func(b []byte) []byte { return stored(b, r.ID, secret, sealed.Evidence) })); err != nil {
		return consent.Appended{}, err
	}
	if err := s.names.Put(id, s.keep(func(b []byte) []byte { return number(b, n) })); err != nil {
		return consent.Appended{}, err
	}
	if person != nil {
		key := number(clockKey(historyKey(make([]byte, 0, historySize+16), person), r.Clock), n)
		if err := s.names.Put(key, nil); err != nil {
			return consent.Appended{}, err
		}
	}
	if again == nil {
		s.counts[cell{r.Site, r.Day(), r.Cell()}]++
	}
	return consent.Appended{Record: *r, Fresh: true}, nil
}

// unname forgets where a subject's record was, which is there no more.
func (s *step) unname(r *consent.Record, n []byte) error {
	if r.Subject == "" {
		return nil
	}
	return s.names.Delete(append(clockKey(historyKey(nil, personOf(r.Site, r.Subject)), r.Clock), n...))
}

// share puts a context where no other record of the site has brought it yet.
func (s *step) share(site string, recordKey, context []byte) error {
	if s.site == site && bytes.Equal(s.context, context) {
		return nil
	}
	code := contextKey(recordKey, consent.CodeOfContext(context))
	switch known := s.contexts.Get(code); {
	case known == nil:
		if err := s.contexts.Put(code, context); err != nil {
			return err
		}
	case !bytes.Equal(known, context):
		return consent.Fail(consent.Invalid, "two notices have the same code", "publish the site again, with any change")
	}
	s.site, s.context = site, context
	return nil
}

// keep finds room for a value.
func (s *step) keep(add func([]byte) []byte) []byte {
	const chunk = 16 << 10
	if cap(s.room)-len(s.room) < chunk/8 {
		s.room = make([]byte, 0, chunk)
	}
	from := len(s.room)
	s.room = add(s.room)
	return s.room[from:len(s.room):len(s.room)]
}

// end writes what gathered for the end of the transaction.
func (s *step) end() error {
	for c, n := range s.counts {
		if err := addCount(s.tx, c.site, c.day, c.name, n); err != nil {
			return err
		}
	}
	return nil
}

func appendedBefore(first consent.Record, r *consent.Record) (consent.Appended, error) {
	switch {
	case first.Damaged:
		return consent.Appended{Record: first}, consent.Fail(consent.Invalid, "the stored record with the id "+r.ID+" is damaged", "look with `lxconsent ledger verify` what was done, and restore it from a backup")
	case first.Levels == nil:
		return consent.Appended{Record: first}, erased()
	case first.Content != r.Content:
		return consent.Appended{}, consent.Fail(consent.IDReused, "the id "+r.ID+" already stands for another decision", "make 16 new random bytes for each decision")
	}
	return consent.Appended{Record: first}, nil
}
