package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/leadiumx/consent/consent"
	"go.etcd.io/bbolt"
)

// maxBatch bounds how many writes share one transaction.
const maxBatch = 256

// job is one write that waits for the committer. run reports a consent.Error
// only before it has changed anything, so that its neighbours in the
// transaction stand; any other error undoes the whole transaction.
type job struct {
	ctx  context.Context
	run  func(*bbolt.Tx) error
	done chan<- error
}

// write hands f to the committer and waits until its transaction is on disk.
// While one fsync is under way, further writes gather and share the next.
func write[T any](ctx context.Context, s *Store, f func(*bbolt.Tx) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, late(err)
	}
	// The committer owns out until it has sent to done; a caller that gave up
	// never looks at it.
	out, done := new(T), make(chan error, 1)
	j := job{ctx: ctx, done: done, run: func(tx *bbolt.Tx) (err error) {
		*out, err = f(tx)
		return err
	}}
	select {
	case s.jobs <- j:
	case <-ctx.Done():
		return none, late(ctx.Err())
	case <-s.stop:
		return none, closed()
	}
	select {
	case err := <-done:
		if err != nil {
			return none, failure(err)
		}
		return *out, nil
	case <-ctx.Done():
		return none, late(ctx.Err())
	case <-s.done:
		return none, closed()
	}
}

func closed() error {
	return consent.Fail(consent.Unavailable, "the store is closed", "try again once the server is back")
}

func (s *Store) commitLoop() {
	defer close(s.done)
	batch := make([]job, 0, maxBatch)
	for {
		select {
		case <-s.stop:
			s.commit(s.gather(batch[:0]))
			return
		case j := <-s.jobs:
			s.commit(s.gather(append(batch[:0], j)))
		}
	}
}

// gather takes what waits now, and what comes while those that are ready to run
// have their turn: the first of many would else have a transaction to itself.
func (s *Store) gather(batch []job) []job {
	for turns := 0; len(batch) < maxBatch; {
		select {
		case j := <-s.jobs:
			batch, turns = append(batch, j), 0
		default:
			if turns++; turns > 1 {
				return batch
			}
			runtime.Gosched()
		}
	}
	return batch
}

// commit runs the jobs in one transaction. When one of them breaks it, each
// runs again alone, so that a write never fails by another's fault.
func (s *Store) commit(batch []job) {
	if len(batch) == 0 {
		return
	}
	results, err := s.try(batch)
	if err != nil && len(batch) > 1 && s.fence.err() == nil {
		for _, j := range batch {
			s.commit([]job{j})
		}
		return
	}
	for i, j := range batch {
		if err != nil {
			j.done <- err
			continue
		}
		j.done <- results[i]
	}
}

func (s *Store) try(batch []job) (results []error, err error) {
	if err := s.fence.err(); err != nil {
		return nil, err
	}
	defer func() {
		// The library panics when it finds a page that cannot be right. The
		// transaction is undone by then; what is on disk must not be touched.
		if p := recover(); p != nil {
			err = s.fence.raise(fmt.Errorf("a damaged page: %v", p))
		}
	}()
	tx, err := s.db.Begin(true)
	if err != nil {
		return nil, err
	}
	// After a commit this does nothing, and answers so.
	defer func() { _ = tx.Rollback() }()
	results = make([]error, len(batch))
	for i, j := range batch {
		if err := j.ctx.Err(); err != nil {
			results[i] = late(err)
			continue
		}
		results[i] = j.run(tx)
		if results[i] != nil && consent.CodeOf(results[i]) == "" {
			return nil, results[i]
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, s.commitFailed(err)
	}
	return results, nil
}

// commitFailed decides whether the store may go on. A full disk may be tried
// again: nothing of the old state was overwritten. After any other failure the
// kernel may have dropped pages that a later fsync would report as written,
// so no later write can be believed.
func (s *Store) commitFailed(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &consent.Error{Code: consent.Unavailable, Cause: "the disk of the data directory is full", Fix: "free some space; the store goes on by itself", Err: err}
	}
	return s.fence.raise(err)
}

// fence stops all writes for good once it is raised.
type fence struct{ reason atomic.Pointer[consent.Error] }

func (f *fence) err() error {
	if e := f.reason.Load(); e != nil {
		return e
	}
	return nil
}

func (f *fence) raise(err error) error {
	f.reason.CompareAndSwap(nil, &consent.Error{Code: consent.Unavailable, Cause: "the disk refused a write, so the store takes no more", Fix: "check the disk, then start the server again", Err: err})
	return f.err()
}
