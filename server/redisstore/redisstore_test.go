package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// opened opens a store, or says why not: that a busy machine was too late with an
// answer is no reason.
func opened(t *testing.T, o redisstore.Options) (s *redisstore.Store, err error) {
	t.Helper()
	for range 20 {
		var late net.Error
		if s, err = redisstore.Open(t.Context(), o); !errors.As(err, &late) || !late.Timeout() {
			break
		}
	}
	return s, err
}

func open(t *testing.T, o redisstore.Options) *redisstore.Store {
	t.Helper()
	s, err := opened(t, o)
	if err != nil {
		t.Fatal(err)
	}
	// Closing again after a test has closed is harmless.
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// contract runs the suite against one Redis, each store under a prefix of its own.
func contract(t *testing.T, urls ...string) {
	var count atomic.Int64
	var all sync.Map
	storetest.Run(t, storetest.Harness{
		Level: consent.StoredRedis,
		Open: func(t *testing.T) consent.Store {
			o := redisstore.Options{URLs: urls, Prefix: "t" + time.Duration(count.Add(1)).String() + ":"}
			s := open(t, o)
			all.Store(s, o)
			return s
		},
		Reopen: func(t *testing.T, old consent.Store) consent.Store {
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			o, _ := all.Load(old)
			s := open(t, o.(redisstore.Options))
			all.Store(s, o)
			return s
		},
	})
}

func TestTheStoreKeepsTheContractOnOneServer(t *testing.T) {
	t.Parallel()
	contract(t, redistest.Start(t).URL())
}

func TestTheStoreKeepsTheContractOnACluster(t *testing.T) {
	t.Parallel()
	contract(t, redistest.StartCluster(t)...)
}

func TestOneNodeOfAClusterIsEnoughToFindTheOthers(t *testing.T) {
	t.Parallel()
	s := open(t, redisstore.Options{URLs: redistest.StartCluster(t)[:1]})
	for _, id := range strings.Split("abcdefghijklmnop", "") {
		r := consent.Record{ID: id, Site: "shop", Subject: "sub-" + id, Content: "c"}
		if _, fresh, err := s.Append(t.Context(), r); err != nil || !fresh {
			t.Fatalf("Append(%s) = %v, %v", id, fresh, err)
		}
	}
}

func TestAServerThatEvictsIsRefusedWithTheCommandThatMendsIt(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
	_, err := opened(t, redisstore.Options{URLs: []string{server.URL()}})
	if consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), "allkeys-lru") {
		t.Fatalf("Open = %v", err)
	}
	if fix := fixOf(err); !strings.Contains(fix, "CONFIG SET maxmemory-policy noeviction") {
		t.Fatalf("the fix is %q", fix)
	}
}

func TestARedisThatALaterVersionWroteIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	raw := server.Client()
	for format, want := range map[string]consent.Code{"1": "", "2": consent.Invalid, "10": consent.Invalid} {
		if err := raw.Set(t.Context(), "lx:format{catalog}", format, 0).Err(); err != nil {
			t.Fatal(err)
		}
		s, err := opened(t, redisstore.Options{URLs: []string{server.URL()}})
		if consent.CodeOf(err) != want || want != "" && !strings.Contains(fixOf(err), "run that version") {
			t.Errorf("format %s: %v", format, err)
		}
		if err == nil {
			_ = s.Close()
		}
		if keys, err := raw.Keys(t.Context(), "*").Result(); err != nil || len(keys) != 1 {
			t.Errorf("format %s: %v, %v", format, keys, err)
		}
	}
}

func TestWeakSettingsAreOnlyWarnedAbout(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		args []string
		want string
	}{
		{"a server without append-only file", []string{"--appendonly", "no"}, "appendonly off"},
		{"a server that never syncs", []string{"--appendfsync", "no"}, "appendfsync no"},
		{"a server that forbids CONFIG", []string{"--rename-command", "CONFIG", ""}, "forbids CONFIG"},
		{"a server with small limits", nil, "hash-max-listpack-value 256"},
		{"a good server", []string{"--hash-max-listpack-entries", "1024", "--hash-max-listpack-value", "256"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			server := redistest.Start(t, c.args...)
			s := open(t, redisstore.Options{URLs: []string{server.URL()}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err := s.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := log.String(); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Fatalf("the log is %q, want %q in it", got, c.want)
			}
		})
	}
}

func TestAnEvictingServerIsRefusedEvenWhenItForbidsConfig(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory-policy", "volatile-ttl", "--rename-command", "CONFIG", "")
	_, err := opened(t, redisstore.Options{URLs: []string{server.URL()}})
	if consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), "volatile-ttl") {
		t.Fatalf("Open = %v", err)
	}
}

