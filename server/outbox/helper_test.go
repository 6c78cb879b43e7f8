package outbox_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/outbox"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// away is a store whose records can be out of reach; reads can stay in reach.
type away struct {
	consent.Store
	writes, reads atomic.Bool
	appends       atomic.Int64
}

func gone() error { return consent.Fail(consent.Unavailable, "the store is away", "wait") }

func (a *away) set(off bool) { a.writes.Store(off); a.reads.Store(off) }

func (a *away) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	if a.writes.Load() {
		return consent.Record{}, false, gone()
	}
	a.appends.Add(1)
	return a.Store.Append(ctx, r)
}

func (a *away) Erase(ctx context.Context, site, subject string, at time.Time) error {
	if a.writes.Load() {
		return gone()
	}
	return a.Store.Erase(ctx, site, subject, at)
}

func (a *away) Latest(ctx context.Context, site, subject string) (consent.Record, error) {
	if a.reads.Load() {
		return consent.Record{}, gone()
	}
	return a.Store.Latest(ctx, site, subject)
}

func (a *away) Standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	if a.reads.Load() {
		return gone()
	}
	return a.Store.Standing(ctx, site, subject, out)
}

func (a *away) Devices(ctx context.Context, site, account string) ([]string, error) {
	if a.reads.Load() {
		return nil, gone()
	}
	return a.Store.Devices(ctx, site, account)
}

func (a *away) History(ctx context.Context, site, subject string) ([]consent.Record, error) {
	if a.reads.Load() {
		return nil, gone()
	}
	return a.Store.History(ctx, site, subject)
}

func (a *away) Document(ctx context.Context, kind, id string) (consent.Document, error) {
	if a.reads.Load() {
		return consent.Document{}, gone()
	}
	return a.Store.Document(ctx, kind, id)
}

func (a *away) PutDocument(ctx context.Context, d consent.Document, still ...consent.Document) (consent.Document, error) {
	if a.writes.Load() {
		return consent.Document{}, gone()
	}
	return a.Store.PutDocument(ctx, d, still...)
}

// node is an outbox over a store that can be away.
type node struct {
	*outbox.Outbox
	inner *away
	dir   string
}

func newNode(t testing.TB, isAway bool) node {
	t.Helper()
	return nodeIn(t, t.TempDir(), isAway, func(*outbox.Options) {})
}

func nodeIn(t testing.TB, dir string, isAway bool, change func(*outbox.Options)) node {
	t.Helper()
	inner := &away{Store: bolt(t, filepath.Join(dir, "store.db"))}
	inner.set(isAway)
	o := small(filepath.Join(dir, "log"), inner)
	change(&o)
	return node{open(t, o), inner, dir}
}

func (n node) close(t testing.TB) {
	t.Helper()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, s consent.Store, r consent.Record) {
	t.Helper()
	if _, fresh, err := s.Append(t.Context(), r); err != nil || !fresh {
		t.Fatalf("Append(%s) = fresh %v, %v", r.ID, fresh, err)
	}
}

func erase(t testing.TB, s consent.Store, subject string, clock int64) {
	t.Helper()
	if err := s.Erase(t.Context(), "shop", subject, early().Add(time.Duration(clock)*time.Millisecond)); err != nil {
		t.Fatalf("Erase(%s): %v", subject, err)
	}
}

func wantCode(t testing.TB, what string, err error, want consent.Code) {
	t.Helper()
	if err == nil || consent.CodeOf(err) != want {
		t.Fatalf("%s = %v, want code %q", what, err, want)
	}
}

func wantLatest(t testing.TB, s consent.Store, subject, id string) {
	t.Helper()
	r, err := s.Latest(t.Context(), "shop", subject)
	if err != nil || r.ID != id {
		t.Fatalf("Latest(%s) = %q, %v; want %q", subject, r.ID, err, id)
	}
	var got consent.Standing
	if err := s.Standing(t.Context(), "shop", subject, &got); err != nil || !reflect.DeepEqual(got, r.Standing()) {
		t.Fatalf("Standing(%s) = %+v, %v; want that of %q", subject, got, err, id)
	}
}

// wantNone asserts that nothing counts of a subject's records, and why.
func wantNone(t testing.TB, s consent.Store, subject string, why consent.Code) {
	t.Helper()
	_, err := s.Latest(t.Context(), "shop", subject)
	wantCode(t, "Latest of "+subject, err, why)
	wantCode(t, "Standing of "+subject, s.Standing(t.Context(), "shop", subject, &consent.Standing{}), why)
}

// eventually asks again and again until the answer is yes.
func eventually(t testing.TB, what string, yes func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for !yes() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("it never came true that %s", what)
		}
	}
}

// handedOver waits until the store has had the whole log.
func handedOver(t testing.TB, s *outbox.Outbox) {
	t.Helper()
	eventually(t, "the store has had everything", func() bool {
		now := s.Status()
		return !now.Down && now.Applied == now.Last
	})
}

// counted is how often each id of the site is in the store.
func counted(t testing.TB, s consent.Store) map[string]int {
	t.Helper()
	times := map[string]int{}
	err := s.Export(t.Context(), "shop", func(r consent.Record) error { times[r.ID]++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// once asserts that the store holds each of these ids one time.
func once(t testing.TB, s consent.Store, ids ...string) {
	t.Helper()
	times := counted(t, s)
	for _, id := range ids {
		if times[id] != 1 {
			t.Fatalf("record %s is there %d times", id, times[id])
		}
	}
}

func copyDir(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "log")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func fixOf(err error) string {
	var e *consent.Error
	if errors.As(err, &e) {
		return e.Fix
	}
	return ""
}
