package boltstore

import (
	"bytes"
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// PutSecret stores a value until expires; see consent.Vault.
func (s *Store) PutSecret(ctx context.Context, key string, value []byte, expires time.Time) error {
	if err := named(key, "-", ""); err != nil {
		return err
	}
	body := append(number(nil, uint64(expires.UnixMicro())), value...)
	_, err := write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) {
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
	if len(v) < 8 || now.UnixMicro() >= int64(readNumber(v[:8])) {
		return nil, consent.Fail(consent.NotFound, "there is no such secret, or it has expired", "sign in again")
	}
	return bytes.Clone(v[8:]), nil
}

func sweep(tx *bbolt.Tx, now time.Time) error {
	vault := tx.Bucket([]byte(bucketVault))
	var gone [][]byte
	err := vault.ForEach(func(k, v []byte) error {
		if len(v) < 8 || now.UnixMicro() >= int64(readNumber(v[:8])) {
			gone = append(gone, bytes.Clone(k))
		}
		return nil
	})
	for _, k := range gone {
		if err == nil {
			err = vault.Delete(k)
		}
	}
	return err
}
