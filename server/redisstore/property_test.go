package redisstore_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// life is everything that ever happens to one subject.
type life struct {
	subject  string
	records  []consent.Record
	erasures []int64
}

// newLife makes decisions of several nodes, some at one time, some close
// together, and perhaps erasures between them.
func newLife(rnd *rand.Rand, n int) life {
	l := life{subject: fmt.Sprintf("sub-%d", n)}
	clock := int64(1_000_000)
	for i := range 1 + rnd.IntN(8) {
		clock += []int64{0, 1, 200, 900, 60_000}[rnd.IntN(5)]
		l.records = append(l.records, consent.Record{
			ID: fmt.Sprintf("id-%d-%d", n, i), Site: "shop", Subject: l.subject, Content: "c", Action: consent.Save,
			Levels: map[string]int{"a": rnd.IntN(2), "b": rnd.IntN(2)}, Clock: clock, Time: time.UnixMilli(clock).UTC(),
			Node: []string{"one", "two"}[rnd.IntN(2)],
		})
	}
	for range rnd.IntN(3) {
		l.erasures = append(l.erasures, 1_000_000+rnd.Int64N(clock-1_000_000+1000))
	}
	return l
}

// left are the records that stay, in their order.
func (l life) left() (all []consent.Record) {
	for _, r := range l.records {
		if len(l.erasures) == 0 || r.Clock > slices.Max(l.erasures) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b consent.Record) int {
		if a.Later(&b) {
			return 1
		}
		return -1
	})
	return all
}

// deliver hands everything over in some order, each fact one to three times.
func (l life) deliver(t *testing.T, s *redisstore.Store, rnd *rand.Rand) (count int) {
	var steps []func() error
	for _, r := range l.records {
		for range 1 + rnd.IntN(3) {
			steps = append(steps, func() error { _, _, err := s.Append(t.Context(), r); return err })
		}
	}
	for _, at := range l.erasures {
		for range 1 + rnd.IntN(3) {
			steps = append(steps, func() error { return s.Erase(t.Context(), "shop", l.subject, time.UnixMilli(at)) })
		}
	}
	rnd.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	for _, step := range steps {
		if err := step(); err != nil && consent.CodeOf(err) != consent.Erased {
			t.Errorf("%s: %v", l.subject, err)
		}
	}
	return len(steps)
}

func (l life) check(t *testing.T, s *redisstore.Store) {
	want := l.left()
	history, err := s.History(t.Context(), "shop", l.subject)
	latest, errLatest := s.Latest(t.Context(), "shop", l.subject)
	if len(want) == 0 {
		if consent.CodeOf(err) != consent.Erased || consent.CodeOf(errLatest) != consent.Erased {
			t.Errorf("%s: %v and %v, want it erased", l.subject, err, errLatest)
		}
		return
	}
	current, _ := consent.Current(want)
	if err != nil || errLatest != nil || plain(history...) != plain(want...) || plain(latest) != plain(current) {
		t.Errorf("%s of %v less %v:\nhistory %s, %v\n   want %s\n latest %s, %v\n   want %s", l.subject, l.records, l.erasures,
			plain(history...), err, plain(want...), plain(latest), errLatest, plain(current))
	}
}

func plain(records ...consent.Record) string {
	b, err := json.Marshal(records)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestShuffledAndRepeatedDeliveriesConverge(t *testing.T) {
	t.Parallel()
	s := open(t, redisstore.Options{URLs: []string{redistest.Start(t).URL()}})
	var deliveries atomic.Int64
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(7, uint64(w)))
			for n := w; deliveries.Load() < 10_000 && !t.Failed(); n += 8 {
				l := newLife(rnd, n)
				deliveries.Add(int64(l.deliver(t, s, rnd)))
				l.check(t, s)
			}
		})
	}
	group.Wait()
	t.Logf("%d deliveries", deliveries.Load())
	seen := map[string]int{}
	for _, r := range exported(t, s) {
		if seen[r.ID]++; seen[r.ID] > 1 {
			t.Fatalf("%s is exported twice", r.ID)
		}
	}
}
