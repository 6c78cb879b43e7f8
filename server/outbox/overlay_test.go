package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

func ids(all []consent.Record) []string {
	var found []string
	for _, r := range all {
		found = append(found, r.ID)
	}
	return found
}

func wantHistory(t *testing.T, s consent.Store, subject string, want ...string) {
	t.Helper()
	all, err := s.History(t.Context(), "shop", subject)
	if err != nil || !slices.Equal(ids(all), want) {
		t.Fatalf("History(%s) = %q, %v; want %q", subject, ids(all), err, want)
	}
}

func TestWhatTheStoreHasNotHadIsLaidOverWhatItAnswers(t *testing.T) {
	t.Parallel()
	n := newNode(t, false)
	put(t, n, record("old", "sub", 1))
	put(t, n, record("high", "other", 9))
	put(t, n, record("only", "third", 1))
	handedOver(t, n.Outbox)
	n.inner.writes.Store(true)

	put(t, n, record("new", "sub", 2))
	wantLatest(t, n, "sub", "new")
	wantHistory(t, n, "sub", "old", "new")

	put(t, n, record("late", "other", 5))
	wantLatest(t, n, "other", "high")
	wantHistory(t, n, "other", "late", "high")

	erase(t, n, "third", 5)
	_, err := n.Latest(t.Context(), "shop", "third")
	wantCode(t, "Latest of the erased subject", err, consent.Erased)
	_, err = n.History(t.Context(), "shop", "third")
	wantCode(t, "History of the erased subject", err, consent.Erased)
	_, _, err = n.Append(t.Context(), record("only", "third", 1))
	wantCode(t, "Append of an erased id", err, consent.Erased)
	put(t, n, record("again", "third", 6))
	wantLatest(t, n, "third", "again")
	wantHistory(t, n, "third", "again")

	err = n.Export(t.Context(), "shop", func(consent.Record) error { return nil })
	wantCode(t, "Export", err, consent.Unavailable)

	n.inner.writes.Store(false)
	handedOver(t, n.Outbox)
	once(t, n, "old", "high", "only", "new", "late", "again")
	wantLatest(t, n.inner, "sub", "new")
	wantLatest(t, n.inner, "other", "high")
	wantLatest(t, n.inner, "third", "again")
}

func TestWithoutTheStoreOnlyWhatCannotGrantTooMuchIsAnswered(t *testing.T) {
	t.Parallel()
	n := newNode(t, false)
	refusal := record("refusal", "refuser", 1)
	refusal.Levels = map[string]int{"analytics": 0}
	put(t, n, refusal)
	put(t, n, record("grant", "granter", 1))
	put(t, n, record("x", "leaver", 1))
	erase(t, n, "leaver", 5)
	handedOver(t, n.Outbox)
	n.inner.set(true)
	put(t, n, record("fresh", "newcomer", 1))

	wantLatest(t, n, "refuser", "refusal")
	wantLatest(t, n, "newcomer", "fresh")
	wantNone(t, n, "leaver", consent.Erased)
	// It may have been withdrawn on another node.
	wantNone(t, n, "granter", consent.Unavailable)
	wantNone(t, n, "nobody", consent.Unavailable)
	_, err := n.History(t.Context(), "shop", "refuser")
	wantCode(t, "History", err, consent.Unavailable)
}

func TestNothingOfAnErasedSubjectIsHandedOverUnderItsName(t *testing.T) {
	t.Parallel()
	n := newNode(t, true)
	put(t, n, record("a", "sub", 1))
	put(t, n, record("b", "sub", 9))
	erase(t, n, "sub", 5)
	seen := &watched{Store: n.inner.Store}
	n.close(t)

	again := nodeOver(t, n, seen)
	handedOver(t, again)
	if !slices.Equal(seen.ids, []string{"b"}) {
		t.Fatalf("records %q were handed over under the subject's name", seen.ids)
	}
	once(t, again, "a", "b")
	wantHistory(t, again, "sub", "b")
}

// watched notes which records are handed over with a subject.
type watched struct {
	consent.Store
	ids []string
}

func (w *watched) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	if r.Subject != "" {
		w.ids = append(w.ids, r.ID)
	}
	return w.Store.Append(ctx, r)
}

// nodeOver opens a node's log again over what change makes of its store.
func nodeOver(t *testing.T, n node, w *watched) *outbox.Outbox {
	t.Helper()
	w.Store = bolt(t, n.dir+"/store.db")
	return open(t, small(n.dir+"/log", w))
}

