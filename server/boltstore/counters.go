package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// Count adds to the counters of a day; see consent.Counters.
func (s *Store) Count(ctx context.Context, site, day string, add map[string]int64) error {
	if err := consent.CheckCount(site, day, add); err != nil {
		return err
	}
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
		for name, n := range add {
			if err := addCount(tx, site, day, name, n); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

func addCount(tx *bbolt.Tx, site, day, name string, n int64) error {
	b, key := tx.Bucket([]byte(bucketCounters)), append(countKey(site, day), name...)
	return b.Put(key, number(nil, uint64(n+counted(b.Get(key)))))
}

// Counts returns the counters of several days; see consent.Counters.
func (s *Store) Counts(ctx context.Context, site, fromDay, toDay string) (map[string]map[string]int64, error) {
	days, err := consent.DaysBetween(fromDay, toDay)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(tx *bbolt.Tx) (map[string]map[string]int64, error) {
		all := map[string]map[string]int64{}
		c := tx.Bucket([]byte(bucketCounters)).Cursor()
		for _, day := range days {
			prefix := countKey(site, day)
			for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
				if all[day] == nil {
					all[day] = map[string]int64{}
				}
				consent.AddCell(all[day], string(k[len(prefix):]), counted(v))
			}
		}
		return all, nil
	})
}

func counted(v []byte) int64 {
	if len(v) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(v))
}
