package outbox_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/leadiumx/consent/server/outbox"
)

func TestAnIndexKnowsWhatWasNotDroppedHoweverFarItsTablesAreCleaned(t *testing.T) {
	t.Parallel()
	const first, people = 7, 500
	x, random := outbox.NewIndex(first), rand.New(rand.NewPCG(3, 4))
	of, oldest := map[uint64][]uint64{}, uint64(first)
	for p := uint64(first); p < 30_000; p++ {
		person := random.Uint64N(people)
		x.Add(p, digestOf(1<<40|p), digestOf(person), int64(p))
		of[person] = append(of[person], p)
		if p%1500 == 0 {
			oldest += random.Uint64N(p - oldest)
			x.Drop(oldest, random.IntN(257))
		}
		if p%100 > 0 {
			continue
		}
		if n, bytes := x.Count(); n != int(p-oldest)+1 || bytes != int64(n)*100 {
			t.Fatalf("%d entries of %d bytes are kept from %d to %d", n, bytes, oldest, p)
		}
		for _, some := range []uint64{p, oldest, oldest - 1, first, (p + oldest) / 2} {
			want := some
			if some < oldest {
				want = 0
			}
			if got := x.Find(digestOf(1<<40 | some)); got != want {
				t.Fatalf("the record of %d stands at %d, and the oldest at %d", some, got, oldest)
			}
			if got := x.Since(int64(some)); got != max(some, oldest)-1 {
				t.Fatalf("since %d: %d, and the oldest is %d", some, got, oldest)
			}
		}
		person = random.Uint64N(people)
		want, newest := []uint64(nil), int64(math.MinInt64)
		for _, at := range slices.Backward(of[person]) {
			if at >= oldest {
				want, newest = append(want, at), max(newest, int64(at))
			}
		}
		if got, clock := x.Of(digestOf(person)); !slices.Equal(got, want) || clock != newest {
			t.Fatalf("of a person: %v, %d; want %v, %d", got, clock, want, newest)
		}
	}
}
