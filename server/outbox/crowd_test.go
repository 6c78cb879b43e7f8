package outbox_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoWriteAllTheTimeShareTheirFsyncs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		writers int
		// syncs is how many fsyncs they may need for their twenty writes each.
		syncs int64
		// waits says that they may wait for each other.
		waits bool
	}{
		// How many are there in time is up to the scheduler of a busy machine, too.
		"many, of whom an fsync has at least half": {writers: 32, syncs: 40, waits: true},
		"a few, who never wait for each other":     {writers: 3, syncs: 60},
		"one alone":                                {writers: 1, syncs: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDisk()
				var syncs atomic.Int64
				d.synced = func() { syncs.Add(1) }
				s := open(t, small(filepath.Join(t.TempDir(), "log"), swallow{}).WithFiles(d))
				syncs.Store(0)
				began := time.Now()
				var group sync.WaitGroup
				for w := range c.writers {
					group.Go(func() {
						for i := range 20 {
							id := fmt.Sprintf("%d-%d", w, i)
							if _, _, err := s.Append(t.Context(), record(id, "sub-"+id, 1)); err != nil {
								t.Error(err)
							}
						}
					})
				}
				group.Wait()
				if n := syncs.Load(); n > c.syncs {
					t.Errorf("%d writers needed %d fsyncs for 20 records each; want at most %d", c.writers, n, c.syncs)
				}
				// Time passes here only while everybody waits for it.
				if took := time.Since(began); !c.waits && took > 0 {
					t.Errorf("they waited %v", took)
				}
			})
		})
	}
}

func TestWhoComesNoMoreIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, small(filepath.Join(t.TempDir(), "log"), swallow{}))
		var group sync.WaitGroup
		for w := range 64 {
			group.Go(func() { put(t, s, record(fmt.Sprint("crowd", w), "sub", 1)) })
		}
		group.Wait()
		began := time.Now()
		put(t, s, record("alone", "sub", 1))
		put(t, s, record("alone again", "sub", 1))
		if took := time.Since(began); took > time.Millisecond {
			t.Errorf("two records behind the crowd waited %v; want a millisecond at most", took)
		}
	})
}
