package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// rewound is a store that can be put back to an earlier state, without a word and
// without its marker: it then knows what it knew at first, or nothing.
type rewound struct {
	consent.Store
	back  atomic.Bool
	first map[string]consent.Record
}

func (r *rewound) Latest(ctx context.Context, site, subject string) (consent.Record, error) {
	if !r.back.Load() {
		return r.Store.Latest(ctx, site, subject)
	}
	if was, ok := r.first[subject]; ok {
		return was, nil
	}
	return consent.Record{}, consent.Fail(consent.NotFound, "the subject has no record on this site", "ask")
}

func (r *rewound) Standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	found, err := r.Latest(ctx, site, subject)
	if err == nil {
		*out = found.Standing()
	}
	return err
}

func TestAStoreThatHasLostADecisionDoesNotSpeakForItsSubject(t *testing.T) {
	t.Parallel()
	refuses := func(id, subject string, clock int64) consent.Record {
		r := record(id, subject, clock)
		r.Levels = map[string]int{"analytics": 0}
		return r
	}
	inner := &rewound{Store: bolt(t, filepath.Join(t.TempDir(), "store.db")), first: map[string]consent.Record{}}
	s := open(t, small(filepath.Join(t.TempDir(), "log"), inner))
	for _, r := range []consent.Record{
		record("yes", "withdrawn", 1), refuses("no", "withdrawn", 2),
		refuses("never", "refuser", 1),
		refuses("first no", "granter", 1), record("then yes", "granter", 2),
		record("kept", "untouched", 1),
	} {
		put(t, s, r)
		if _, ok := inner.first[r.Subject]; !ok && r.Subject != "refuser" {
			inner.first[r.Subject] = r
		}
	}
	handedOver(t, s)
	inner.back.Store(true)
	wantLatest(t, s, "withdrawn", "no")
	wantLatest(t, s, "refuser", "never")
	wantLatest(t, s, "untouched", "kept")
	wantNone(t, s, "nobody", consent.NotFound)
	// It may have been withdrawn on another node, and that be lost too.
	wantNone(t, s, "granter", consent.Unavailable)

	for subject, want := range map[string]int{"withdrawn": 0, "refuser": 0, "untouched": 1} {
		var got consent.Standing
		if err := s.Standing(t.Context(), "shop", subject, &got); err != nil || got.Levels["analytics"] != want {
			t.Errorf("Standing(%s) = %v, %v; want %d", subject, got.Levels, err, want)
		}
	}
	// Whoever shows an older proof learns that there is a newer decision.
	var got consent.Standing
	err := s.Standing(t.Context(), "shop", "granter", &got)
	wantCode(t, "Standing", err, consent.Unavailable)
	if want := early().UnixMilli() + 2; got.At != want || len(got.Levels) > 0 {
		t.Errorf("the newest decision that is known is of %d, want %d", got.At, want)
	}
}

func TestWhatAnotherNodeSweptIsNoLoss(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	store := bolt(t, filepath.Join(t.TempDir(), "store.db"))
	node := func() *outbox.Outbox {
		o := small(filepath.Join(t.TempDir(), "log"), shared{store})
		o.Clock = func() time.Time { return early().Add(time.Duration(later.Load())) }
		return open(t, o)
	}
	one, two := node(), node()
	put(t, two, record("old", "sub", 1))
	handedOver(t, two)
	later.Store(int64(400 * 24 * time.Hour))
	// With these behind it, so little stays in the log, however old it is.
	put(t, two, record("new", "somebody", 1))
	put(t, two, record("newer", "somebody else", 1))
	handedOver(t, two)
	if n, err := one.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 1); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	eventually(t, "nothing is known of who was swept", func() bool {
		_, err := two.Latest(t.Context(), "shop", "sub")
		return consent.CodeOf(err) == consent.NotFound
	})
	wantNone(t, two, "sub", consent.NotFound)
	if now := two.Status(); now.Entries != 3 {
		t.Errorf("%d entries are left", now.Entries)
	}
}

func TestALogThatIsPastItsBoundDeletesNothingThatTheStoreHasNotHad(t *testing.T) {
	t.Parallel()
	const bound = 4096
	dir := t.TempDir()
	past := func(o *outbox.Options) { o.MaxBytes, o.SegmentSize = bound, 2048 }
	n := nodeIn(t, dir, true, past)
	var all []string
	writes := func(n node) {
		for range 40 {
			id := fmt.Sprint("id-", len(all))
			put(t, n, record(id, "sub-"+id, int64(len(all))))
			all = append(all, id)
		}
	}
	kept := func(n node) {
		if now := n.Status(); now.Entries != len(all) || now.Bytes < bound || now.Waiting.IsZero() {
			t.Fatalf("%d entries of %d bytes are kept, the oldest since %v; want all %d", now.Entries, now.Bytes, now.Waiting, len(all))
		}
	}
	writes(n)
	kept(n)
	// Also across a start at which the store is still away, and after it.
	n.close(t)
	n = nodeIn(t, dir, true, past)
	kept(n)
	writes(n)
	kept(n)
	n.inner.set(false)
	eventually(t, "the log is within its bound", func() bool { return n.Status().Bytes <= bound })
	once(t, n, all...)
}