func TestADecisionOfWhomAnotherNodeErasedIsNotToldAndKeepsItsPlaceInTheChain(t *testing.T) {
	t.Parallel()
	n := newNode(t, false)
	n.inner.writes.Store(true)
	put(t, n, record("a", "sub", 1))
	// What the other node does reaches the store, and not this one.
	if err := n.inner.Store.Erase(t.Context(), "shop", "sub", early().Add(5*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n.inner.writes.Store(false)
	handedOver(t, n.Outbox)
	wantNone(t, n, "sub", consent.Erased)
	all := exported(t, n, "shop")
	if len(all) != 1 || all[0].ID != "a" || all[0].Seq != 1 || all[0].Subject != "" || all[0].Levels != nil {
		t.Errorf("the export is %+v", all)
	}
}

func TestWhatIsRecentIsHandedOverAgainAfterAnOutageAndAfterAStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := nodeIn(t, dir, false, func(*outbox.Options) {})
	put(t, n, record("a", "sub", 1))
	handedOver(t, n.Outbox)
	before := n.inner.appends.Load()
	n.inner.set(true)
	put(t, n, record("b", "sub", 2))
	eventually(t, "the store is known to be away", func() bool { return n.Status().Down })
	n.inner.set(false)
	eventually(t, "both are given to the store that was away", func() bool { return n.inner.appends.Load() >= before+2 })
	once(t, n, "a", "b")
	n.close(t)
	n = nodeIn(t, dir, false, func(*outbox.Options) {})
	eventually(t, "both are given to the store after the start", func() bool { return n.inner.appends.Load() >= 2 })
	once(t, n, "a", "b")
}

func TestTheStoreSettlesAnIdThatAnotherNodeUsedFirst(t *testing.T) {
	t.Parallel()
	n := newNode(t, true)
	for _, id := range []string{"same", "other"} {
		r := record(id, "first", 1)
		r.Time = r.Time.Add(-time.Hour)
		put(t, n.inner.Store, r)
	}
	same, other := record("same", "second", 2), record("other", "second", 3)
	other.Content = "other content"
	put(t, n, same)
	put(t, n, other)
	n.inner.set(false)
	handedOver(t, n.Outbox)

	stored, fresh, err := n.Append(t.Context(), same)
	if err != nil || fresh || stored.Subject != "first" {
		t.Fatalf("the retry = %q, fresh %v, %v; want the first record", stored.Subject, fresh, err)
	}
	_, err = n.Latest(t.Context(), "shop", "second")
	wantCode(t, "Latest of the second subject", err, consent.NotFound)
	wantHistory(t, n, "first", "other", "same")
}

func TestADecisionThatIsOlderThanTheLogWaitsForTheStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := func(o *outbox.Options) { o.Clock = func() time.Time { return early().Add(time.Hour) } }
	n := nodeIn(t, dir, false, clock)
	put(t, n.inner.Store, record("known", "first", 1))
	if err := n.inner.Store.Erase(t.Context(), "shop", "leaver", early().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	stored, fresh, err := n.Append(t.Context(), record("known", "second", 2))
	if err != nil || fresh || stored.Subject != "first" {
		t.Fatalf("Append = %q, fresh %v, %v; want the record that the store has", stored.Subject, fresh, err)
	}
	thief := record("known", "second", 2)
	thief.Content = "another"
	if _, _, err = n.Append(t.Context(), thief); consent.CodeOf(err) != consent.IDReused {
		t.Fatalf("Append of other content = %v", err)
	}
	_, _, err = n.Append(t.Context(), record("late", "leaver", 5))
	wantCode(t, "Append for a subject that the store knows as erased", err, consent.Erased)

	n.inner.set(true)
	put(t, n, record("taken", "sub", 5))
}

func TestOldEntriesAreDeletedOnceTheStoreHasHadThem(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*outbox.Options){
		"when they are old": func(o *outbox.Options) { o.Retain = time.Nanosecond; o.Clock = time.Now },
		"when they are too many": func(o *outbox.Options) {
			o.MaxBytes = 4096
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			change := func(o *outbox.Options) { change(o); o.SegmentSize = 2048 }
			n := nodeIn(t, dir, true, change)
			var all []string
			for i := range 40 {
				id := fmt.Sprint("id-", i)
				put(t, n, record(id, "sub", int64(i)))
				all = append(all, id)
			}
			if got := n.Status().Entries; got != 40 {
				t.Fatalf("%d entries are kept, want all 40: the store has had none", got)
			}
			n.inner.set(false)
			eventually(t, "old entries are deleted", func() bool { return n.Status().Entries < 30 })
			once(t, n, all...)
			// The log has forgotten the id; the store has not.
			thief := record("id-0", "sub", 0)
			thief.Clock, thief.Content = time.Now().Add(time.Hour).UnixMilli(), "another"
			_, _, err := n.Append(t.Context(), thief)
			wantCode(t, "Append of other content under a deleted id", err, consent.IDReused)
			n.close(t)

			// Counting goes on where it was.
			n = nodeIn(t, dir, false, change)
			put(t, n, record("more", "sub", 100))
			if now := n.Status(); now.Last != 42 || now.Entries > 30 {
				t.Fatalf("the log holds %d entries up to %d", now.Entries, now.Last)
			}
			once(t, n, append(all, "more")...)
			wantLatest(t, n, "sub", "more")
		})
	}
}

// shared is a store that several nodes write to, so none of them closes it.
type shared struct{ consent.Store }

func (shared) Close() error { return nil }

func TestARetryThatReachesAnotherNodeAnswersWithTheFirstRecord(t *testing.T) {
	t.Parallel()
	store := bolt(t, filepath.Join(t.TempDir(), "store.db"))
	node := func() *outbox.Outbox {
		o := small(filepath.Join(t.TempDir(), "log"), shared{store})
		ticks := int64(0)
		o.Clock = func() time.Time { return early().Add(time.Duration(atomic.AddInt64(&ticks, 1)) * time.Second) }
		return open(t, o)
	}
	one, two := node(), node()
	put(t, one, record("a", "first", 2000))
	handedOver(t, one)

	stored, fresh, err := two.Append(t.Context(), record("a", "second", 2000))
	if err != nil || fresh || stored.Subject != "first" {
		t.Fatalf("the retry = %q, fresh %v, %v; want the first record", stored.Subject, fresh, err)
	}
	other := record("a", "second", 2000)
	other.Content = "other content"
	_, _, err = two.Append(t.Context(), other)
	wantCode(t, "Append of other content", err, consent.IDReused)
	erase(t, one, "first", 9000)
	handedOver(t, one)
	_, _, err = two.Append(t.Context(), record("b", "first", 3000))
	wantCode(t, "Append for a subject that was erased on the other node", err, consent.Erased)
	once(t, two, "a")
}
