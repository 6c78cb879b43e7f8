package outbox_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// act is a record of the subject "sub" with an id, or its erasure.
type act struct {
	id    string
	clock int64
}

func (a act) do(ctx context.Context, s consent.Store) error {
	if a.id == "" {
		return s.Erase(ctx, "shop", "sub", early().Add(time.Duration(a.clock)*time.Millisecond))
	}
	_, _, err := s.Append(ctx, record(a.id, "sub", a.clock))
	return err
}

func TestAnErasureAndRecordsOfItsSubjectInOneFsyncCountByTheirClocks(t *testing.T) {
	t.Parallel()
	erased := func(clock int64) act { return act{"", clock} }
	for name, c := range map[string]struct {
		acts []act
		// refused are the ids that are refused as erased, latest is what counts.
		refused map[string]bool
		latest  string
	}{
		"a later decision stands":                 {[]act{erased(5), {"a", 7}}, nil, "a"},
		"an earlier one that comes after it":      {[]act{erased(5), {"a", 3}}, map[string]bool{"a": true}, ""},
		"one of its very moment":                  {[]act{erased(5), {"a", 5}}, map[string]bool{"a": true}, ""},
		"an earlier one that comes before it":     {[]act{{"a", 3}, erased(5)}, nil, ""},
		"a later one that comes before it":        {[]act{{"a", 7}, erased(5)}, nil, "a"},
		"the later of two erasures counts":        {[]act{erased(5), erased(9), {"a", 7}}, map[string]bool{"a": true}, ""},
		"whichever of them comes first":           {[]act{erased(9), erased(5), {"a", 7}}, map[string]bool{"a": true}, ""},
		"a refused one leaves its id":             {[]act{erased(5), {"a", 3}, {"a", 7}}, map[string]bool{"a": true}, "a"},
		"what came before and what comes after":   {[]act{{"a", 3}, erased(5), {"b", 8}, {"c", 4}}, map[string]bool{"c": true}, "b"},
		"one erasure between two later decisions": {[]act{{"a", 7}, erased(5), {"b", 8}}, nil, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, began, goesOn := newDisk(), make(chan struct{}), make(chan struct{})
			var armed atomic.Bool
			d.synced = func() {
				if armed.CompareAndSwap(true, false) {
					close(began)
					<-goesOn
				}
			}
			n := nodeIn(t, t.TempDir(), false, func(o *outbox.Options) {
				*o = o.WithFiles(d)
				signing(t)(o)
			})
			// Who comes while the disk works shares the next fsync.
			armed.Store(true)
			var group sync.WaitGroup
			group.Go(func() { put(t, n, record("first", "somebody", 1)) })
			<-began
			errs := make([]error, len(c.acts))
			for i, a := range c.acts {
				group.Go(func() { errs[i] = a.do(t.Context(), n) })
				eventually(t, "it waits", func() bool { return n.Queued() > i })
			}
			close(goesOn)
			group.Wait()
			refused := 0
			for i, a := range c.acts {
				switch code := consent.CodeOf(errs[i]); {
				case code == consent.Erased && c.refused[a.id]:
					refused++
				case errs[i] != nil:
					t.Errorf("act %d = %v", i, errs[i])
				}
			}
			if refused != len(c.refused) {
				t.Errorf("%d were refused, want %d", refused, len(c.refused))
			}
			counts := func(s consent.Store) {
				t.Helper()
				if c.latest == "" {
					wantNone(t, s, "sub", consent.Erased)
				} else {
					wantLatest(t, s, "sub", c.latest)
				}
			}
			counts(n)
			handedOver(t, n.Outbox)
			counts(n)
			counts(n.inner.Store)
			n.close(t)
			again := open(t, small(filepath.Join(n.dir, "log"), bolt(t, filepath.Join(n.dir, "store.db"))))
			handedOver(t, again)
			counts(again)
		})
	}
}

// reluctant is a store that takes its time to forget.
type reluctant struct {
	*away
	goesOn chan struct{}
}

func (f *reluctant) Erase(ctx context.Context, site, subject string, at time.Time) error {
	<-f.goesOn
	return f.away.Erase(ctx, site, subject, at)
}

func TestAnErasureThatIsUnderWayToTheStoreCountsAlready(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inner := &reluctant{&away{Store: bolt(t, filepath.Join(dir, "store.db"))}, make(chan struct{})}
	// Other nodes have brought these.
	for _, r := range []consent.Record{record("a", "earlier", 4), record("b", "then", 5), record("c", "later", 6)} {
		put(t, inner.Store, r)
	}
	s := open(t, small(filepath.Join(dir, "log"), inner))
	goesOn := sync.OnceFunc(func() { close(inner.goesOn) })
	defer goesOn()
	for _, subject := range []string{"unknown", "earlier", "then", "later"} {
		erase(t, s, subject, 5)
	}
	counts := func() {
		t.Helper()
		for _, subject := range []string{"unknown", "earlier", "then"} {
			wantNone(t, s, subject, consent.Erased)
		}
		wantLatest(t, s, "later", "c")
	}
	counts()
	goesOn()
	handedOver(t, s)
	counts()
}

func TestAnErasureThatWasTakenWithoutTheStoreReachesTheAccountAndItsOtherDevices(t *testing.T) {
	t.Parallel()
	const account, phone, desk = "AQAAAAAAAAAAAAAAAAAAAA", "AgAAAAAAAAAAAAAAAAAAAA", "AwAAAAAAAAAAAAAAAAAAAA"
	for name, subject := range map[string]string{"by a device": phone, "by the account": account} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, false)
			link := func(id, subject string, action consent.Action, peer string, clock int64) {
				r := record(id, subject, clock)
				r.Action, r.Peer = action, peer
				put(t, n, r)
			}
			link("a", account, consent.Identify, phone, 1)
			link("b", phone, consent.Joined, account, 1)
			link("c", account, consent.Identify, desk, 2)
			link("d", desk, consent.Joined, account, 2)
			put(t, n, record("e", "somebody", 1))
			handedOver(t, n.Outbox)
			n.inner.set(true)
			if level, err := n.EraseLevel(t.Context(), "shop", subject, early().Add(5*time.Millisecond), true); err != nil || level != consent.StoredLocal {
				t.Fatalf("EraseLevel = %s, %v", level, err)
			}
			n.inner.set(false)
			handedOver(t, n.Outbox)
			for _, one := range []string{account, phone, desk} {
				wantNone(t, n.inner.Store, one, consent.Erased)
			}
			wantLatest(t, n, "somebody", "e")
		})
	}
}
