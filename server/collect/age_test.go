package collect_test

import (
	"maps"
	"math"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/collect"
)

// A device whose clock was wrong when its visitor decided says an age that cannot be.
func TestADecisionOfUnbelievableAgeIsKeptAsOneOfLongAgo(t *testing.T) {
	t.Parallel()
	const year = int64(365 * 24 * time.Hour / time.Millisecond)
	for name, age := range map[string]int64{
		"a little more than any": collect.MaxAge.Milliseconds() + 1, "years": 11 * year, "since the beginning of all clocks": newVisit(t).now.UnixMilli(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t)
			v.t = t
			at := v.now.Add(-collect.MaxAge)
			w := v.write(consent.RejectAll, no)
			w.Age = age
			v.does(w)
			v.holds("a refusal", no)
			v.does(w)
			v.holds("its retry", no)

			v.held = collect.Answer{}
			w = v.write(consent.AcceptAll, yes)
			w.Age = age
			v.does(w)
			all, err := v.Access(t.Context(), "shop", v.held.Subject)
			if err != nil || len(all) != 1 || all[0].Clock != at.UnixMilli() || !all[0].Time.Equal(v.now) {
				t.Fatalf("the grant is kept as %+v, %v; want one of %v that came now", all, err, at)
			}
			v.does(v.write(consent.Withdraw, nil))
			late := v.write(consent.AcceptAll, yes)
			late.Age = age
			v.does(late)
			v.holds("what was refused since", no)
			if all, err = v.Access(t.Context(), "shop", v.held.Subject); err != nil || len(all) != 3 || !maps.Equal(all[2].Levels, no) {
				t.Errorf("the history is %+v, %v", all, err)
			}
		})
	}
}

func TestWhatNoClockTellsIsNoAge(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	for _, age := range []int64{-1, v.now.UnixMilli() + 1, math.MaxInt64, math.MinInt64} {
		w := v.write(consent.RejectAll, no)
		w.Age = age
		if _, err := v.Record(t.Context(), w); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("of the age %d: %v", age, err)
		}
	}
}
