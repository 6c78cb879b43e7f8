package consent_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestAStampIsLaterThanTheDecisionThatTheVisitorHeld(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ now, age, held, clock, gap int64 }{
		"a first decision is of now":                            {10_000, 0, 0, 10_000, 0},
		"one that waited is of then":                            {10_000, 4000, 0, 6000, 0},
		"after one of long ago":                                 {10_000, 0, 100, 10_000, 0},
		"shortly after another":                                 {10_000, 0, 9800, 10_000, 200},
		"after one of a node whose clock runs ahead":            {10_000, 0, 300_000, 300_001, 1},
		"one that waited, after one of a node that runs ahead":  {10_000, 4000, 300_000, 300_001, 1},
		"one that waited is later than what was held back then": {10_000, 4000, 5999, 6000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if clock, gap := consent.Stamp(c.now, c.age, c.held); clock != c.clock || gap != c.gap {
				t.Errorf("clock %d, gap %d; want %d, %d", clock, gap, c.clock, c.gap)
			}
		})
	}
}

func at(id, node string, clock, gap int64, levels map[string]int) consent.Record {
	return consent.Record{ID: id, Node: node, Clock: clock, Gap: gap, Levels: levels}
}

func TestOfRivalsOnlyWhatBothGrantCounts(t *testing.T) {
	t.Parallel()
	yes, no := map[string]int{"analytics": 2}, map[string]int{"analytics": 0}
	for name, c := range map[string]struct {
		records []consent.Record
		id      string
		levels  string
	}{
		"the later one, when they are far apart":             {[]consent.Record{at("a", "n", 0, 0, no), at("b", "m", 501, 0, yes)}, "b", `{"analytics":2}`},
		"the refusal, when nobody can tell":                  {[]consent.Record{at("a", "n", 0, 0, no), at("b", "m", 500, 0, yes)}, "b", `{"analytics":0}`},
		"the refusal, when it is the later one":              {[]consent.Record{at("a", "n", 0, 0, yes), at("b", "m", 500, 0, no)}, "b", `{"analytics":0}`},
		"the later one, when its visitor knew the other":     {[]consent.Record{at("a", "n", 0, 0, no), at("b", "m", 100, 100, yes)}, "b", `{"analytics":2}`},
		"the refusal, when its visitor knew only one before": {[]consent.Record{at("a", "n", 0, 0, no), at("b", "m", 100, 120, yes)}, "b", `{"analytics":0}`},
		"the later one, on one node":                         {[]consent.Record{at("a", "n", 0, 0, no), at("b", "n", 100, 0, yes)}, "b", `{"analytics":2}`},
		"the higher id, at the same moment on one node":      {[]consent.Record{at("b", "n", 0, 0, yes), at("a", "n", 0, 0, no)}, "b", `{"analytics":2}`},
		"the lower level":                                    {[]consent.Record{at("a", "n", 0, 0, map[string]int{"analytics": 1, "ads": 1}), at("b", "m", 5, 0, yes)}, "b", `{"analytics":1}`},
		"every refusal":                                      {[]consent.Record{at("a", "n", 0, 0, map[string]int{"ads": 0}), at("b", "m", 5, 0, map[string]int{"recording": 0})}, "b", `{"ads":0,"recording":0}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := consent.Current(c.records)
			if !ok || got.ID != c.id || mustJSON(t, got.Levels) != c.levels {
				t.Errorf("%q with %s, want %q with %s", got.ID, mustJSON(t, got.Levels), c.id, c.levels)
			}
		})
	}
	if _, ok := consent.Current(nil); ok {
		t.Error("nothing has a current record")
	}
}

func TestOfRivalsVendorsAndMarksCountTooAndTheResultIsNoStoredRecord(t *testing.T) {
	t.Parallel()
	full := func(id, node string, vendors map[string]int, over ...string) consent.Record {
		r := at(id, node, 0, 0, map[string]int{"ads": 1, "sale": 1})
		r.Vendors, r.Over, r.Secret, r.Sealed = vendors, map[string]bool{}, []byte("secret"), &consent.Sealed{}
		for _, x := range over {
			r.Over[x] = true
		}
		return r
	}
	both := []consent.Record{
		full("a", "n", map[string]int{"tube": 1, "map": 0}, "ads"),
		full("b", "m", map[string]int{"tube": 1, "chat": 1, "map": 1}, "ads", "sale"),
	}
	before := mustJSON(t, both)
	got, _ := consent.Current(both)
	if mustJSON(t, got.Vendors) != `{"map":0,"tube":1}` || mustJSON(t, got.Over) != `{"ads":true}` {
		t.Errorf("vendors %v, marks %v", got.Vendors, got.Over)
	}
	if got.Sealed != nil || got.Secret != nil {
		t.Error("the evidence of one record proves what two of them say")
	}
	if after := mustJSON(t, both); after != before {
		t.Errorf("the records changed:\n%s\n%s", before, after)
	}
	if alone, _ := consent.Current(both[:1]); alone.Sealed == nil || alone.Secret == nil {
		t.Error("a record without a rival lost its evidence")
	}
}

func TestAnyOrderAndAnyRepetitionGivesTheSameCurrentRecord(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var all []consent.Record
		for i := range 1 + rng.IntN(6) {
			levels := map[string]int{}
			for _, p := range []string{"analytics", "ads"} {
				if n := rng.IntN(4); n < 3 {
					levels[p] = n
				}
			}
			all = append(all, at(string(rune('a'+i)), string(rune('n'+rng.IntN(3))), int64(rng.IntN(900)), int64(rng.IntN(400)), levels))
		}
		want, _ := consent.Current(all)
		again := append(slices.Clone(all), all[rng.IntN(len(all))])
		rng.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got, _ := consent.Current(again); mustJSON(t, got) != mustJSON(t, want) {
			t.Fatalf("seed %d: %s and %s", seed, mustJSON(t, got), mustJSON(t, want))
		}
	}
}
