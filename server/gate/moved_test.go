package gate_test

import (
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/gate"
)

func TestWhoMovedIsJudgedByTheLawOfTheirAnswerAndTheRestByWhereTheyAre(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, nil)
	cases := []struct {
		name                 string
		answered             consent.Place
		after                time.Duration
		levels               map[string]int
		now                  consent.Place
		analytics, marketing consent.Reason
	}{
		{"what was never answered follows the place", france, 0, map[string]int{"analytics": 1}, wyoming, consent.ReasonGranted, consent.ReasonNotice},
		{"a grant goes along to where less is asked", france, 0, yes, wyoming, consent.ReasonGranted, consent.ReasonGranted},
		{"a place that is not known voids no grant", wyoming, 0, yes, consent.Place{}, consent.ReasonGranted, consent.ReasonGranted},
		{"nor does one whose code is not assigned to any place", wyoming, 0, yes, consent.Place{Country: "QQ"}, consent.ReasonGranted, consent.ReasonGranted},
		{"nor does a part of such a place", wyoming, 0, yes, consent.Place{Country: "EU", Subdivision: "FR"}, consent.ReasonGranted, consent.ReasonGranted},
		{"a grant where less was asked is none where a yes is", wyoming, 0, yes, france, consent.ReasonNoRecord, consent.ReasonNoRecord},
		{"a grant that has ended is asked for again, also where nobody is asked", france, -9000 * time.Hour, yes, wyoming, consent.ReasonExpired, consent.ReasonExpired},
		{"a refusal goes everywhere", wyoming, 0, no, france, consent.ReasonDenied, consent.ReasonDenied},
		{"where the place is not known, what was never answered follows the law of the answer", wyoming, 0, map[string]int{"analytics": 1}, consent.Place{}, consent.ReasonGranted, consent.ReasonNotice},
	}
	for _, c := range cases {
		choice := s.choice(c.after, c.levels)
		choice.Regime = s.regime(c.answered)
		ask := gate.Ask{Place: c.now, Consent: consent.SealCookie(s.keys, "default", "shop", choice)}
		got := s.says(t, ask)
		if want := []consent.Reason{consent.ReasonNecessary, c.analytics, c.marketing}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
		if a := s.check(t, ask); a.Regime != choice.Regime {
			t.Errorf("%s: judged under %s, want %s", c.name, a.Regime, choice.Regime)
		}
	}
}

func TestAnAnswerUnderARegimeThatThereIsNotIsJudgedByThePlace(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, nil)
	choice := s.choice(0, map[string]int{"analytics": 1})
	choice.Regime = "atlantis"
	cookie := consent.SealCookie(s.keys, "default", "shop", choice)
	for place, want := range map[consent.Place]consent.Reason{france: consent.ReasonNoRecord, wyoming: consent.ReasonNotice} {
		ask := gate.Ask{Place: place, Consent: cookie}
		if got := s.says(t, ask); got[2] != want {
			t.Errorf("from %s: %v, want %s", place.Country, got, want)
		}
		if a := s.check(t, ask); a.Regime != s.regime(place) {
			t.Errorf("from %s: judged under %s", place.Country, a.Regime)
		}
	}
}

func TestAVendorsGrantIsJudgedByTheLawOfTheAnswerToo(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, nil)
	cases := []struct {
		name          string
		answered, now consent.Place
		after         time.Duration
		want          consent.Reason
	}{
		{"a grant holds where it was given", france, france, 0, consent.ReasonGranted},
		{"a grant goes along to where less is asked", france, wyoming, 0, consent.ReasonGranted},
		{"a grant where less was asked is none where a yes is", wyoming, france, 0, consent.ReasonNoRecord},
		{"a grant that has ended is asked for again, also where nobody is asked", france, wyoming, -9000 * time.Hour, consent.ReasonExpired},
	}
	for _, c := range cases {
		choice := s.choice(c.after, nil)
		choice.Regime, choice.Vendors = s.regime(c.answered), map[string]int{"acme": 1}
		a := s.check(t, gate.Ask{Place: c.now, Consent: consent.SealCookie(s.keys, "default", "shop", choice), Vendors: []string{"acme"}})
		if len(a.Decisions) != 1 || a.Decisions[0].Reason != c.want || a.Decisions[0].Vendor != "acme" {
			t.Errorf("%s: %+v, want %s", c.name, a.Decisions, c.want)
		}
	}
}

func TestWhatABrowserAloneSaysOfItsLawDoesNotCount(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, time.Second, nil)
	choice := s.choice(0, map[string]int{"analytics": 0})
	choice.Regime = s.regime(wyoming)
	signed := consent.SealCookie(s.keys, "default", "shop", choice)
	for name, c := range map[string]struct {
		cookie    string
		marketing consent.Reason
	}{
		"proved":  {signed, consent.ReasonNotice},
		"alone":   {consent.EncodeCookie(choice), consent.ReasonNoRecord},
		"changed": {signed[:len(signed)-1] + map[bool]string{true: "B", false: "A"}[signed[len(signed)-1] == 'A'], consent.ReasonBadToken},
	} {
		ask := gate.Ask{Consent: c.cookie}
		if got := s.says(t, ask); got[2] != c.marketing {
			t.Errorf("%s: %v, want marketing %s", name, got, c.marketing)
		}
		if a := s.check(t, ask); (a.Regime == choice.Regime) != (name == "proved") {
			t.Errorf("%s: judged under %s", name, a.Regime)
		}
	}
}

func TestAnswersBeforeAndAfterAChangeOfTheLawAreJudgedEachByItsOwn(t *testing.T) {
	t.Parallel()
	// From May 13 on, this place asks for a yes where it had asked for no objection.
	india, change := consent.Place{Country: "IN"}, time.Date(2027, 5, 13, 0, 0, 0, 0, time.UTC)
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	before, after := change.AddDate(0, 0, -7), change.AddDate(0, 0, 7)
	id := laws.Resolve(india, wyoming, before).ID
	if then := laws.Resolve(india, wyoming, after).ID; then != id {
		t.Fatalf("the regime is %s and then %s", id, then)
	}
	want := map[time.Time]consent.Reason{before: consent.ReasonNoRecord, after: consent.ReasonGranted}
	for _, order := range [][]time.Time{{before, after, before}, {after, before, after}} {
		s := sceneAt(t, change.AddDate(0, 0, 14), time.Second, nil)
		for _, at := range order {
			cookie := consent.SealCookie(s.keys, "default", "shop", &consent.Choice{Edition: 1, Regime: id, Clock: at.Unix(), Levels: yes})
			if got := s.says(t, gate.Ask{Place: india, Consent: cookie}); got[1] != want[at] || got[2] != want[at] {
				t.Errorf("of %s: %v, want %s", at.Format(time.DateOnly), got, want[at])
			}
		}
	}
}
