package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// Tombstones tells who was erased; see consent.Archive.
func (s *Store) Tombstones(ctx context.Context, each func(consent.Tombstone) error) error {
	for next := []byte{}; next != nil; {
		page, err := read(ctx, s, func(tx *bbolt.Tx) (page []consent.Tombstone, err error) {
			c := tx.Bucket([]byte(bucketTombstones)).Cursor()
			k, v := c.Seek(next)
			for ; k != nil && len(page) < exportPage; k, v = c.Next() {
				if len(k) != personSize || len(v) < 8 {
					return nil, fmt.Errorf("a tombstone is damaged: %d bytes", len(v))
				}
				page = append(page, consent.Tombstone{Site: string(v[8:]), Person: consent.Person(k), At: readClock(v)})
			}
			next = bytes.Clone(k)
			return page, nil
		})
		if err != nil {
			return err
		}
		for _, t := range page {
			if err := each(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// Bury erases by a tombstone; see consent.Archive.
func (s *Store) Bury(ctx context.Context, t consent.Tombstone) error {
	if err := named(t.Site, "-", ""); err != nil {
		return err
	}
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
		return struct{}{}, erase(tx, t.Site, t.Person[:], t.At)
	})
	return err
}

// Contents names what documents and journals there are; see consent.Archive.
func (s *Store) Contents(ctx context.Context) (kinds, journals []string, err error) {
	if kinds, err = s.firstParts(ctx, bucketDocuments); err == nil {
		journals, err = s.firstParts(ctx, bucketNotes)
	}
	return kinds, journals, err
}

// firstParts lists the different first parts of a bucket's keys.
func (s *Store) firstParts(ctx context.Context, bucket string) ([]string, error) {
	return read(ctx, s, func(tx *bbolt.Tx) (names []string, err error) {
		c := tx.Bucket([]byte(bucket)).Cursor()
		for k, _ := c.First(); k != nil; {
			if len(k) < 2 || len(k)-2 < int(binary.BigEndian.Uint16(k)) {
				return nil, fmt.Errorf("a key is damaged: %d bytes", len(k))
			}
			prefix := bytes.Clone(k[:2+binary.BigEndian.Uint16(k)])
			names = append(names, string(prefix[2:]))
			k, _ = c.Seek(append(prefix, bytes.Repeat([]byte{0xff}, 600)...))
		}
		slices.Sort(names)
		return names, nil
	})
}
