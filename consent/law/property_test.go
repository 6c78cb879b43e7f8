package law_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// everywhere lists every country, every listed part and the unknown place.
func everywhere(tb *law.Table) []consent.Place {
	places := []consent.Place{{}, {Country: "ZZ"}}
	for _, r := range tb.Rows() {
		for _, s := range r.Subdivisions {
			if r.Code == law.World {
				places = append(places, consent.Place{Country: s})
			} else if r.ValidFrom == "" {
				places = append(places, consent.Place{Country: r.Code, Subdivision: s})
			}
		}
	}
	return places
}

// dates holds every day on which a law changes, the second before it, and a
// day long ago.
func dates(tb *law.Table) []time.Time {
	ds := []time.Time{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	seen := map[string]bool{"": true}
	for _, r := range tb.Rows() {
		for _, s := range []string{r.ValidFrom, r.ValidTo} {
			if d, err := time.Parse(time.DateOnly, s); err == nil && !seen[s] {
				seen[s] = true
				ds = append(ds, d, d.Add(-time.Second))
			}
		}
	}
	slices.SortFunc(ds, time.Time.Compare)
	return ds
}

// oneOfEach holds one place for every law that binds somewhere on a day.
func oneOfEach(tb *law.Table, at time.Time) []consent.Place {
	seen := map[string]bool{}
	var places []consent.Place
	for _, p := range everywhere(tb) {
		if id := tb.Resolve(p, consent.Place{}, at).ID; !seen[id] {
			seen[id] = true
			places = append(places, p)
		}
	}
	return places
}

// pairs calls check with every two laws that meet on some day. Two laws that
// are what they were on the day before are not tried again.
func pairs(t *testing.T, tb *law.Table, check func(visitor, publisher law.Regime, at time.Time)) {
	t.Helper()
	var before map[string]consent.Terms
	for _, at := range dates(tb) {
		now := map[string]consent.Terms{}
		var alone []law.Regime
		for _, p := range oneOfEach(tb, at) {
			r := tb.Resolve(p, consent.Place{}, at)
			now[r.ID] = r.Terms
			alone = append(alone, r)
		}
		for _, v := range alone {
			for _, e := range alone {
				if before[v.ID] != v.Terms || before[e.ID] != e.Terms {
					check(v, e, at)
				}
			}
		}
		before = now
	}
}

func TestIDLeadsBackToTheSameTerms(t *testing.T) {
	t.Parallel()
	tb := table(t)
	shape := regexp.MustCompile(`^[a-z0-9+-]{1,32}$`)
	pairs(t, tb, func(v, e law.Regime, at time.Time) {
		r := tb.Resolve(v.Place, e.Place, at)
		if !shape.MatchString(r.ID) {
			t.Fatalf("id %q of %s + %s", r.ID, v.Place, e.Place)
		}
		back, ok := tb.ByID(r.ID, at)
		if !ok || back.Terms != r.Terms || back.ID != r.ID {
			t.Fatalf("%s + %s on %s: id %q gives %+v, want %+v", v.Place, e.Place, at.Format(time.DateOnly), r.ID, back.Terms, r.Terms)
		}
		if law.Present(back, nil) != law.Present(r, nil) || back.Duties.Placement != r.Duties.Placement {
			t.Fatalf("id %q is shown otherwise", r.ID)
		}
	})
}

func TestSecondLawNeverRelaxesAndOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	tb := table(t)
	pairs(t, tb, func(v, e law.Regime, at time.Time) {
		both := tb.Resolve(v.Place, e.Place, at).Terms
		if laxer(both, v.Terms) {
			t.Fatalf("%s + %s relaxes:\n%+v\n%+v", v.Place, e.Place, v.Terms, both)
		}
		if e.ID == law.World {
			return
		}
		if laxer(both, e.Terms) {
			t.Fatalf("%s is laxer than its publisher's law at %s", v.Place, e.Place)
		}
		if v.ID == law.World {
			return
		}
		turned := tb.Resolve(e.Place, v.Place, at).Terms
		turned.Regime = both.Regime
		if turned != both {
			t.Fatalf("%s + %s differs when turned round", v.Place, e.Place)
		}
	})
}

