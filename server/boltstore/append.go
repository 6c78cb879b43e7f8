package boltstore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"slices"

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
		return newStep(tx, records).append()
	})
	if err != nil {
		out = make([]consent.Appended, len(records))
		for i := range out {
			out[i].Err = err
		}
	}
	return out
}

// step appends records in one transaction. What it looks up and stores by random
// names it does in the order of their pages, so that many records find a page
// where the processor still has it.
type step struct {
	tx                                   *bbolt.Tx
	records, contexts, names, tombstones *bbolt.Bucket
	lines                                []line
	// counts are added at the end: many records share a counter.
	counts map[cell]int64
	cells  consent.Cells
	// site and context are of the record before, which most share with it.
	site    string
	context []byte
	// room is for keys and values, which may not change before the commit.
	room []byte
}

// line is a record on its way into the file.
type line struct {
	*consent.Record
	out consent.Appended
	// id is the key of its name, person its subject.
	id, person []byte
	// first is the number of the record that has its id already, same the line
	// before with that id.
	first []byte
	same  *line
	// number is its own, once it is stored.
	number []byte
}

type cell struct{ site, day, name string }

// appendFill is how full the pages of what is only added at an end become.
const appendFill = 0.95

func newStep(tx *bbolt.Tx, records []consent.Record) *step {
	s := &step{
		tx: tx, records: tx.Bucket([]byte(bucketRecords)), contexts: tx.Bucket([]byte(bucketContexts)),
		names: tx.Bucket([]byte(bucketNames)), tombstones: tx.Bucket([]byte(bucketTombstones)), counts: map[cell]int64{},
		lines: make([]line, len(records)),
	}
	s.records.FillPercent = appendFill
	for i := range records {
		r, l := &records[i], &s.lines[i]
		l.Record = r
		if l.out.Err = named(r.Site, r.ID, r.Subject); l.out.Err == nil {
			l.id = s.keep(func(b []byte) []byte { return idKey(b, r.Site, r.ID) })
		}
	}
	return s
}

// append returns what became of each record. An error without a code undoes all.
func (s *step) append() ([]consent.Appended, error) {
	order := s.order()
	s.look(order)
	for i := range s.lines {
		l := &s.lines[i]
		err := l.out.Err
		if err == nil {
			err = s.add(l)
		}
		if err != nil && consent.CodeOf(err) == "" {
			return nil, err
		}
		l.out.Err = err
	}
	if err := s.name(order); err != nil {
		return nil, err
	}
	out := make([]consent.Appended, len(s.lines))
	for i := range s.lines {
		out[i] = s.lines[i].out
	}
	for c, n := range s.counts {
		if err := addCount(s.tx, c.site, c.day, c.name, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// order is that of the names, and of the lines among those with one name. Their
// first two bytes mostly tell it; names that begin alike, as whoever makes the
// ids can see to, are looked at as a whole.
func (s *step) order() []int {
	order := make([]int, 0, len(s.lines))
	for i := range s.lines {
		if id := s.lines[i].id; id != nil {
			order = append(order, int(binary.BigEndian.Uint16(id))<<32|i)
		}
	}
	slices.Sort(order)
	alike := 0
	for n := range order {
		if n+1 < len(order) && order[n]>>32 == order[n+1]>>32 {
			continue
		}
		if run := order[alike : n+1]; len(run) > 1 {
			slices.SortFunc(run, func(a, b int) int {
				return cmp.Or(bytes.Compare(s.lines[a&lineBits].id, s.lines[b&lineBits].id), cmp.Compare(a, b))
			})
		}
		alike = n + 1
	}
	for n, i := range order {
		order[n] = i & lineBits
	}
	return order
}

// lineBits hold the number of a line in an order.
const lineBits = 1<<32 - 1

// look finds out which ids are known, in the file or among the lines.
func (s *step) look(order []int) {
	c := s.names.Cursor()
	for n, i := range order {
		l := &s.lines[i]
		if k, v := c.Seek(l.id); bytes.Equal(k, l.id) {
			l.first = v
		}
		if n > 0 {
			if before := &s.lines[order[n-1]]; bytes.Equal(before.id, l.id) {
				l.same = before
			}
		}
	}
}

// add stores a record, unless its id is known or its subject was erased.
func (s *step) add(l *line) (err error) {
	r := l.Record
	// Of many lines with one id none goes back further than its neighbour did.
	for l.same != nil && l.same.number == nil {
		l.same = l.same.same
	}
	var first []byte
	if l.same != nil {
		first = l.same.number
	}
	again := first == nil && l.first != nil
	if again {
		first = l.first
	}
	if first != nil {
		key := append(part(nil, r.Site), first...)
		if s.records.Get(key) != nil {
			stored, err := load(s.tx, key)
			if err == nil || stored.Damaged {
				l.out, err = appendedBefore(stored, r)
			}
			return err
		}
		// Somebody took the record out of the file and left its names.
		if err := s.unname(r, first); err != nil {
			return err
		}
	}
	if r.Subject != "" {
		l.person = personOf(r.Site, r.Subject)
		if at, ok := readTombstone(s.tombstones.Get(l.person)); ok && r.Clock <= at {
			return consent.Forgotten(0)
		}
	}
	sealed, secret, err := r.Pack()
	if err != nil {
		return err
	}
	// A number of the whole file: a site's records keep their order.
	n, err := s.records.NextSequence()
	if err != nil {
		return err
	}
	key := s.keep(func(b []byte) []byte { return recordKey(b, r.Site, n) })
	if err := s.share(r.Site, key, sealed.Context); err != nil {
		return err
	}
	if err := s.records.Put(key, s.keep(func(b []byte) []byte { return stored(b, r.ID, secret, sealed.Evidence) })); err != nil {
		return err
	}
	l.number = key[len(key)-8:]
	if !again {
		day, name := s.cells.Of(r)
		s.counts[cell{r.Site, day, name}]++
	}
	l.out = consent.Appended{Record: *r, Fresh: true}
	return nil
}

// unname forgets where a subject's record was, which is there no more.
func (s *step) unname(r *consent.Record, n []byte) error {
	if r.Subject == "" {
		return nil
	}
	return s.names.Delete(append(clockKey(historyKey(nil, personOf(r.Site, r.Subject)), r.Clock), n...))
}

// name lets what was stored be found by its id and its subject.
func (s *step) name(order []int) error {
	for _, i := range order {
		l := &s.lines[i]
		if l.number == nil {
			continue
		}
		if err := s.names.Put(l.id, l.number); err != nil {
			return err
		}
		if l.person == nil {
			continue
		}
		key := s.keep(func(b []byte) []byte { return append(clockKey(historyKey(b, l.person), l.Clock), l.number...) })
		if err := s.names.Put(key, nil); err != nil {
			return err
		}
	}
	return nil
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

func appendedBefore(first consent.Record, r *consent.Record) (consent.Appended, error) {
	switch {
	case first.Damaged:
		return consent.Appended{Record: first}, consent.Fail(consent.Invalid, "the stored record with the id "+r.ID+" is damaged", "look with `lxconsent ledger verify` what was done, and restore it from a backup")
	case first.Levels == nil:
		return consent.Appended{Record: first}, consent.Forgotten(0)
	case first.Content != r.Content:
		return consent.Appended{}, consent.Fail(consent.IDReused, "the id "+r.ID+" already stands for another decision", "make 16 new random bytes for each decision")
	}
	return consent.Appended{Record: first}, nil
}
