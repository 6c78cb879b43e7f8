package boltstore

import (
	"context"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// slack is by how much records may stand out of the order of their times.
const slack = time.Minute

// Find returns one record; see consent.Finder.
func (s *Store) Find(ctx context.Context, site, id string) (consent.Record, error) {
	if err := named(site, id, ""); err != nil {
		return consent.Record{}, err
	}
	return read(ctx, s, func(tx *bbolt.Tx) (consent.Record, error) {
		n := tx.Bucket([]byte(bucketNames)).Get(idKey(nil, site, id))
		if n == nil || tx.Bucket([]byte(bucketRecords)).Get(append(part(nil, site), n...)) == nil {
			return consent.Record{}, consent.Fail(consent.NotFound, "there is no such record", "check the id, and on which site it was made")
		}
		r, err := load(tx, append(part(nil, site), n...))
		if r.Damaged {
			// Of some not even the id can be read; this is where it stands.
			r.ID, err = id, nil
		}
		return r, err
	})
}

// Since returns a cursor; see consent.Finder. It looks for the first record
// that is young enough by halving.
func (s *Store) Since(ctx context.Context, site string, t time.Time) (string, error) {
	t = t.Add(-slack)
	return read(ctx, s, func(tx *bbolt.Tx) (string, error) {
		w := walk(tx, bucketRecords, site, 0)
		if w.key == nil {
			return "", nil
		}
		low, high := w.number(), tx.Bucket([]byte(bucketRecords)).Sequence()+1
		for low < high {
			mid := low + (high-low)/2
			w.at(w.cursor.Seek(recordKey(nil, site, mid)))
			if w.key == nil {
				high = mid
				continue
			}
			r, err := unpack(tx, w.key, w.value)
			if err != nil && !r.Damaged {
				return "", err
			}
			if r.Time.Before(t) {
				low = w.number() + 1
			} else {
				high = mid
			}
		}
		return strconv.FormatUint(low-1, 10), nil
	})
}
