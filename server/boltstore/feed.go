package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// Arrivals returns a page of the feed; see consent.Feed. A cursor is the number
// of the arrival.
func (s *Store) Arrivals(ctx context.Context, site, after string, limit int) ([]consent.Arrival, error) {
	from := uint64(0)
	if after != "" {
		var err error
		if from, err = strconv.ParseUint(after, 10, 63); err != nil || after != strconv.FormatUint(from, 10) {
			return nil, consent.BadCursor()
		}
	}
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Arrival, error) {
		// Both buckets draw their numbers from one sequence, in one
		// transaction at a time: together they are the order.
		records := walk(tx, bucketRecords, site, from+1)
		erasures := walk(tx, bucketErasures, site, from+1)
		page := make([]consent.Arrival, 0, min(limit, 64))
		for len(page) < limit && (records.key != nil || erasures.key != nil) {
			next := records
			if records.key == nil || erasures.key != nil && erasures.number() < records.number() {
				next = erasures
			}
			a, err := next.arrival(tx, next == erasures)
			if err != nil {
				return nil, err
			}
			page = append(page, a)
			next.step()
		}
		return page, nil
	})
}

// Tail is the number of the newest arrival of any site; see consent.Feed.
func (s *Store) Tail(ctx context.Context, _ string) (string, error) {
	return read(ctx, s, func(tx *bbolt.Tx) (string, error) {
		if n := tx.Bucket([]byte(bucketRecords)).Sequence(); n > 0 {
			return strconv.FormatUint(n, 10), nil
		}
		return "", nil
	})
}

// walker goes through one site's part of a bucket.
type walker struct {
	prefix, key, value []byte
	cursor             *bbolt.Cursor
}

func walk(tx *bbolt.Tx, bucket, site string, from uint64) *walker {
	w := &walker{prefix: part(nil, site), cursor: tx.Bucket([]byte(bucket)).Cursor()}
	w.at(w.cursor.Seek(recordKey(site, from)))
	return w
}

func (w *walker) step() { w.at(w.cursor.Next()) }

func (w *walker) at(k, v []byte) {
	if !bytes.HasPrefix(k, w.prefix) || len(k) != len(w.prefix)+8 {
		k, v = nil, nil
	}
	w.key, w.value = k, v
}

func (w *walker) number() uint64 { return binary.BigEndian.Uint64(w.key[len(w.prefix):]) }

func (w *walker) arrival(tx *bbolt.Tx, isErasure bool) (a consent.Arrival, err error) {
	a.Cursor = strconv.FormatUint(w.number(), 10)
	if !isErasure {
		if a.Record, err = unpack(tx, w.key, w.value); a.Record.Damaged {
			err = nil
		}
		return a, err
	}
	a.Erasure = &consent.Erasure{}
	if err := json.Unmarshal(w.value, a.Erasure); err != nil {
		return a, fmt.Errorf("a stored erasure is damaged: %w", err)
	}
	return a, nil
}

// noteErasure lets the feed tell which records were stripped.
func noteErasure(tx *bbolt.Tx, site string, at time.Time, ids []string) error {
	for some := range slices.Chunk(ids, consent.MaxErasureIDs) {
		n, err := tx.Bucket([]byte(bucketRecords)).NextSequence()
		if err != nil {
			return err
		}
		body, err := json.Marshal(consent.Erasure{Time: at.UTC(), IDs: some})
		if err != nil {
			return err
		}
		if err := tx.Bucket([]byte(bucketErasures)).Put(recordKey(site, n), body); err != nil {
			return err
		}
	}
	return nil
}

// sweepPage is how many records one transaction of Sweep deletes.
const sweepPage = 256

// Sweep deletes the oldest records; see consent.Feed.
func (s *Store) Sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	swept := 0
	for swept < limit {
		want := min(limit-swept, sweepPage)
		n, err := write(ctx, s, func(tx *bbolt.Tx) (int, error) { return sweepOldest(tx, site, over, want) })
		swept += n
		if err != nil || n < want {
			return swept, err
		}
	}
	return swept, nil
}

func sweepOldest(tx *bbolt.Tx, site string, over func(consent.Record) bool, limit int) (int, error) {
	var gone []consent.Record
	var keys [][]byte
	w := walk(tx, bucketRecords, site, 0)
	for ; w.key != nil && len(gone) < limit; w.step() {
		r, err := unpack(tx, w.key, w.value)
		if err != nil {
			// Evidence that was tampered with is not to vanish by itself.
			return 0, err
		}
		if !over(r) {
			break
		}
		gone, keys = append(gone, r), append(keys, bytes.Clone(w.key))
	}
	for i, r := range gone {
		number := keys[i][len(keys[i])-8:]
		if err := tx.Bucket([]byte(bucketRecords)).Delete(keys[i]); err != nil {
			return 0, err
		}
		names := tx.Bucket([]byte(bucketNames))
		if err := names.Delete(idKey(site, r.ID)); err != nil {
			return 0, err
		}
		if r.Subject == "" {
			continue
		}
		key := append(clockKey(historyKey(nil, personOf(site, r.Subject)), r.Clock), number...)
		if err := names.Delete(key); err != nil {
			return 0, err
		}
	}
	// An erasure goes with the last record before it.
	e := walk(tx, bucketErasures, site, 0)
	var old [][]byte
	for ; e.key != nil && w.key != nil && e.number() < w.number(); e.step() {
		old = append(old, bytes.Clone(e.key))
	}
	for _, k := range old {
		if err := tx.Bucket([]byte(bucketErasures)).Delete(k); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}
