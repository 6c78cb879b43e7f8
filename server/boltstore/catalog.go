package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// Publish stores the next edition; see consent.Catalog.
func (s *Store) Publish(ctx context.Context, e consent.Edition) error {
	if err := named(e.Site.ID, "-", ""); err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return consent.Errorf(consent.Invalid, "the edition is not encodable: %w", err)
	}
	_, err = write(ctx, s, func(tx *bbolt.Tx) (struct{}, error) { return struct{}{}, publish(tx, e.Site.ID, e.Number, body) })
	return err
}

func publish(tx *bbolt.Tx, site string, n int, body []byte) error {
	live, meta := tx.Bucket([]byte(bucketLive)), tx.Bucket([]byte(bucketMeta))
	if newest := readNumber(live.Get([]byte(site))); uint64(n) != newest+1 {
		return consent.Fail(consent.Conflict, fmt.Sprintf("edition %d does not follow edition %d of site %s", n, newest, site), "load the site again and publish once more")
	}
	if err := tx.Bucket([]byte(bucketEditions)).Put(editionKey(site, n), body); err != nil {
		return err
	}
	if err := live.Put([]byte(site), number(nil, uint64(n))); err != nil {
		return err
	}
	return meta.Put([]byte(keyVersion), number(nil, readNumber(meta.Get([]byte(keyVersion)))+1))
}

// Edition returns one edition; see consent.Catalog.
func (s *Store) Edition(ctx context.Context, site string, n int) (consent.Edition, error) {
	return read(ctx, s, func(tx *bbolt.Tx) (consent.Edition, error) { return edition(tx, site, n) })
}

func edition(tx *bbolt.Tx, site string, n int) (e consent.Edition, err error) {
	body := tx.Bucket([]byte(bucketEditions)).Get(editionKey(site, n))
	if n < 1 || body == nil {
		return e, consent.Fail(consent.NotFound, fmt.Sprintf("site %s has no edition %d", site, n), "list the site's editions")
	}
	return e, decodeInto(body, &e)
}

// Editions returns all editions of a site, newest first; see consent.Catalog.
func (s *Store) Editions(ctx context.Context, site string) ([]consent.Edition, error) {
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Edition, error) {
		newest := readNumber(tx.Bucket([]byte(bucketLive)).Get([]byte(site)))
		if newest == 0 {
			return nil, consent.Fail(consent.NotFound, "site "+site+" was never published", "publish it first")
		}
		all := make([]consent.Edition, 0, newest)
		for n := int(newest); n > 0; n-- {
			e, err := edition(tx, site, n)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
		return all, nil
	})
}

// Live returns the newest edition of every site; see consent.Catalog.
func (s *Store) Live(ctx context.Context) ([]consent.Edition, error) {
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Edition, error) {
		var all []consent.Edition
		err := tx.Bucket([]byte(bucketLive)).ForEach(func(site, n []byte) error {
			e, err := edition(tx, string(site), int(readNumber(n)))
			all = append(all, e)
			return err
		})
		return all, err
	})
}

// Numbers tells the newest edition of every site; see consent.Catalog.
func (s *Store) Numbers(ctx context.Context) (map[string]int, error) {
	return read(ctx, s, func(tx *bbolt.Tx) (map[string]int, error) {
		all := map[string]int{}
		return all, tx.Bucket([]byte(bucketLive)).ForEach(func(site, n []byte) error {
			all[string(site)] = int(readNumber(n))
			return nil
		})
	})
}

// Version counts the publishes; see consent.Catalog.
func (s *Store) Version(ctx context.Context) (int64, error) {
	return read(ctx, s, func(tx *bbolt.Tx) (int64, error) {
		return int64(readNumber(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyVersion)))), nil
	})
}

func decodeInto(body []byte, v any) error {
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(v); err != nil {
		return fmt.Errorf("a stored document is damaged: %w", err)
	}
	return nil
}

// readNumber reads a number; what is not there counts as 0.
func readNumber(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
