package outbox_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/redisstore"
)

func onRedis(t *testing.T, server *redistest.Server) *outbox.Outbox {
	t.Helper()
	inner := overRedis(t, redisstore.Options{URLs: []string{server.URL()}})
	return open(t, small(filepath.Join(t.TempDir(), "log"), inner))
}

// while appends from several goroutines while something happens, and returns
// the ids that were acknowledged.
func while(t *testing.T, s consent.Store, happens func()) []string {
	t.Helper()
	var stop atomic.Bool
	run := len(counted(t, s))
	var mu sync.Mutex
	var ids []string
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := 0; !stop.Load(); i++ {
				id := fmt.Sprintf("%d-%d-%d", run, w, i)
				if _, _, err := s.Append(t.Context(), record(id, "sub-"+id, int64(i))); err != nil {
					t.Errorf("Append = %v", err)
					return
				}
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
			}
		})
	}
	more := func(n int) {
		mu.Lock()
		from := len(ids)
		mu.Unlock()
		eventually(t, "more is acknowledged", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(ids) >= from+n || t.Failed()
		})
	}
	more(50)
	happens()
	more(50)
	stop.Store(true)
	group.Wait()
	return ids
}

func allThere(t *testing.T, s *outbox.Outbox, ids []string) {
	t.Helper()
	eventually(t, "every acknowledged record is in Redis", func() bool {
		now := s.Status()
		if now.Down || now.Applied != now.Last {
			return false
		}
		times := map[string]int{}
		// A pool may need another moment to see that the server is back.
		if err := s.Export(t.Context(), "shop", func(r consent.Record) error { times[r.ID]++; return nil }); err != nil {
			return false
		}
		for _, id := range ids {
			if times[id] != 1 {
				return false
			}
		}
		return len(times) == len(ids)
	})
}

func TestRecordsAreAcknowledgedWhileRedisIsDeadAndAreThereOnceItIsBack(t *testing.T) {
	t.Parallel()
	for name, aof := range map[string]string{"with what it had": "yes", "with nothing": "no"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, "--appendonly", aof)
			s := onRedis(t, server)
			ids := while(t, s, server.Kill)
			if err := s.Ping(t.Context()); err != nil {
				t.Fatalf("Ping while Redis is dead: %v", err)
			}
			wantLatest(t, s, "sub-"+ids[len(ids)-1], ids[len(ids)-1])
			server.Restart()
			allThere(t, s, ids)
			// Killed and back before anybody looks.
			ids = append(ids, while(t, s, func() { server.Restart() })...)
			allThere(t, s, ids)
		})
	}
}

func TestAnExportRightAfterRedisLostEverythingHoldsEverything(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := onRedis(t, server)
	client := server.Client()
	for i := range 5 {
		put(t, s, record(fmt.Sprint(i), "sub", int64(i)))
		// All is there, and the marker with it.
		eventually(t, "an export", func() bool { return len(counted(t, s)) == i+1 })
		if err := client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if got := len(counted(t, s)); got != i+1 {
			t.Fatalf("%d records, want %d", got, i+1)
		}
	}
}

func TestRecordsAreAcknowledgedWhileRedisHangs(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := onRedis(t, server)
	ids := while(t, s, server.Pause)
	server.Resume()
	allThere(t, s, ids)
}

func TestARedisThatIsWipedGetsEverythingAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := onRedis(t, server)
	raw := server.Client()
	wipe := func() {
		if err := raw.FlushAll(t.Context()).Err(); err != nil {
			t.Error(err)
		}
	}
	put(t, s, record("kept", "kept", 1))
	put(t, s, record("gone", "gone", 1))
	erase(t, s, "gone", 5)
	ids := append(while(t, s, wipe), "kept", "gone")
	allThere(t, s, ids)

	// Also when nobody writes.
	eventually(t, "the marker is set", func() bool {
		keys, err := raw.Keys(t.Context(), "lx:marker:*").Result()
		return err == nil && len(keys) == 1
	})
	wipe()
	eventually(t, "everything is there again", func() bool {
		n, err := raw.DBSize(t.Context()).Result()
		return err == nil && int(n) > len(ids)
	})
	allThere(t, s, ids)
	_, err := s.Latest(t.Context(), "shop", "gone")
	wantCode(t, "Latest of the erased subject", err, consent.Erased)
	wantLatest(t, s, "kept", "kept")
}