func laxer(a, b consent.Terms) bool {
	return a.Modes.Analytics > b.Modes.Analytics || a.AnalyticsOwn > b.AnalyticsOwn || a.AnalyticsOther > b.AnalyticsOther ||
		a.Modes.Ads > b.Modes.Ads || a.Modes.SaleShare > b.Modes.SaleShare || a.Modes.Sensitive > b.Modes.Sensitive ||
		a.Modes.Recording > b.Modes.Recording || b.GPC && !a.GPC || b.RejectFirstLayer && !a.RejectFirstLayer ||
		b.Parity && !a.Parity || b.CloseRefuses && !a.CloseRefuses || a.ConsentMonths > b.ConsentMonths ||
		a.ReaskMonths < b.ReaskMonths || a.MinorAge < b.MinorAge
}

func TestUnknownPlaceIsNeverLaxerThanAnyOther(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for _, at := range dates(tb) {
		unknown := tb.Resolve(consent.Place{}, consent.Place{}, at).Terms
		for _, p := range everywhere(tb) {
			other := tb.Resolve(p, consent.Place{}, at).Terms
			// A longer rest after a refusal is the one value that the unknown
			// place does not take from the longest.
			other.ReaskMonths = min(other.ReaskMonths, unknown.ReaskMonths)
			if laxer(unknown, other) {
				t.Fatalf("unknown is laxer than %s: %+v %+v", p, unknown, other)
			}
		}
	}
}

func TestUnknownPartIsNeverLaxerThanAnyPart(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for _, at := range dates(tb) {
		for _, p := range everywhere(tb) {
			if p.Subdivision == "" {
				continue
			}
			whole := tb.Resolve(consent.Place{Country: p.Country}, consent.Place{}, at)
			if part := tb.Resolve(p, consent.Place{}, at); laxer(whole.Terms, part.Terms) {
				t.Fatalf("%s is laxer than %s on %s:\n%+v\n%+v", p.Country, p, at.Format(time.DateOnly), whole.Terms, part.Terms)
			}
		}
	}
}

func TestOwnAudienceIsRelaxedOnlyWhereARowSaysSo(t *testing.T) {
	t.Parallel()
	tb := table(t)
	at := day(t, today)
	var relaxed []string
	for _, p := range oneOfEach(tb, at) {
		r := tb.Resolve(p, consent.Place{}, at)
		if r.Terms.AnalyticsOwn > r.Terms.AnalyticsOther {
			relaxed = append(relaxed, r.ID)
		}
		site := consent.Site{Purposes: []consent.Purpose{
			{ID: "own", Classes: []consent.Class{consent.Analytics}, OwnAudience: true},
			{ID: "other", Classes: []consent.Class{consent.Analytics}},
			{ID: "functional", Classes: []consent.Class{consent.Functional}, OwnAudience: true},
		}, Stricter: []consent.Stricter{{Modes: map[consent.Class]consent.Mode{consent.Analytics: out}}}}
		rules := site.Rules(r.Terms, p)
		if rules[0].Mode != min(r.Terms.AnalyticsOwn, out) || rules[1].Mode != min(r.Terms.AnalyticsOther, out) || rules[2].Mode != r.Terms.AnalyticsOther {
			t.Errorf("%s: %+v", r.ID, rules)
		}
	}
	slices.Sort(relaxed)
	if !slices.Equal(relaxed, []string{"es", "fr", "gb", "it", "nl"}) {
		t.Errorf("own statistics are relaxed in %v", relaxed)
	}
}

func TestUnknownIDsAreRefused(t *testing.T) {
	t.Parallel()
	tb := table(t)
	at := day(t, today)
	for _, id := range []string{"", "+", "eea+", "+us-fl", "EEA", "us-zz", "eea+zz", "eea+us-fl+gb", "eea us-fl", "zz", "us+us", "eea+unknown"} {
		if r, ok := tb.ByID(id, at); ok || r.ID != "" || r.Terms != (consent.Terms{}) {
			t.Errorf("%q gave %+v", id, r)
		}
	}
	if _, ok := tb.ByID("us-fl", day(t, "2024-06-30")); ok {
		t.Error("a law is found before its first day")
	}
}

func FuzzByID(f *testing.F) {
	for _, s := range []string{"eea", "us-ca", "eea+us-fl", "unknown", "us+us", "++", ""} {
		f.Add(s)
	}
	tb, err := law.Load()
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, id string) {
		if r, ok := tb.ByID(id, now); ok && (r.ID != id || r.Terms.ConsentMonths < 1) {
			t.Errorf("%q gives %+v", id, r)
		}
	})
}

func BenchmarkResolveTwoLaws(b *testing.B) {
	tb, err := law.Load()
	if err != nil {
		b.Fatal(err)
	}
	p, est, at := consent.Place{Country: "FR"}, consent.Place{Country: "US", Subdivision: "FL"}, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		tb.Resolve(p, est, at)
	}
}
