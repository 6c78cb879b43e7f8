package boltstore

import (
	"errors"

	"go.etcd.io/bbolt"
)

// Grow makes the file larger than its map while somebody reads: nobody else can
// read until they have done, which is when over is called.
func (s *Store) Grow() (over func() error, err error) {
	reads, err := s.db.Begin(false)
	if err != nil {
		return nil, err
	}
	grown := make(chan error, 1)
	go func() {
		grown <- s.db.Update(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte(bucketMeta)).Put([]byte("large"), make([]byte, 65<<20))
		})
	}()
	return func() error {
		if err := reads.Rollback(); err != nil {
			return err
		}
		return <-grown
	}, nil
}

// SetFormat writes the number of another layout into a file that nobody has open.
func SetFormat(path string, n uint64) error {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyFormat), number(nil, n))
	})
	return errors.Join(err, db.Close())
}
