package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// told is what a log was told.
type told struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *told) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *told) times(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.all.String(), what)
}

func (l *told) log() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func TestNothingIsDeletedBeforeTheDiskKnowsWhereTheChainsHaveCome(t *testing.T) {
	t.Parallel()
	dir, said := t.TempDir(), &told{}
	change := func(o *outbox.Options) {
		o.MaxBytes, o.SegmentSize, o.Log = 4096, 2048, said.log()
		signing(t)(o)
	}
	n := nodeIn(t, dir, true, change)
	// What the file is written to first is in the way.
	wall := filepath.Join(dir, "log", "chains.json.new")
	if err := os.Mkdir(wall, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		put(t, n, record(fmt.Sprint("id-", i), "sub", int64(i)))
	}
	n.inner.set(false)
	handedOver(t, n.Outbox)
	// Whenever they cannot be noted, what may be deleted is looked for right after.
	before := said.times("the chains of records cannot be noted")
	eventually(t, "they were not noted twice", func() bool { return said.times("the chains of records cannot be noted") > before+1 })
	if got := n.Status().Entries; got != 40 {
		t.Fatalf("%d entries are kept, want all 40: a start could not go on with the chain", got)
	}
	if err := os.Remove(wall); err != nil {
		t.Fatal(err)
	}
	eventually(t, "old entries are deleted", func() bool { return n.Status().Entries < 30 })
	n.close(t)
	n = nodeIn(t, dir, false, change)
	put(t, n, record("more", "sub", 100))
	if h := followed(t, exported(t, n, "shop")); h.Seq != 41 || said.times("begins new chains") > 0 {
		t.Fatalf("the chain has %d records; it was said: %s", h.Seq, said.all.String())
	}
}

func TestAStoreThatComesBackWhileTheDiskIsFullGetsEverything(t *testing.T) {
	t.Parallel()
	d := newDisk()
	n := onDisk(t, d, 1<<16)
	put(t, n, record("before", "sub", 1))
	handedOver(t, n.Outbox)
	n.inner.set(true)
	put(t, n, record("waits", "sub", 2))
	eventually(t, "the store is known to be away", func() bool { return n.Status().Down })
	d.room.Store(100)
	_, _, err := n.Append(t.Context(), record("refused", "sub", 3))
	wantCode(t, "Append on a full disk", err, consent.Unavailable)
	n.inner.set(false)
	handedOver(t, n.Outbox)
	wantLatest(t, n.inner.Store, "sub", "waits")
	wantLatest(t, n, "sub", "waits")
	if now := n.Status(); now.Fenced {
		t.Fatalf("a full disk is no broken one: %+v", now)
	}
	_, _, err = n.Append(t.Context(), record("refused", "sub", 3))
	wantCode(t, "Append on a disk that is still full", err, consent.Unavailable)
	d.room.Store(1 << 40)
	put(t, n, record("refused", "sub", 3))
	reserve := filepath.Join(n.dir, "log", "reserve")
	eventually(t, "the reserve is set aside again", func() bool {
		info, err := os.Stat(reserve)
		return err == nil && info.Size() == 1<<16
	})
	once(t, n, "before", "waits", "refused")
}

func TestAnEntryThatIsDamagedBehindOurBackEndsTheTakingOfDecisions(t *testing.T) {
	t.Parallel()
	said := &told{}
	n := nodeIn(t, t.TempDir(), false, func(o *outbox.Options) { o.SegmentSize, o.Log = 1<<20, said.log() })
	// The first of many is not in memory any more once the store has had it.
	put(t, n, record("first", "sub", 1))
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for i := range 150 {
				put(t, n, record(fmt.Sprint(w, "-", i), "", 1))
			}
		})
	}
	group.Wait()
	handedOver(t, n.Outbox)
	put(t, n, record("last", "other", 1))
	handedOver(t, n.Outbox)
	files, err := filepath.Glob(filepath.Join(n.dir, "log", "*.wal"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	spoilAt(t, files[0], "first")
	// What is recent is handed over again, from the disk.
	n.inner.set(true)
	put(t, n, record("waits", "other", 2))
	eventually(t, "the store is known to be away", func() bool { return n.Status().Down })
	n.inner.set(false)
	eventually(t, "the log takes no more", func() bool { return n.Status().Fenced })
	_, _, err = n.Append(t.Context(), record("after", "sub", 3))
	wantCode(t, "Append", err, consent.Unavailable)
	wantCode(t, "Ping", n.Ping(t.Context()), consent.Unavailable)
	if !strings.Contains(err.Error(), "an entry that was safe is damaged") {
		t.Errorf("Append = %v", err)
	}
	// The store has what was acknowledged, and speaks for it.
	wantLatest(t, n, "sub", "first")
	wantLatest(t, n.inner.Store, "other", "waits")
	n.close(t)
	if _, err := outbox.Open(t.Context(), small(filepath.Join(n.dir, "log"), bolt(t, filepath.Join(n.dir, "store.db")))); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("the next start = %v", err)
	}
}

// spoilAt changes a byte of a file where a text stands.
func spoilAt(t *testing.T, path, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte(text))
	if at < 0 {
		t.Fatalf("%s does not hold %q", path, text)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{b[at] ^ 1}, int64(at)); err != nil {
		t.Fatal(err)
	}
}

// marked is a store that answers, whether it takes records or not.
type marked struct {
	*away
	asked atomic.Int64
}

func (m *marked) Advance(context.Context, string, uint64, uint64) (bool, error) {
	m.asked.Add(1)
	return true, nil
}

func TestAStoreThatAnswersAndTakesNothingIsDownUntilItDoes(t *testing.T) {
	t.Parallel()
	said, dir := &told{}, t.TempDir()
	inner := &marked{away: &away{Store: bolt(t, filepath.Join(dir, "store.db"))}}
	inner.writes.Store(true)
	o := small(filepath.Join(dir, "log"), inner)
	o.Log = said.log()
	s := open(t, o)
	put(t, s, record("a", "sub", 1))
	eventually(t, "the store is known to take nothing", func() bool { return s.Status().Down })
	before := inner.asked.Load()
	eventually(t, "it was asked twice more", func() bool { return inner.asked.Load() > before+2 })
	if !s.Status().Down || said.times("takes decisions again") > 0 {
		t.Errorf("the status is %+v; it was said: %s", s.Status(), said.all.String())
	}
	inner.writes.Store(false)
	handedOver(t, s)
	if said.times("takes decisions again") != 1 {
		t.Errorf("it was said: %s", said.all.String())
	}
}
