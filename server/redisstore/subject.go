package redisstore

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// historyLimit is the most that History returns: the newest ones.
const historyLimit = 1000

// Latest returns the subject's current record; see consent.Records.
func (s *Store) Latest(ctx context.Context, site, subject string) (r consent.Record, err error) {
	return r, failure(s.latest(ctx, &r, site, subject))
}

func (s *Store) latest(ctx context.Context, r *consent.Record, site, subject string) error {
	h, err := s.newest(ctx, site, subject, askRecord)
	if err == nil && !h.several && len(h.said) < markSize {
		err = damaged("record")
	}
	if err != nil {
		return err
	}
	return s.readNewest(ctx, r, &h, subject)
}

// newest is what Redis says of a subject: what was asked for, or that several
// records count.
type newest struct {
	at      place
	person  [personSize]byte
	said    []byte
	several bool
}

// newest asks about a subject; see latestScript.
func (s *Store) newest(ctx context.Context, site, subject string, what byte) (h newest, err error) {
	if subject == "" {
		return h, noRecord()
	}
	at, sum := locate(site, subject)
	h.at = at
	h.said, err = s.reads.latest(ctx, at, sum[:copy(h.person[:], sum[:])], what)
	if err != nil {
		return h, err
	}
	switch said := string(h.said); {
	case said == "n":
		return h, noRecord()
	case said == askSeveral:
		h.several = true
	case len(said) == 1+clockSize && said[0] == 'e':
		return h, consent.Forgotten(readClock(h.said[1:]))
	}
	return h, nil
}

// readNewest reads what was said into r.
func (s *Store) readNewest(ctx context.Context, r *consent.Record, h *newest, subject string) error {
	if h.several {
		all, _, err := s.all(ctx, h.at, h.person[:], subject)
		if err != nil {
			return err
		}
		var ok bool
		if *r, ok = consent.Current(near(all)); !ok {
			return consent.Forgotten(0)
		}
		return nil
	}
	err := s.record(ctx, r, h.at, string(h.said[:markSize]), h.said[markSize:])
	if err == nil && r.Subject != subject {
		// Better no answer than another's.
		err = damaged("record")
	}
	return err
}

// near leaves those that may count together with the latest.
func near(all []consent.Record) []consent.Record {
	newest := int64(-1)
	for _, r := range all {
		newest = max(newest, r.Clock)
	}
	return slices.DeleteFunc(all, func(r consent.Record) bool { return newest-r.Clock > consent.SkewBound.Milliseconds() })
}

// all returns a subject's records in no order, and whether it was ever erased.
// Those that cannot be read are left out, and consent.ErrDamaged tells of them.
//
// It asks about one key at a time, so that it is answered while a slot moves. What
// is erased or swept between two of its steps makes it begin again.
func (s *Store) all(ctx context.Context, at place, person []byte, subject string) (all []consent.Record, gone bool, err error) {
	for looks := 3; ; looks-- {
		said, err := s.pipe.call(ctx, s.run.history, []string{s.keys.state(at, person)}, string(person)).StringSlice()
		if err != nil {
			return nil, false, err
		}
		if len(said) == 0 {
			return nil, false, damaged("record")
		}
		gone, marks := said[0] == "e", said[1:]
		values, err := s.under(ctx, at, marks)
		if err != nil {
			return nil, false, err
		}
		if looks > 1 && slices.ContainsFunc(values, func(v []byte) bool { return len(v) == 0 || bare(v[0]) }) {
			continue
		}
		all, err = s.records(ctx, at, marks, values, subject)
		return all, gone, err
	}
}

// under returns what stands under marks, nil for nothing.
func (s *Store) under(ctx context.Context, at place, marks []string) ([][]byte, error) {
	if len(marks) == 0 {
		return nil, nil
	}
	found, values, key := make([]*redis.StringCmd, len(marks)), make([][]byte, len(marks)), s.keys.bucket(at)
	_, err := s.client().Pipelined(ctx, func(to redis.Pipeliner) error {
		for i, mark := range marks {
			found[i] = to.HGet(ctx, key, mark)
		}
		return nil
	})
	if err != nil && !missing(err) {
		return nil, err
	}
	for i, one := range found {
		if values[i], err = one.Bytes(); err != nil && !missing(err) {
			return nil, err
		}
	}
	return values, nil
}

