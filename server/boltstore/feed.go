package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// Arrivals returns a page of the feed; see consent.Feed.
func (s *Store) Arrivals(ctx context.Context, site, after string, limit int) ([]consent.Arrival, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Arrival, error) {
		// Both buckets draw their numbers from one sequence, in one
		// transaction at a time: together they are the order.
		records := walk(tx, bucketRecords, site, from+1)
		erasures := walk(tx, bucketErasures, site, from+1)
		return merge(tx, records, erasures, limit, (*walker).step, func(a, b uint64) bool { return a < b })
	})
}

// Before returns a page of the feed, newest first; see consent.Finder.
func (s *Store) Before(ctx context.Context, site, before string, limit int) ([]consent.Arrival, error) {
	end, err := parseCursor(before)
	if err != nil {
		return nil, err
	}
	if before == "" {
		end = math.MaxInt64
	}
	return read(ctx, s, func(tx *bbolt.Tx) ([]consent.Arrival, error) {
		records, erasures := walk(tx, bucketRecords, site, end), walk(tx, bucketErasures, site, end)
		records.back(end)
		erasures.back(end)
		prev := func(w *walker) { w.at(w.cursor.Prev()) }
		return merge(tx, records, erasures, limit, prev, func(a, b uint64) bool { return a > b })
	})
}

// parseCursor reads a cursor: the number of an arrival.
func parseCursor(c string) (uint64, error) {
	if c == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(c, 10, 63)
	if err != nil || c != strconv.FormatUint(n, 10) {
		return 0, consent.BadCursor()
	}
	return n, nil
}

// merge makes a page of what two walkers meet, each time from the one that
// comes first.
func merge(tx *bbolt.Tx, records, erasures *walker, limit int, step func(*walker), first func(a, b uint64) bool) ([]consent.Arrival, error) {
	page := make([]consent.Arrival, 0, min(limit, 64))
	for len(page) < limit && (records.key != nil || erasures.key != nil) {
		next := records
		if records.key == nil || erasures.key != nil && first(erasures.number(), records.number()) {
			next = erasures
		}
		a, err := next.arrival(tx, next == erasures)
		if err != nil {
			return nil, err
		}
		page = append(page, a)
		step(next)
	}
	return page, nil
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
	w.at(w.cursor.Seek(recordKey(nil, site, from)))
	return w
}

func (w *walker) step() { w.at(w.cursor.Next()) }

// back goes to the last one whose number is lower. A cursor that sought beyond
// the last of all has no place to step back from.
func (w *walker) back(n uint64) {
	if k, _ := w.cursor.Seek(number(bytes.Clone(w.prefix), n)); k == nil {
		w.at(w.cursor.Last())
	} else {
		w.at(w.cursor.Prev())
	}
}

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
	if json.Unmarshal(w.value, a.Erasure) != nil {
		// It stops nothing behind it: there was something that cannot be read.
		a.Erasure, a.Record = nil, consent.Record{Damaged: true, Sealed: &consent.Sealed{}}
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
		if err := tx.Bucket([]byte(bucketErasures)).Put(recordKey(nil, site, n), body); err != nil {
			return err
		}
	}
	return nil
}

// sweepPage is how many records one transaction of Sweep looks at.
const sweepPage = 256

// sweeping is how far a sweep came: its next record, how many it cannot read, and
// what it said of the last of them.
type sweeping struct {
	swept, unread int
	from          uint64
	ended         bool
	bad           error
}

// Sweep deletes the oldest records; see consent.Feed.
func (s *Store) Sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	var at sweeping
	for at.swept < limit && !at.ended {
		next, err := write(ctx, s, func(tx *bbolt.Tx) (sweeping, error) {
			return sweepOldest(tx, site, at, over, min(limit-at.swept, sweepPage))
		})
		if err != nil {
			return at.swept, err
		}
		at = next
	}
	return at.swept, failure(at.bad)
}

// sweepOldest sweeps some records from where a sweep has come to.
func sweepOldest(tx *bbolt.Tx, site string, at sweeping, over func(consent.Record) bool, limit int) (sweeping, error) {
	var gone []consent.Record
	var keys [][]byte
	w := walk(tx, bucketRecords, site, at.from)
	for looked := 0; w.key != nil && looked < limit; looked++ {
		r, bad := unpack(tx, w.key, w.value)
		switch {
		case bad == nil:
			at.ended = !over(r)
		case at.unread == consent.MaxUnread:
			at.ended = true
		default:
			// Evidence that was tampered with is not to vanish by itself.
			at.unread, at.bad = at.unread+1, bad
		}
		if at.ended {
			break
		}
		if bad == nil {
			gone, keys = append(gone, r), append(keys, bytes.Clone(w.key))
		}
		w.step()
	}
	if w.key != nil {
		at.from = w.number()
	}
	at.ended = at.ended || w.key == nil
	at.swept += len(gone)
	for i, r := range gone {
		number := keys[i][len(keys[i])-8:]
		if err := tx.Bucket([]byte(bucketRecords)).Delete(keys[i]); err != nil {
			return at, err
		}
		names := tx.Bucket([]byte(bucketNames))
		if err := names.Delete(idKey(nil, site, r.ID)); err != nil {
			return at, err
		}
		if r.Subject == "" {
			continue
		}
		key := append(clockKey(historyKey(nil, personOf(site, r.Subject)), r.Clock), number...)
		if err := names.Delete(key); err != nil {
			return at, err
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
			return at, err
		}
	}
	return at, nil
}
