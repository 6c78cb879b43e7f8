package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

// from makes a record of a node; ms is its clock after day.
func from(node, id, subject string, ms, gap int64, levels map[string]int) consent.Record {
	r := record(id, subject, 0)
	r.Node, r.Clock, r.Gap, r.Levels, r.Over = node, day().UnixMilli()+ms, gap, levels, nil
	return r
}

func orderCases() []testCase {
	yes, no := map[string]int{"analytics": 1}, map[string]int{"analytics": 0}
	return []testCase{
		{"of two nodes within the bound of their clocks only what both grant counts", func(t *testing.T, b *bench) {
			if !b.h.severalNodes(t, b) {
				return
			}
			bound := consent.SkewBound.Milliseconds()
			for i, apart := range []int64{0, 400, bound, bound + 1} {
				for k, order := range [][]int{{0, 1}, {1, 0}} {
					s := name(2*i + k)
					all := []consent.Record{from("n", s+"a", s, 0, 0, no), from("m", s+"b", s, apart, 0, yes)}
					for _, n := range order {
						b.append(t, all[n])
					}
					b.holds(t, s, all)
					b.history(t, s, s+"a", s+"b")
				}
			}
		}},
		{"a decision that knew of the other node's counts alone", func(t *testing.T, b *bench) {
			b.append(t, from("n", "a", "sub", 0, 0, no))
			b.append(t, from("m", "b", "sub", 400, 400, yes))
			r, err := b.Latest(t.Context(), "shop", "sub")
			if err != nil || r.ID != "b" || r.Levels["analytics"] != 1 {
				t.Fatalf("Latest = %q with %v, %v", r.ID, r.Levels, err)
			}
		}},
		{"shuffled and repeated deliveries of choices and erasures converge", converges},
	}
}

// severalNodes reports whether the store keeps the node that a record names; a
// node log writes its own.
func (h Harness) severalNodes(t *testing.T, b *bench) bool {
	t.Helper()
	stored, _, err := b.Append(t.Context(), from("probe", "probe", "", 0, 0, nil))
	if err != nil {
		t.Fatal(err)
	}
	return stored.Node == "probe"
}

// holds asserts that Latest answers as Current does.
func (b *bench) holds(t *testing.T, subject string, alive []consent.Record) {
	t.Helper()
	want, ok := consent.Current(alive)
	got, err := b.Latest(t.Context(), "shop", subject)
	if !ok {
		code(t, "Latest of "+subject, err, consent.Erased)
		return
	}
	if err != nil || got.ID != want.ID || text(t, got.Levels) != text(t, want.Levels) {
		t.Fatalf("Latest(%s) = %q with %s, %v; want %q with %s", subject, got.ID, text(t, got.Levels), err, want.ID, text(t, want.Levels))
	}
}

// life is what befalls one subject: records, and perhaps an erasure.
type life struct {
	subject string
	records []consent.Record
	tomb    int64
	steps   []int // a record's number, or -1 for the erasure
}

const (
	lives = 500
	// deliveries is at least how many calls the property makes.
	deliveries = 10_000
)

func aLife(n int) *life {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	l := &life{subject: "life-" + name(n), tomb: -1 << 62}
	for i := range 2 + rng.IntN(6) {
		levels := map[string]int{}
		for _, p := range []string{"analytics", "marketing"} {
			levels[p] = rng.IntN(2)
		}
		id := fmt.Sprintf("%s-%d", name(n), i)
		l.records = append(l.records, from(string(rune('n'+rng.IntN(3))), id, l.subject, int64(rng.IntN(1500)), int64(rng.IntN(600)), levels))
	}
	times := deliveries/lives/len(l.records) + 1
	for i := range l.records {
		l.steps = append(l.steps, slices.Repeat([]int{i}, times)...)
	}
	if rng.IntN(3) == 0 {
		l.tomb = day().UnixMilli() + int64(rng.IntN(1500))
		l.steps = append(l.steps, -1, -1)
	}
	rng.Shuffle(len(l.steps), func(i, j int) { l.steps[i], l.steps[j] = l.steps[j], l.steps[i] })
	return l
}

func converges(t *testing.T, b *bench) {
	const workers = 25
	all := make([]*life, lives)
	errs := make([]error, workers)
	together(workers, func(w int) {
		for n := w; n < lives && errs[w] == nil; n += workers {
			all[n] = aLife(n)
			errs[w] = b.live(t, all[n])
		}
	})
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	b.settle()
	made := 0
	for _, l := range all {
		made += len(l.steps)
		alive := slices.DeleteFunc(slices.Clone(l.records), func(r consent.Record) bool { return r.Clock <= l.tomb })
		b.holds(t, l.subject, alive)
		if len(alive) == 0 {
			continue
		}
		slices.SortFunc(alive, func(x, y consent.Record) int {
			if x.Later(&y) {
				return 1
			}
			return -1
		})
		b.history(t, l.subject, recordIDs(alive)...)
	}
	if made < deliveries {
		t.Fatalf("only %d deliveries were made", made)
	}
}

// live delivers everything, and notes where a node log put the records.
func (b *bench) live(t *testing.T, l *life) error {
	for _, step := range l.steps {
		if step < 0 {
			if err := b.Erase(t.Context(), "shop", l.subject, time.UnixMilli(l.tomb)); err != nil {
				return err
			}
			continue
		}
		stored, _, err := b.Append(t.Context(), l.records[step])
		switch {
		case err == nil:
			l.records[step].Node = stored.Node
		case consent.CodeOf(err) != consent.Erased:
			return err
		}
	}
	return nil
}
