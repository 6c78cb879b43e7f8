package law_test

import (
	"regexp"
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

func dates() []time.Time {
	var ds []time.Time
	for _, s := range []string{"2020-01-01", "2024-06-30", "2024-07-01", "2025-12-31", "2026-02-04", "2026-02-05", "2026-11-24", "2030-01-01"} {
		d, _ := time.Parse(time.DateOnly, s)
		ds = append(ds, d)
	}
	return ds
}

// establishments holds one place per law and two without any.
func establishments() []consent.Place {
	return []consent.Place{
		{}, {Country: "JP"}, {Country: "FR"}, {Country: "GB"}, {Country: "CH"}, {Country: "US"},
		{Country: "US", Subdivision: "WY"}, {Country: "US", Subdivision: "CA"}, {Country: "US", Subdivision: "WA"},
		{Country: "US", Subdivision: "FL"}, {Country: "CA"}, {Country: "CA", Subdivision: "ON"}, {Country: "BR"},
	}
}

func TestIDLeadsBackToTheSameTerms(t *testing.T) {
	t.Parallel()
	tb := table(t)
	shape := regexp.MustCompile(`^[a-z0-9+-]{1,32}$`)
	for _, at := range dates() {
		for _, p := range everywhere(tb) {
			for _, est := range establishments() {
				r := tb.Resolve(p, est, at)
				if !shape.MatchString(r.ID) {
					t.Fatalf("id %q of %s + %s", r.ID, p, est)
				}
				back, ok := tb.ByID(r.ID, at)
				if !ok || back.Terms != r.Terms || back.ID != r.ID {
					t.Fatalf("%s + %s on %s: id %q gives %+v, want %+v", p, est, at.Format(time.DateOnly), r.ID, back.Terms, r.Terms)
				}
				if law.Present(back, nil) != law.Present(r, nil) {
					t.Fatalf("id %q is shown otherwise", r.ID)
				}
			}
		}
	}
}

func TestSecondLawNeverRelaxesAndOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	tb := table(t)
	for _, at := range dates() {
		for _, p := range everywhere(tb) {
			alone := tb.Resolve(p, consent.Place{}, at).Terms
			for _, est := range establishments() {
				both := tb.Resolve(p, est, at)
				if laxer(both.Terms, alone) {
					t.Fatalf("%s + %s relaxes:\n%+v\n%+v", p, est, alone, both.Terms)
				}
				if tb.Resolve(est, consent.Place{}, at).ID == law.World {
					continue
				}
				if laxer(both.Terms, tb.Resolve(est, consent.Place{}, at).Terms) {
					t.Fatalf("%s is laxer than its publisher's law at %s", p, est)
				}
				if tb.Resolve(p, consent.Place{}, at).ID == law.World {
					continue
				}
				turned := tb.Resolve(est, p, at).Terms
				turned.Regime = both.Terms.Regime
				if turned != both.Terms {
					t.Fatalf("%s + %s differs when turned round", p, est)
				}
			}
		}
	}
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
	for _, at := range dates() {
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

func TestUnknownIDsAreRefused(t *testing.T) {
	t.Parallel()
	tb := table(t)
	at := dates()[6]
	for _, id := range []string{"", "+", "eea+", "+us-fl", "EEA", "us-zz", "eea+zz", "eea+us-fl+gb", "eea us-fl", "zz", "us+us", "eea+unknown"} {
		if r, ok := tb.ByID(id, at); ok || r.ID != "" || r.Terms != (consent.Terms{}) {
			t.Errorf("%q gave %+v", id, r)
		}
	}
	if _, ok := tb.ByID("us-fl", dates()[1]); ok {
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
	f.Fuzz(func(t *testing.T, id string) {
		if r, ok := tb.ByID(id, dates()[6]); ok && (r.ID != id || r.Terms.ConsentMonths < 1) {
			t.Errorf("%q gives %+v", id, r)
		}
	})
}

func BenchmarkResolveTwoLaws(b *testing.B) {
	tb, err := law.Load()
	if err != nil {
		b.Fatal(err)
	}
	p, est, at := consent.Place{Country: "FR"}, consent.Place{Country: "US", Subdivision: "FL"}, dates()[6]
	b.ReportAllocs()
	for b.Loop() {
		tb.Resolve(p, est, at)
	}
}
