package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
)

// slow is an embedded store that is busy with its first step until it is let go.
type slow struct {
	*boltstore.Store
	busy, free chan struct{}
	mu         sync.Mutex
	steps      [][]string
}

func (s *slow) AppendAll(ctx context.Context, records []consent.Record) []consent.Appended {
	s.step(records)
	return s.Store.AppendAll(ctx, records)
}

func (s *slow) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	s.step([]consent.Record{r})
	return s.Store.Append(ctx, r)
}

func (s *slow) step(records []consent.Record) {
	s.mu.Lock()
	s.steps = append(s.steps, ids(records))
	first := len(s.steps) == 1
	s.mu.Unlock()
	if first {
		close(s.busy)
		<-s.free
	}
}

func TestAnEmbeddedFileGetsManyFsyncsInOneStepAndInTheirOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "store.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inner := &slow{Store: store, busy: make(chan struct{}), free: make(chan struct{})}
	s := open(t, small(filepath.Join(dir, "log"), inner))
	put(t, s, record("first", "sub", 1))
	<-inner.busy
	var want []string
	for i := range 100 {
		id := fmt.Sprint("id", i)
		put(t, s, record(id, "sub-"+id, 1))
		want = append(want, id)
	}
	// What is erased before the store has had it keeps its place all the same.
	erase(t, s, "sub-id7", 5)
	close(inner.free)
	handedOver(t, s)
	if got := inner.steps[1:]; len(got) != 1 || !slices.Equal(got[0], want) {
		t.Errorf("after the first the store had %d steps, the first of %d records; want one of all 100 in their order", len(got), len(got[0]))
	}
	var stored []string
	err = s.Export(t.Context(), "shop", func(r consent.Record) error {
		if r.ID == "id7" && (r.Subject != "" || r.Levels != nil) {
			t.Errorf("what was erased is in the store: %+v", r)
		}
		stored = append(stored, r.ID)
		return nil
	})
	if want = append([]string{"first"}, want...); err != nil || !slices.Equal(stored, want) {
		t.Errorf("the export holds %d records and %v; want all in the order they came", len(stored), err)
	}
}

func TestADecisionOlderThanTheLogDoesNotWaitForAnEmbeddedFileThatDoesNotKnowIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := bolt(t, filepath.Join(dir, "store.db"))
	if _, _, err := store.Append(t.Context(), record("known", "sub", 1)); err != nil {
		t.Fatal(err)
	}
	o := small(filepath.Join(dir, "log"), store).WithLinger(1 << 62)
	o.Clock = time.Now
	s := open(t, o)
	put(t, s, record("new", "other", 1))
	if now := s.Status(); now.Applied != 0 || now.Last != 1 {
		t.Errorf("the file has had %d of %d entries when the answer came; want none", now.Applied, now.Last)
	}
	r := record("known", "sub", 1)
	if _, fresh, err := s.Append(t.Context(), r); err != nil || fresh {
		t.Errorf("what the file knows already is fresh %v, %v", fresh, err)
	}
	r.Content = "else"
	_, _, err := s.Append(t.Context(), r)
	wantCode(t, "another decision under an id that the file knows", err, consent.IDReused)
	once(t, s, "known", "new")
}

func TestWhoWaitsForAnEmbeddedFileEndsTheGathering(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, small(filepath.Join(dir, "log"), bolt(t, filepath.Join(dir, "store.db"))).WithLinger(1<<62))
	for i := range 5 {
		id := fmt.Sprint("id", i)
		put(t, s, record(id, "sub", int64(i+1)))
		once(t, s, id)
	}
	put(t, s, record("last", "sub", 9))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, small(filepath.Join(dir, "log"), bolt(t, filepath.Join(dir, "store.db"))))
	once(t, again, "last")
}

func TestARecordThatAnEmbeddedFileHasNotHadIsReadWithoutWaitingForIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := bolt(t, filepath.Join(dir, "store.db"))
	if _, _, err := store.Append(t.Context(), record("old", "sub", 1)); err != nil {
		t.Fatal(err)
	}
	if err := store.Erase(t.Context(), "shop", "back", early().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	s := open(t, small(filepath.Join(dir, "log"), store).WithLinger(1<<62))
	put(t, s, record("new", "sub", 2))
	wantLatest(t, s, "sub", "new")
	put(t, s, record("late", "sub", 1))
	wantLatest(t, s, "sub", "new")
	if now := s.Status(); now.Applied != 0 || now.Last != 2 {
		t.Errorf("the file has had %d of %d entries; want none", now.Applied, now.Last)
	}
	// What was erased before the log began counts until the file has had what is newer.
	put(t, s, record("again", "back", 5))
	wantLatest(t, s, "back", "again")
}

func TestErasuresDoNotMakeAnEmbeddedFileGatherAgainForEach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := bolt(t, filepath.Join(dir, "store.db"))
	s := open(t, small(filepath.Join(dir, "log"), store).WithLinger(1<<62))
	for i := range 20 {
		id := fmt.Sprint("id", i)
		put(t, s, record(id, "sub-"+id, 1))
		if i%2 == 0 {
			erase(t, s, "sub-"+id, 5)
		}
	}
	// Whoever waits ends one gathering; there is no other.
	n := 0
	if err := s.Export(t.Context(), "shop", func(consent.Record) error { n++; return nil }); err != nil || n != 20 {
		t.Fatalf("the export holds %d records, %v", n, err)
	}
}
