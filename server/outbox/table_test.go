package outbox_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/leadiumx/consent/server/outbox"
)

func digestOf(n uint64) (d [16]byte) {
	binary.BigEndian.PutUint64(d[:], n)
	return d
}

func TestATableHoldsWhatAMapHolds(t *testing.T) {
	t.Parallel()
	table, model := outbox.NewTable(), map[[16]byte]uint64{}
	random := rand.New(rand.NewPCG(1, 2))
	for position := uint64(1); position < 60_000; position++ {
		// Digests that begin alike must not stand in each other's way.
		key := digestOf(random.Uint64N(40_000))
		if got := table.Get(key); got != model[key] {
			t.Fatalf("before entry %d: %d, want %d", position, got, model[key])
		}
		if got := table.Put(key, position); got != model[key] {
			t.Fatalf("entry %d takes the place of %d, want %d", position, got, model[key])
		}
		model[key] = position
		if position%9_000 == 0 {
			first := position - random.Uint64N(8_000)
			table.Drop(first)
			for key, at := range model {
				if at < first {
					delete(model, key)
				}
			}
		}
	}
	for n := range uint64(40_000) {
		if key := digestOf(n); table.Get(key) != model[key] {
			t.Fatalf("digest %d: %d, want %d", n, table.Get(key), model[key])
		}
	}
}

func TestAnEmptyTableKnowsNothing(t *testing.T) {
	t.Parallel()
	table := outbox.NewTable()
	if got := table.Get(digestOf(1)); got != 0 {
		t.Errorf("position %d, want none", got)
	}
	table.Put(digestOf(1), 7)
	table.Drop(8)
	if got := table.Get(digestOf(1)); got != 0 {
		t.Errorf("what was dropped stands at %d", got)
	}
}
