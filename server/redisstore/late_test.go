package redisstore_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// told is a log that is read while it is written.
type told struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *told) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *told) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick, end := time.NewTicker(20*time.Millisecond), time.NewTimer(20*time.Second)
	defer tick.Stop()
	defer end.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatal("waited too long: " + what)
		}
	}
}

func TestAStoreThatWasOpenedBeforeRedisRefusesAtOnceAndGoesOnByItself(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill()
	log := &told{}
	s := open(t, redisstore.Options{URLs: []string{server.URL()}, Late: true, Tries: 2, Logger: slog.New(slog.NewTextHandler(log, nil))})
	r := consent.Record{ID: "a", Site: "shop", Subject: "sub"}
	if _, _, err := s.Append(t.Context(), r); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Append = %v", err)
	}
	if err := s.Ping(t.Context()); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Ping = %v", err)
	}
	if !strings.Contains(log.String(), "tries_left=1") {
		t.Errorf("the second try is not told: %s", log)
	}
	server.Restart()
	eventually(t, "Redis is used", func() bool { return s.Ping(t.Context()) == nil })
	if _, fresh, err := s.Append(t.Context(), r); err != nil || !fresh {
		t.Fatalf("Append = %v, %v", fresh, err)
	}
}

func TestAServerThatOnlyListensCountsAsOneThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Pause()
	s := open(t, redisstore.Options{URLs: []string{server.URL()}, Late: true})
	server.Resume()
	eventually(t, "Redis is used", func() bool { return s.Ping(t.Context()) == nil })
}

func TestARedisThatEvictsIsNotTakenIntoUseLaterEither(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
	server.Kill()
	log := &told{}
	s := open(t, redisstore.Options{URLs: []string{server.URL()}, Late: true, Logger: slog.New(slog.NewTextHandler(log, nil))})
	server.Restart()
	eventually(t, "the reason is told", func() bool { return strings.Contains(log.String(), "maxmemory-policy allkeys-lru") })
	if err := s.Ping(t.Context()); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Ping = %v", err)
	}
	// It counts at the start as it always did.
	if _, err := redisstore.Open(t.Context(), redisstore.Options{URLs: []string{server.URL()}, Late: true}); consent.CodeOf(err) != consent.Invalid {
		t.Fatalf("Open = %v", err)
	}
}

func TestTheClientLibraryTellsOneKindOfTroubleOnceInAWhile(t *testing.T) {
	t.Parallel()
	log, now := &told{}, time.Unix(1000, 0)
	p := redisstore.Printer(slog.New(slog.NewTextHandler(log, nil)), func() time.Time { return now })
	for range 3 {
		p.Printf(t.Context(), "dial %v", "a")
	}
	p.Printf(t.Context(), "read %v", "b")
	now = now.Add(time.Minute)
	p.Printf(t.Context(), "dial %v", "c")
	for text, want := range map[string]int{"dial": 2, "read b": 1, "untold_before=2": 1, "untold_before=0": 2} {
		if got := strings.Count(log.String(), text); got != want {
			t.Errorf("%q is told %d times, want %d: %s", text, got, want, log)
		}
	}
}
