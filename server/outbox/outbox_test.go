package outbox_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/redisstore"
)

// early is before every decision of the tests, so that none of them is older
// than the log and each is answered from the log alone.
func early() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }

// small are options for a log that takes little space.
func small(dir string, inner consent.Store) outbox.Options {
	o := outbox.Options{Dir: dir, Inner: inner, Clock: early, Random: rand.Reader, Reserve: -1, SegmentSize: 64 << 10, Beside: filepath.Dir(dir)}
	return o.WithLinger(time.Millisecond)
}

func open(t testing.TB, o outbox.Options) *outbox.Outbox {
	t.Helper()
	s, err := outbox.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	// Closing again after a test has closed is harmless.
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func bolt(t testing.TB, path string) consent.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func overRedis(t testing.TB, o redisstore.Options) consent.Store {
	t.Helper()
	// A busy machine may be late with an answer.
	o.Tries = 5
	s, err := redisstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// contract runs the suite; make opens what is behind the log.
func contract(t *testing.T, change func(*outbox.Options), behind func(t *testing.T, name, dir string) consent.Store) {
	var count atomic.Int64
	var all sync.Map
	level := consent.StoredLocal
	type place struct{ name, dir string }
	get := func(t *testing.T, p place) consent.Store {
		o := small(filepath.Join(p.dir, "log"), behind(t, p.name, p.dir))
		change(&o)
		s := open(t, o)
		all.Store(s, p)
		return s
	}
	var o outbox.Options
	if change(&o); o.Ack != "" {
		level = o.Ack
	}
	storetest.Run(t, storetest.Harness{
		Level: level,
		Settle: func(s consent.Store) {
			for box := s.(*outbox.Outbox); box.Status().Applied < box.Status().Last; {
				runtime.Gosched()
			}
		},
		Open: func(t *testing.T) consent.Store {
			return get(t, place{fmt.Sprintf("t%d:", count.Add(1)), t.TempDir()})
		},
		Reopen: func(t *testing.T, old consent.Store) consent.Store {
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			p, _ := all.Load(old)
			return get(t, p.(place))
		},
	})
}

func overFile(t *testing.T, _, dir string) consent.Store {
	return bolt(t, filepath.Join(dir, "store.db"))
}

func TestTheContractHoldsOverOneFile(t *testing.T) {
	t.Parallel()
	contract(t, func(*outbox.Options) {}, overFile)
}

func TestTheContractHoldsForDecisionsThatAreOlderThanTheLog(t *testing.T) {
	t.Parallel()
	contract(t, func(o *outbox.Options) { o.Clock = time.Now }, overFile)
}

func TestTheContractHoldsOverRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	over := func(t *testing.T, name, _ string) consent.Store {
		return overRedis(t, redisstore.Options{URLs: []string{server.URL()}, Prefix: name})
	}
	for name, level := range map[string]consent.Level{
		"acknowledged by the log": consent.StoredLocal,
		"acknowledged by Redis":   consent.StoredRedis,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract(t, func(o *outbox.Options) { o.Ack, o.AckWait = level, 30*time.Second }, func(t *testing.T, n, dir string) consent.Store {
				return over(t, string(level)+n, dir)
			})
		})
	}
}

func TestTheContractHoldsOverACluster(t *testing.T) {
	t.Parallel()
	urls := redistest.StartCluster(t)
	contract(t, func(*outbox.Options) {}, func(t *testing.T, name, _ string) consent.Store {
		return overRedis(t, redisstore.Options{URLs: urls, Prefix: name})
	})
}

func TestASecondOpenerIsToldThatTheLogIsInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, small(dir, bolt(t, filepath.Join(t.TempDir(), "one.db"))))
	second := small(dir, bolt(t, filepath.Join(t.TempDir(), "two.db")))
	_, err := outbox.Open(t.Context(), second)
	if consent.CodeOf(err) != consent.Unavailable || !strings.Contains(err.Error(), "in use by another process") {
		t.Fatalf("Open = %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, second)
}

func TestOptionsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	inner := bolt(t, filepath.Join(t.TempDir(), "store.db"))
	cases := map[string]func(*outbox.Options){
		"no folder":                             func(o *outbox.Options) { o.Dir = "" },
		"no store":                              func(o *outbox.Options) { o.Inner = nil },
		"no clock":                              func(o *outbox.Options) { o.Clock = nil },
		"no randomness":                         func(o *outbox.Options) { o.Random = nil },
		"a level that the store does not reach": func(o *outbox.Options) { o.Ack = consent.StoredRedis },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := small(t.TempDir(), inner)
			change(&o)
			if _, err := outbox.Open(t.Context(), o); consent.CodeOf(err) != consent.Invalid {
				t.Fatalf("Open = %v, want code invalid", err)
			}
		})
	}
}

func TestAClosedLogAnswersUnavailable(t *testing.T) {
	t.Parallel()
	s := open(t, small(t.TempDir(), bolt(t, filepath.Join(t.TempDir(), "store.db"))))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Append(t.Context(), record("a", "sub", 1)); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Append = %v", err)
	}
	if err := s.Ping(t.Context()); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Ping = %v", err)
	}
}

func record(id, subject string, clock int64) consent.Record {
	return consent.Record{
		ID: id, Site: "shop", Subject: subject, Content: "content of " + id,
		Levels: map[string]int{"analytics": 1}, Action: consent.Save,
		Clock: early().UnixMilli() + clock, Time: early(),
	}
}