func TestARedisThatIsWipedWhileThisNodeIsDownGetsEverythingAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	dir := filepath.Join(t.TempDir(), "log")
	start := func() *outbox.Outbox {
		return open(t, small(dir, overRedis(t, redisstore.Options{URLs: []string{server.URL()}})))
	}
	s := start()
	put(t, s, record("a", "sub", 1))
	put(t, s, record("b", "", 2))
	handedOver(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw := server.Client()
	if err := raw.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	s = start()
	allThere(t, s, []string{"a", "b"})
	wantLatest(t, s, "sub", "a")
}

func TestAWriteThatPromisesRedisIsRefusedWithoutItAndSettledByItsRetry(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	o := small(filepath.Join(t.TempDir(), "log"), overRedis(t, redisstore.Options{URLs: []string{server.URL()}}))
	o.Ack = consent.StoredRedis
	s := open(t, o)
	put(t, s, record("a", "sub", 1))
	server.Kill()
	_, _, err := s.Append(t.Context(), record("b", "sub", 2))
	wantCode(t, "Append", err, consent.Unavailable)
	kept, err := s.Keep(t.Context(), record("c", "sub", 3))
	if err != nil || !kept.Fresh || kept.Level != consent.StoredLocal {
		t.Fatalf("Keep = fresh %v, %q, %v", kept.Fresh, kept.Level, err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Fatalf("Ping while Redis is dead: %v", err)
	}
	server.Restart()
	allThere(t, s, []string{"a", "b", "c"})
	kept, err = s.Keep(t.Context(), record("b", "sub", 2))
	if err != nil || kept.Fresh || kept.Record.ID != "b" || kept.Level != consent.StoredRedis {
		t.Fatalf("the retry = %q, fresh %v, %q, %v", kept.Record.ID, kept.Fresh, kept.Level, err)
	}
}

func TestAFullRedisHoldsUpNothingAndGetsAllOnceItHasRoom(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := onRedis(t, server)
	raw := server.Client()
	room := func(bytes string) {
		if err := raw.ConfigSet(t.Context(), "maxmemory", bytes).Err(); err != nil {
			t.Error(err)
		}
	}
	ids := while(t, s, func() { room("1") })
	wantLatest(t, s, "sub-"+ids[len(ids)-1], ids[len(ids)-1])
	eventually(t, "the log knows that Redis takes nothing", func() bool { return s.Status().Down })
	room("0")
	allThere(t, s, ids)
}

func TestAClusterThatLosesOneOfItsServersDataGetsEverythingAgain(t *testing.T) {
	t.Parallel()
	urls := redistest.StartCluster(t)
	inner := overRedis(t, redisstore.Options{URLs: urls})
	s := open(t, small(filepath.Join(t.TempDir(), "log"), inner))
	ids := while(t, s, func() {})
	allThere(t, s, ids)
	for _, url := range urls {
		o, err := redis.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		one := redis.NewClient(o)
		before := one.DBSize(t.Context()).Val()
		if err := one.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the server has its keys again", func() bool { return one.DBSize(t.Context()).Val() >= before })
		if err := one.Close(); err != nil {
			t.Fatal(err)
		}
	}
	allThere(t, s, ids)
}

// forgetful is a Redis that loses one record without a trace, as one does that
// took over from another.
type forgetful struct {
	*redisstore.Store
	servers atomic.Pointer[string]
	appends atomic.Int64
}

func (f *forgetful) Servers(context.Context) (string, error) { return *f.servers.Load(), nil }

func (f *forgetful) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	f.appends.Add(1)
	return f.Store.Append(ctx, r)
}

