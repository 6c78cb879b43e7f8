package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft-wal/fs"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// swallow is a store that takes everything at once.
type swallow struct{ consent.Store }

func (swallow) Append(_ context.Context, r consent.Record) (consent.Record, bool, error) {
	return r, true, nil
}

func (swallow) Document(context.Context, string, string) (consent.Document, error) {
	return consent.Document{}, consent.Fail(consent.NotFound, "nothing is kept", "look elsewhere")
}

func (swallow) PutDocument(_ context.Context, d consent.Document, _ ...consent.Document) (consent.Document, error) {
	return d, nil
}

func (swallow) Level() consent.Level { return consent.StoredLocal }

func (swallow) Close() error { return nil }

// BenchmarkAppend measures acknowledged records, and how many share an fsync,
// on disks of several speeds; behind the log is a store that costs nothing, or
// the embedded one.
func BenchmarkAppend(b *testing.B) {
	for _, delay := range []time.Duration{0, 5 * time.Millisecond, 10 * time.Millisecond} {
		b.Run(fmt.Sprintf("fsync+%v", delay), func(b *testing.B) {
			benchmarkAppend(b, delay, swallow{})
		})
	}
	b.Run("embedded store", func(b *testing.B) {
		benchmarkAppend(b, 0, bolt(b, filepath.Join(b.TempDir(), "store.db")))
	})
}

func benchmarkAppend(b *testing.B, delay time.Duration, inner consent.Store) {
	d := &disk{VFS: fs.New()}
	d.room.Store(1 << 60)
	var syncs, next atomic.Int64
	d.synced = func() {
		syncs.Add(1)
		if delay > 0 {
			<-time.After(delay)
		}
	}
	o := small(filepath.Join(b.TempDir(), "log"), inner).WithFiles(d)
	o.SegmentSize = 16 << 20
	s, err := outbox.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	b.SetParallelism(64)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprint(next.Add(1))
			if _, _, err := s.Append(b.Context(), record(id, "sub-"+id, 1)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(b.N)/float64(max(1, syncs.Load())), "records/fsync")
	b.ReportMetric(float64(s.Status().Last-s.Status().Applied), "waiting")
}

// BenchmarkOpen measures a start with many entries that the store has not had.
func BenchmarkOpen(b *testing.B) {
	const count, writers = 100_000, 64
	dir := b.TempDir()
	n := nodeIn(b, dir, true, func(o *outbox.Options) { o.SegmentSize = 16 << 20 })
	var next atomic.Int64
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for i := next.Add(1); i <= count; i = next.Add(1) {
				id := fmt.Sprint(i)
				if _, _, err := n.Append(b.Context(), record(id, "sub-"+id, 1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	n.close(b)
	for b.Loop() {
		s, err := outbox.Open(b.Context(), small(filepath.Join(dir, "log"), &absent{}))
		if err != nil {
			b.Fatal(err)
		}
		if got := s.Status().Entries; got != count {
			b.Fatalf("%d entries", got)
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// absent is a store that never takes anything.
type absent struct{ swallow }

func (*absent) Append(context.Context, consent.Record) (consent.Record, bool, error) {
	return consent.Record{}, false, gone()
}
