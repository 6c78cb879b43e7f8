// Package boltstore keeps everything in one file on this machine. It is the
// store of an installation without Redis.
package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// growth is how many bytes the file grows by at a time, at the cost of one
// fsync more.
const growth = 1 << 20

// Options are the choices of an embedded store; the zero value is good.
type Options struct {
	// LockWait is how long Open waits for another process to let go of the
	// file; 0 means one second.
	LockWait time.Duration
}

// Store is a consent.Store in one file. It is safe for many goroutines. An
// acknowledged write has been fsynced; writes that wait at the same time share
// one fsync.
type Store struct {
	db   *bbolt.DB
	jobs chan job
	stop chan struct{}
	// done is closed when the committer has ended.
	done chan struct{}
	once sync.Once
	// fence holds the reason why the store takes no more writes.
	fence fence
	// asking holds the reads of promptly.
	asking chan struct{}
}

var _ consent.Store = (*Store)(nil)

// Open opens the file, making it and its folder when they are missing, for
// this user only. Errors: Unavailable when another process uses the file,
// Invalid when the file is not ours, is damaged or is of a later version.
func Open(path string, opts Options) (*Store, error) {
	if opts.LockWait == 0 {
		opts.LockWait = time.Second
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &consent.Error{Code: consent.Unavailable, Cause: "the data directory " + dir + " cannot be made", Fix: "check its owner and rights", Err: err}
	}
	o := &bbolt.Options{
		Timeout: opts.LockWait,
		// The list of free pages is rebuilt at open instead of being written
		// with every commit, which would cost more than the data itself.
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
		// Address space, not memory: writers need not wait for readers each
		// time a young file grows.
		InitialMmapSize: 64 << 20,
	}
	opened, err := examine(path, o)
	if err != nil {
		return nil, openError(path, err)
	}
	db, err := bbolt.Open(path, 0o600, o)
	opened()
	if err != nil {
		return nil, openError(path, err)
	}
	// The file grows by no more than a small disk has left after others filled it.
	db.AllocSize = growth
	if err := prepare(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &Store{db: db, jobs: make(chan job, maxBatch), stop: make(chan struct{}), done: make(chan struct{}), asking: make(chan struct{}, maxAsking)}
	go s.commitLoop()
	return s, nil
}

func openError(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return &consent.Error{Code: consent.Unavailable, Cause: "the data directory " + filepath.Dir(path) + " is in use by another process", Fix: "stop the other process or give this one a data directory of its own", Err: err}
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, errPage):
		return &consent.Error{Code: consent.Invalid, Cause: "the file " + path + " is damaged or is no store of this program", Fix: "restore it from a backup; it was left as it is", Err: err}
	default:
		return &consent.Error{Code: consent.Unavailable, Cause: "the file " + path + " cannot be opened", Fix: "check that it and its directory belong to this user and are writable", Err: err}
	}
}

// prepare makes the buckets of a new file and refuses a layout that this
// version does not know.
func prepare(db *bbolt.DB) error {
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(bucketMeta))
		switch v := meta.Get([]byte(keyFormat)); {
		case v == nil:
			return meta.Put([]byte(keyFormat), number(nil, format))
		case len(v) != 8 || binary.BigEndian.Uint64(v) > format:
			return consent.Fail(consent.Invalid, "the file was written by a later version of this program", "run that version, or restore a backup made by this one")
		case binary.BigEndian.Uint64(v) < format:
			return consent.Fail(consent.Invalid, "the file was written by a version of this program from before its first release", "export its records with that version, then start with another data directory")
		}
		return nil
	})
}

// Level is local: an acknowledged record was fsynced here.
func (s *Store) Level() consent.Level { return consent.StoredLocal }

// Ping reports whether the store reads and takes writes.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.fence.err(); err != nil {
		return err
	}
	_, err := read(ctx, s, func(tx *bbolt.Tx) (struct{}, error) { return struct{}{}, nil })
	return err
}

// Close waits for writes under way and lets go of the file.
func (s *Store) Close() error {
	s.once.Do(func() { close(s.stop) })
	<-s.done
	return s.db.Close()
}

// read runs one read transaction. It never waits for a disk write.
func read[T any](ctx context.Context, s *Store, f func(*bbolt.Tx) (T, error)) (T, error) {
	var out T
	if err := ctx.Err(); err != nil {
		return out, late(err)
	}
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		out, err = f(tx)
		return err
	})
	return out, failure(err)
}

// maxAsking bounds how many reads a disk that hangs can hold.
const maxAsking = 256

// promptly is read for who waits no longer than their context: the disk may hang,
// and a file that grows is mapped anew once all who read have done. What f leaves
// behind must be its result alone.
func promptly[T any](ctx context.Context, s *Store, f func(*bbolt.Tx) (T, error)) (none T, err error) {
	if ctx.Done() == nil {
		return read(ctx, s, f)
	}
	select {
	case s.asking <- struct{}{}:
	case <-ctx.Done():
		return none, late(ctx.Err())
	}
	type answer struct {
		out T
		err error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			// The library panics when it finds a page that cannot be right.
			if p := recover(); p != nil {
				a.err = failure(fmt.Errorf("a damaged page: %v", p))
			}
			<-s.asking
			done <- a
		}()
		a.out, a.err = read(ctx, s, f)
	}()
	select {
	case a := <-done:
		return a.out, a.err
	case <-ctx.Done():
		return none, late(ctx.Err())
	}
}
