package boltstore

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// PutSecret stores a value until expires; see consent.Vault.
func (s *Store) PutSecret(ctx context.Context, key string, value []byte, now, expires time.Time) error {
	if err := named(key, "-", ""); err != nil {
		return err
	}
	body := append(number(nil, uint64(expires.UnixMicro())), value...)
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
		if err := sweepNear(tx, key, now); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, tx.Bucket([]byte(bucketVault)).Put([]byte(key), body)
	})
	return err
}

// Secret returns a value that has not expired; see consent.Vault.
func (s *Store) Secret(ctx context.Context, key string, now time.Time) ([]byte, error) {
	return read(ctx, s, func(tx *bbolt.Tx) ([]byte, error) { return secret(tx, key, now) })
}

// TakeSecret returns a value once; see consent.Vault. It also clears away
// everything that has expired.
func (s *Store) TakeSecret(ctx context.Context, key string, now time.Time) ([]byte, error) {
	type taken struct {
		value []byte
		err   error
	}
	t, err := write(ctx, s, func(tx *bbolt.Tx) (taken, error) {
		value, missing := secret(tx, key, now)
		if missing == nil {
			if err := tx.Bucket([]byte(bucketVault)).Delete([]byte(key)); err != nil {
				return taken{}, err
			}
		}
		return taken{value, missing}, sweep(tx, now)
	})
	if err != nil {
		return nil, err
	}
	return t.value, t.err
}

// DropSecret deletes a value; see consent.Vault.
func (s *Store) DropSecret(ctx context.Context, key string) error {
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
		return struct{}{}, tx.Bucket([]byte(bucketVault)).Delete([]byte(key))
	})
	return err
}

func secret(tx *bbolt.Tx, key string, now time.Time) ([]byte, error) {
	v := tx.Bucket([]byte(bucketVault)).Get([]byte(key))
	if hasEnded(v, now) {
		return nil, consent.Fail(consent.NotFound, "there is no such secret, or it has expired", "sign in again")
	}
	return bytes.Clone(v[8:]), nil
}

// hasEnded reports whether a stored secret is of no use any more.
func hasEnded(v []byte, now time.Time) bool {
	return len(v) < 8 || now.UnixMicro() >= int64(readNumber(v[:8]))
}

func sweep(tx *bbolt.Tx, now time.Time) error {
	vault := tx.Bucket([]byte(bucketVault))
	var gone [][]byte
	err := vault.ForEach(func(k, v []byte) error {
		if hasEnded(v, now) {
			gone = append(gone, bytes.Clone(k))
		}
		return nil
	})
	return errors.Join(err, dropAll(vault, gone))
}

// nearby is how many secrets a new one looks at.
const nearby = 64

// sweepNear clears away what has ended among those behind a key. Keys are hashes:
// each new one looks somewhere else, and so nothing that has ended stays for long.
func sweepNear(tx *bbolt.Tx, key string, now time.Time) error {
	vault := tx.Bucket([]byte(bucketVault))
	var gone [][]byte
	c := vault.Cursor()
	k, v := c.Seek([]byte(key))
	for range nearby {
		if k == nil {
			// The first ones come behind the last.
			if k, v = c.First(); k == nil {
				break
			}
		}
		if hasEnded(v, now) {
			gone = append(gone, bytes.Clone(k))
		}
		k, v = c.Next()
	}
	return dropAll(vault, gone)
}

func dropAll(vault *bbolt.Bucket, keys [][]byte) error {
	for _, k := range keys {
		if err := vault.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