func TestAWrongPasswordIsSaidClearlyAndNeverRepeated(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--requirepass", "right-secret")
	for _, login := range []string{"", ":wrong-secret@", "someone:wrong-secret@"} {
		_, err := opened(t, redisstore.Options{URLs: []string{"redis://" + login + server.Addr}})
		if consent.CodeOf(err) != consent.Unauthorized || !strings.Contains(err.Error(), "refuses the user or the password") {
			t.Errorf("Open with login %q = %v", login, err)
		}
		if strings.Contains(err.Error(), "wrong-secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	open(t, redisstore.Options{URLs: []string{"redis://:right-secret@" + server.Addr}})
}

func TestAMalformedAddressIsRefusedWithoutTellingThePassword(t *testing.T) {
	t.Parallel()
	for _, urls := range [][]string{nil, {"http://:secret@host"}, {"redis://:secret@host:port"}, {"redis://:secret@host?nonsense=1"}} {
		_, err := opened(t, redisstore.Options{URLs: urls})
		if consent.CodeOf(err) != consent.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%d addresses) = %v", len(urls), err)
		}
	}
}

func TestAKilledServerIsUnavailableInTimeAndComesBackWithItsRecords(t *testing.T) {
	t.Parallel()
	// Otherwise it may answer before it has written, while the disk is busy.
	server := redistest.Start(t, "--appendfsync", "always")
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	r := consent.Record{ID: "a", Site: "shop", Subject: "sub", Content: "c", Clock: 1}
	if _, _, err := s.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}

	server.Kill()
	unavailable(t, s)

	server.Restart()
	// The client goes on saying for up to a second that nobody answered.
	back, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got, err := s.Latest(back, "shop", "sub")
	for consent.CodeOf(err) == consent.Unavailable && back.Err() == nil {
		got, err = s.Latest(back, "shop", "sub")
	}
	if err != nil || got.ID != "a" {
		t.Fatalf("Latest after the restart = %q, %v", got.ID, err)
	}
	if _, fresh, err := s.Append(t.Context(), r); err != nil || fresh {
		t.Fatalf("Append after the restart = fresh %v, %v", fresh, err)
	}
}

func TestAServerThatHangsIsUnavailableInTime(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	server.Pause()
	unavailable(t, s)
	server.Resume()
	if err := s.Ping(t.Context()); err != nil {
		t.Fatalf("Ping after the pause: %v", err)
	}
}

// unavailable asserts that calls fail by the end of their context.
func unavailable(t *testing.T, s *redisstore.Store) {
	t.Helper()
	// The client's own limits are longer than this leeway; a busy machine may be late now and then.
	const leeway = 400 * time.Millisecond
	fastest := time.Hour
	for i := 0; i < 3 || i < 50 && fastest > leeway; i++ {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		began := time.Now()
		_, err := s.Latest(ctx, "shop", "sub")
		fastest = min(fastest, time.Since(began))
		cancel()
		if consent.CodeOf(err) != consent.Unavailable {
			t.Fatalf("Latest = %v", err)
		}
	}
	if fastest > leeway {
		t.Fatalf("Latest took %v", fastest)
	}
}

func TestAnUnreachableServerIsSaidClearly(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Kill()
	_, err := opened(t, redisstore.Options{URLs: []string{server.URL()}})
	if consent.CodeOf(err) != consent.Unavailable || !strings.Contains(err.Error(), server.Addr) {
		t.Fatalf("Open = %v", err)
	}
}

func TestScriptsAreLoadedAgainAfterTheServerForgotThem(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	raw := server.Client()
	for _, id := range []string{"a", "b"} {
		if err := raw.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if _, fresh, err := s.Append(t.Context(), consent.Record{ID: id, Site: "shop", Subject: "sub"}); err != nil || !fresh {
			t.Fatalf("Append(%s) = %v, %v", id, fresh, err)
		}
	}
}

func TestNoKeyHasATimeToLiveAndNoneHoldsAnErasedSubject(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	for _, id := range []string{"a", "b"} {
		r := consent.Record{ID: id, Site: "shop", Subject: "the-subject", Content: "the-content", Clock: 1}
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Erase(t.Context(), "shop", "the-subject", time.UnixMilli(2)); err != nil {
		t.Fatal(err)
	}
	raw := server.Client()
	names, err := raw.Keys(t.Context(), "*").Result()
	if err != nil || len(names) == 0 {
		t.Fatalf("%d keys, %v", len(names), err)
	}
	for _, name := range names {
		if ttl := raw.TTL(t.Context(), name).Val(); ttl != -1 {
			t.Errorf("%s lives for %v", name, ttl)
		}
		dump := name + strings.Join(raw.HVals(t.Context(), name).Val(), " ") + strings.Join(raw.ZRange(t.Context(), name, 0, -1).Val(), " ")
		if strings.Contains(dump, "the-subject") || strings.Contains(dump, "the-content") {
			t.Errorf("%s still tells about the subject: %s", name, dump)
		}
	}
}

func fixOf(err error) string {
	var e *consent.Error
	if errors.As(err, &e) {
		return e.Fix
	}
	return ""
}