// records reads what stands under marks of a subject.
func (s *Store) records(ctx context.Context, at place, marks []string, values [][]byte, subject string) (all []consent.Record, bad error) {
	for i, mark := range marks {
		if len(mark) != markSize {
			return nil, damaged("record")
		}
		var r consent.Record
		err := s.record(ctx, &r, at, mark, values[i])
		switch {
		case r.Damaged, err == nil && r.Subject != subject && subject != "":
			bad = damaged("record")
		case err != nil:
			return nil, err
		default:
			all = append(all, r)
		}
	}
	return all, bad
}

// History returns the subject's records in their order; see consent.Records. Of
// more than 1,000 it returns the newest.
func (s *Store) History(ctx context.Context, site, subject string) ([]consent.Record, error) {
	if subject == "" {
		return nil, failure(ctx.Err())
	}
	at, sum := locate(site, subject)
	all, gone, err := s.all(ctx, at, sum[:personSize], subject)
	if err != nil {
		return nil, failure(err)
	}
	if len(all) == 0 && gone {
		return nil, consent.Forgotten(0)
	}
	slices.SortFunc(all, func(a, b consent.Record) int {
		return cmp.Or(cmp.Compare(a.Clock, b.Clock), cmp.Compare(a.ID, b.ID))
	})
	return all[max(0, len(all)-historyLimit):], nil
}

// Devices lists the devices that were linked to an account; see consent.Records.
func (s *Store) Devices(ctx context.Context, site, account string) ([]string, error) {
	at, sum := locate(site, account)
	all, _, err := s.all(ctx, at, sum[:personSize], account)
	// What cannot be read keeps nobody from the others.
	if errors.Is(err, consent.ErrDamaged) {
		err = nil
	}
	return consent.Linked(all), failure(err)
}

// Erase forgets a subject; see consent.Records. Records with a later clock
// than at stay: they are choices made after the erasure, whatever came first.
// What is forgotten stays sealed, without its secret.
//
// One script does it. Claims that stand elsewhere lose the subject before, so
// that an erasure which is cut short leaves nothing behind that its retry would
// not find; those of records that came in between lose it afterwards.
func (s *Store) Erase(ctx context.Context, site, subject string, at time.Time) error {
	if err := named(site, "-", subject); err != nil {
		return err
	}
	if subject == "" {
		return consent.Fail(consent.Invalid, "no subject is named", "name the subject to be forgotten")
	}
	where, sum := locate(site, subject)
	return failure(s.erase(ctx, where, sum[:personSize], subject, at))
}

// erase forgets a person; subject is who that is, "" when it is not known.
func (s *Store) erase(ctx context.Context, at place, person []byte, subject string, when time.Time) error {
	// What cannot be read stops no erasure.
	all, _, err := s.all(ctx, at, person, subject)
	if err != nil && !errors.Is(err, consent.ErrDamaged) {
		return err
	}
	known := map[string]bool{}
	for _, r := range all {
		known[r.ID] = true
		if err := s.settle(ctx, at, r.ID); err != nil {
			return err
		}
	}
	ms := when.UnixMilli()
	gone, err := s.pipe.call(ctx, s.run.erase, []string{s.keys.state(at, person), s.keys.bucket(at), s.keys.journal(at.site, at.part())},
		string(person), clockArg(ms), eraseTime(ms), binary.BigEndian.AppendUint16(nil, at.bucket)).Text()
	if err != nil {
		return err
	}
	ids, err := idsOf([]byte(gone))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !known[id] {
			if err := s.settle(ctx, at, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle takes the subject out of the claim of an id whose record is at a place.
func (s *Store) settle(ctx context.Context, at place, id string) error {
	home, mark := locateID(at.site, id)
	if home == at {
		return nil
	}
	return s.pipe.call(ctx, s.run.settle, []string{s.keys.bucket(home)}, mark, settledAt(at)).Err()
}

func noRecord() error {
	return consent.Fail(consent.NotFound, "the subject has no record on this site", "ask the visitor for a choice")
}

func missing(err error) bool { return errors.Is(err, redis.Nil) }

// clockArg writes a clock as scripts read it: none is below zero.
func clockArg(n int64) string {
	return strconv.FormatInt(min(max(n, -clockLimit), clockLimit-1)+clockLimit, 10)
}
