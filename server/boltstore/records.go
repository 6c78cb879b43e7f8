package boltstore

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

const (
	// historyLimit is the most that History returns: the newest ones.
	historyLimit = 1000
	// exportPage is how many records Export reads in one transaction, so that
	// a slow receiver holds up nobody.
	exportPage = 256
	// rivals is how many of the newest records may be compared with each other.
	rivals = 64
)

// Latest returns the subject's current record; see consent.Records.
func (s *Store) Latest(ctx context.Context, site, subject string) (consent.Record, error) {
	return promptly(ctx, s, func(tx *bbolt.Tx) (consent.Record, error) {
		found, err := newest(tx, site, subject, rivals, consent.SkewBound.Milliseconds())
		if err != nil {
			return consent.Record{}, err
		}
		current, ok := consent.Current(found)
		if !ok {
			return consent.Record{}, consent.Fail(consent.NotFound, "the subject has no record on this site", "ask the visitor for a choice")
		}
		return current, nil
	})
}

// Standing is what counts of Latest; see consent.Records.
func (s *Store) Standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	r, err := s.Latest(ctx, site, subject)
	if err == nil {
		*out = r.Standing()
	}
	return err
}

// History returns the subject's records in their order; see consent.Records. Of
// more than 1,000 it returns the newest.
func (s *Store) History(ctx context.Context, site, subject string) ([]consent.Record, error) {
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Record, error) {
		found, err := newest(tx, site, subject, historyLimit, math.MaxInt64)
		slices.SortFunc(found, func(a, b consent.Record) int {
			if a.Later(&b) {
				return 1
			}
			return -1
		})
		return found, err
	})
}

// Devices lists the devices that were linked to an account; see consent.Records.
func (s *Store) Devices(ctx context.Context, site, account string) ([]string, error) {
	return read(ctx, s, func(tx *bbolt.Tx) ([]string, error) {
		all, err := newest(tx, site, account, math.MaxInt, math.MaxInt64)
		if consent.CodeOf(err) == consent.Erased {
			return nil, nil
		}
		if errors.Is(err, consent.ErrDamaged) {
			// What cannot be read keeps nobody from the others.
			err = nil
		}
		return consent.Linked(all), err
	})
}

// newest returns up to limit records of a subject, newest first, none of them
// older than the first by more than span milliseconds. Those that cannot be read
// are left out, and consent.ErrDamaged tells of them. Errors: Erased when there are
// none because of an erasure.
func newest(tx *bbolt.Tx, site, subject string, limit int, span int64) ([]consent.Record, error) {
	if subject == "" {
		return nil, nil
	}
	person := personOf(site, subject)
	c, prefix := tx.Bucket([]byte(bucketNames)).Cursor(), historyKey(nil, person)
	k, _ := c.Seek(append(bytes.Clone(prefix), bytes.Repeat([]byte{0xff}, 17)...))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	var found []consent.Record
	var bad error
	for ; k != nil && bytes.HasPrefix(k, prefix) && len(found) < limit; k, _ = c.Prev() {
		r, err := load(tx, append(part(nil, site), k[historySize+8:]...))
		if err != nil {
			bad = err
			continue
		}
		if len(found) > 0 && found[0].Clock-r.Clock > span {
			break
		}
		found = append(found, r)
	}
	if tomb := tx.Bucket([]byte(bucketTombstones)).Get(person); bad == nil && len(found) == 0 && tomb != nil {
		at, _ := readTombstone(tomb)
		return nil, consent.Forgotten(at)
	}
	return found, bad
}

// Erase forgets a subject; see consent.Records. Records with a later clock
// than at stay: they are choices made after the erasure, whatever came first.
// What is forgotten stays sealed and its secrets are deleted; their bytes on
// disk are overwritten as the file reuses its pages.
func (s *Store) Erase(ctx context.Context, site, subject string, at time.Time) error {
	if err := named(site, "-", subject); err != nil {
		return err
	}
	if subject == "" {
		return consent.Fail(consent.Invalid, "no subject is named", "name the subject to be forgotten")
	}
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
		return struct{}{}, erase(tx, site, personOf(site, subject), at.UnixMilli())
	})
	return err
}

func erase(tx *bbolt.Tx, site string, person []byte, at int64) error {
	if before, ok := buried(tx, person); ok {
		at = max(at, before)
	}
	if err := tx.Bucket([]byte(bucketTombstones)).Put(person, append(clockKey(nil, at), site...)); err != nil {
		return err
	}
	names, prefix := tx.Bucket([]byte(bucketNames)), historyKey(nil, person)
	var gone [][]byte
	c := names.Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix) && readClock(k[historySize:]) <= at; k, _ = c.Next() {
		gone = append(gone, bytes.Clone(k))
	}
	ids := make([]string, 0, len(gone))
	for _, k := range gone {
		id, err := forget(tx, append(part(nil, site), k[historySize+8:]...))
		if err != nil {
			return err
		}
		if id != "" {
			ids = append(ids, id)
		}
		if err := names.Delete(k); err != nil {
			return err
		}
	}
	return noteErasure(tx, site, time.UnixMilli(at), ids)
}

// Export calls each for every record of a site; see consent.Records. Records
// that arrive meanwhile may be among them. each may call the store.
func (s *Store) Export(ctx context.Context, site string, each func(consent.Record) error) error {
	prefix := part(nil, site)
	for next := prefix; next != nil; {
		page, err := read(ctx, s, func(tx *bbolt.Tx) ([]consent.Record, error) {
			var found []consent.Record
			c := tx.Bucket([]byte(bucketRecords)).Cursor()
			k, v := c.Seek(next)
			for ; k != nil && bytes.HasPrefix(k, prefix) && len(found) < exportPage; k, v = c.Next() {
				r, err := unpack(tx, k, v)
				if err != nil && !r.Damaged {
					return nil, err
				}
				found = append(found, r)
			}
			next = nil
			if k != nil && bytes.HasPrefix(k, prefix) {
				next = bytes.Clone(k)
			}
			return found, nil
		})
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := each(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func buried(tx *bbolt.Tx, person []byte) (at int64, ok bool) {
	return readTombstone(tx.Bucket([]byte(bucketTombstones)).Get(person))
}

func readTombstone(v []byte) (at int64, ok bool) {
	if len(v) < 8 {
		return 0, false
	}
	return readClock(v), true
}

// named refuses names that do not fit a key.
func named(site, id, subject string) error {
	const limit = 512
	if site == "" || id == "" || len(site) > limit || len(id) > limit || len(subject) > limit {
		return consent.Fail(consent.Invalid, "a site, an id or a subject is empty or longer than 512 bytes", "send them as they were given")
	}
	return nil
}