func TestAnotherServerInThePlaceOfRedisGetsWhatIsRecentAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	inner := overRedis(t, redisstore.Options{URLs: []string{server.URL()}}).(*redisstore.Store)
	before, err := inner.Servers(t.Context())
	if err != nil || len(before) < 80 {
		t.Fatalf("Servers = %q, %v", before, err)
	}
	f := &forgetful{Store: inner}
	f.servers.Store(&before)
	s := open(t, small(filepath.Join(t.TempDir(), "log"), f))
	put(t, s, record("a", "sub", 1))
	handedOver(t, s)
	asked := f.appends.Load()
	other := before + "x"
	f.servers.Store(&other)
	eventually(t, "the record is handed over again", func() bool { return f.appends.Load() > asked })
	once(t, s, "a")

	server.Kill()
	server.Restart()
	eventually(t, "the server has another name", func() bool {
		after, err := inner.Servers(t.Context())
		return err == nil && after != before
	})
}

func TestARedisThatIsWipedGetsTheSitesAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	inner := overRedis(t, redisstore.Options{URLs: []string{server.URL()}})
	first := consent.Next(nil, consent.Site{ID: "elsewhere"}, "a", "", early())
	if err := inner.Publish(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "log")
	s := open(t, small(dir, inner))
	live := func() string {
		all, err := s.Live(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names := ""
		for _, e := range all {
			names += fmt.Sprintf("%s %d; ", e.Site.ID, e.Number)
		}
		return names
	}
	one := consent.Next(nil, consent.Site{ID: "here"}, "a", "", early())
	two := consent.Next(&one, consent.Site{ID: "here", Name: "x"}, "a", "", early())
	for _, e := range []consent.Edition{one, two} {
		if err := s.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	want := "elsewhere 1; here 2; "
	if got := live(); got != want {
		t.Fatalf("live are %q", got)
	}
	eventually(t, "the other node's edition is copied", func() bool {
		_, err := os.Stat(filepath.Join(dir, "editions", "elsewhere", "1.json"))
		return err == nil
	})
	raw := server.Client()
	if err := raw.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if got := live(); got != want {
		t.Fatalf("after the loss live are %q", got)
	}
	if e, err := s.Edition(t.Context(), "here", 1); err != nil || e.Hash != one.Hash {
		t.Fatalf("Edition = %+v, %v", e, err)
	}
}

func TestARedisThatBeginsToEvictIsToldAndGoesOnBeingGivenWhatThereIs(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, raw := onRedis(t, server), server.Client()
	if err := raw.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is told", func() bool { return s.Status().Trouble != nil })
	if now := s.Status(); now.Down || consent.CodeOf(now.Trouble) != consent.Invalid {
		t.Errorf("Status = %+v", now)
	}
	put(t, s, record("a", "sub", 1))
	handedOver(t, s)
	if err := raw.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is fit again", func() bool { return s.Status().Trouble == nil })
}

func TestARedisThatIsWipedTwiceGetsTheSitesAgainThoughNobodyLooks(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	inner := overRedis(t, redisstore.Options{URLs: []string{server.URL()}})
	s, raw := open(t, small(filepath.Join(t.TempDir(), "log"), inner)), server.Client()
	if err := s.Publish(t.Context(), consent.Next(nil, consent.Site{ID: "shop"}, "a", "", early())); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		eventually(t, "the marker is set", func() bool {
			keys, err := raw.Keys(t.Context(), "lx:marker:*").Result()
			return err == nil && len(keys) == 1
		})
		if err := raw.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the edition is there again", func() bool {
			_, err := inner.Edition(t.Context(), "shop", 1)
			return err == nil
		})
	}
}
