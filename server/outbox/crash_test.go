package outbox_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest"
	"github.com/leadiumx/consent/server/outbox"
)

const writers = 4

// TestWriterProcess is the child of the tests below and does nothing by itself:
// it appends records for ever and says each id once it is acknowledged. With
// "away" its store never takes any.
func TestWriterProcess(t *testing.T) {
	if flag.NArg() != 4 || flag.Arg(0) != "write-to" {
		return
	}
	n := nodeIn(t, flag.Arg(1), flag.Arg(3) == "away", func(*outbox.Options) {})
	var mu sync.Mutex
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s-%d-%d", flag.Arg(2), w, i)
				r := record(id, "sub-"+id, int64(i))
				// Filled up, so that segments come to their end often.
				r.Locale = strings.Repeat("x", 900)
				if _, _, err := n.Append(t.Context(), r); err != nil {
					fmt.Println(err)
					return
				}
				mu.Lock()
				fmt.Printf("acknowledged %s\n", id)
				mu.Unlock()
			}
		})
	}
	group.Wait()
}

func TestEveryAcknowledgedRecordOutlivesAKilledProcess(t *testing.T) {
	t.Parallel()
	for _, store := range []string{"here", "away"} {
		t.Run("with the store "+store, func(t *testing.T) {
			t.Parallel()
			dir, acknowledged := t.TempDir(), map[string]bool{}
			for round := range 10 {
				storetest.KillAfter(t, 20+round*41, acknowledged, "write-to", dir, fmt.Sprint(round), store)
			}
			n := nodeIn(t, dir, false, func(*outbox.Options) {})
			handedOver(t, n.Outbox)
			times := counted(t, n)
			for id := range acknowledged {
				if times[id] != 1 {
					t.Fatalf("record %s is there %d times", id, times[id])
				}
				wantLatest(t, n, "sub-"+id, id)
			}
			put(t, n, record("one more", "sub", 1))
		})
	}
}

// A full segment is noted as full by a goroutine of the library a moment after
// the write was acknowledged; a process may end in that moment.
func TestALogThatEndsWithAFullSegmentIsWrittenOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 40 {
		n := nodeIn(t, dir, false, func(o *outbox.Options) { o.SegmentSize = 2048 })
		for i := range 3 {
			put(t, n, record(fmt.Sprintf("%d-%d", round, i), "sub", int64(10*round+i)))
		}
		n.close(t)
	}
	n := nodeIn(t, dir, false, func(*outbox.Options) {})
	handedOver(t, n.Outbox)
	if got := len(counted(t, n)); got != 120 {
		t.Fatalf("the store holds %d records, want 120", got)
	}
}

func TestWhatTheStoreHasNotHadIsHandedOverByTheNextStart(t *testing.T) {
	t.Parallel()
	n := newNode(t, true)
	put(t, n, record("a", "sub", 1))
	put(t, n, record("b", "", 2))
	put(t, n, record("c", "other", 2))
	erase(t, n, "other", 5)
	n.close(t)

	again := nodeIn(t, n.dir, false, func(*outbox.Options) {})
	handedOver(t, again.Outbox)
	once(t, again, "a", "b", "c")
	wantLatest(t, again.inner, "sub", "a")
	_, err := again.inner.Latest(t.Context(), "shop", "other")
	wantCode(t, "Latest of the erased subject", err, consent.Erased)
}

// held is a store that takes nothing before it is let go.
type held struct {
	consent.Store
	goes chan struct{}
}

func (h held) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	select {
	case <-h.goes:
		return h.Store.Append(ctx, r)
	case <-ctx.Done():
		return r, false, gone()
	}
}

func TestAStopHandsOverWhatTheStoreTakesInTime(t *testing.T) {
	t.Parallel()
	const count = 16
	path := filepath.Join(t.TempDir(), "store.db")
	inner := held{bolt(t, path), make(chan struct{})}
	o := small(filepath.Join(t.TempDir(), "log"), inner)
	o.Drain = time.Minute
	s := open(t, o)
	for i := range count {
		put(t, s, record(fmt.Sprint(i), "sub", int64(i)))
	}
	ended := make(chan error)
	go func() { ended <- s.Close() }()
	eventually(t, "the stop has begun", func() bool { return s.Ping(t.Context()) != nil })
	close(inner.goes)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := len(counted(t, bolt(t, path))); got != count {
		t.Errorf("the store holds %d records, want %d", got, count)
	}
}

func TestTheFolderBelongsToThisUserOnly(t *testing.T) {
	t.Parallel()
	n := newNode(t, false)
	info, err := os.Stat(filepath.Join(n.dir, "log"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("the folder has mode %v, %v", info.Mode().Perm(), err)
	}
}
