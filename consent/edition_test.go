package consent_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func TestAnEditionAsksAnewOnlyForWhatWasNotAskedBefore(t *testing.T) {
	t.Parallel()
	all := []string{"functional", "analytics", "marketing", "recording"}
	for name, c := range map[string]struct {
		change func(*consent.Site)
		want   []string
	}{
		"nothing":                           {func(*consent.Site) {}, nil},
		"other words":                       {func(s *consent.Site) { s.Texts["fr"]["banner.title"] = "Salut" }, nil},
		"other colours":                     {func(s *consent.Site) { s.Banner.Theme.Accent = "#f00" }, nil},
		"another address of the controller": {func(s *consent.Site) { s.Controller.Address = "2 Main Street" }, nil},
		"another controller":                {func(s *consent.Site) { s.Controller.Name = "Other" }, all},
		"a new purpose":                     {func(s *consent.Site) { s.Purposes = append(s.Purposes, consent.Purpose{ID: "new"}) }, []string{"new"}},
		"a purpose less":                    {func(s *consent.Site) { s.Purposes = s.Purposes[:4] }, nil},
		"purposes in another order":         {func(s *consent.Site) { s.Purposes[1], s.Purposes[2] = s.Purposes[2], s.Purposes[1] }, nil},
		"a class more":                      {func(s *consent.Site) { s.Purposes[2].Classes = []consent.Class{consent.Analytics, consent.Ads} }, []string{"analytics"}},
		"a class less":                      {func(s *consent.Site) { s.Purposes[3].Classes = []consent.Class{consent.Ads} }, nil},
		"another basis":                     {func(s *consent.Site) { s.Purposes[1].Basis = consent.BasisContract }, []string{"functional"}},
		"a level more":                      {func(s *consent.Site) { s.Purposes[4].Levels = append(s.Purposes[4].Levels, "more") }, []string{"recording"}},
		"levels with other meanings":        {func(s *consent.Site) { s.Purposes[4].Levels = []string{"no_pii", "metadata", "everything"} }, []string{"recording"}},
		"a new vendor": {func(s *consent.Site) {
			s.Vendors = append(s.Vendors, consent.Vendor{ID: "new", Purposes: []string{"marketing"}})
		}, []string{"marketing"}},
		"a vendor less":                 {func(s *consent.Site) { s.Vendors = nil }, nil},
		"a vendor for one purpose more": {func(s *consent.Site) { s.Vendors[0].Purposes = []string{"marketing", "analytics"} }, []string{"analytics"}},
		"a new cookie":                  {func(s *consent.Site) { s.Cookies = append(s.Cookies, consent.Cookie{Name: "x", Purpose: "analytics"}) }, nil},
		"a site that became stricter":   {func(s *consent.Site) { s.Stricter[0].Places = nil }, nil},
		"a new necessary purpose": {func(s *consent.Site) {
			s.Purposes = append(s.Purposes, consent.Purpose{ID: "new", Classes: []consent.Class{consent.Necessary}})
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := shop(), shop()
			c.change(&after)
			var got []string
			for _, a := range consent.AsksAnew(&before, &after) {
				got = append(got, a.Purpose)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("asks anew %v", got)
			}
			same := name == "nothing"
			if (before.Hash() == after.Hash()) != same {
				t.Errorf("hashes equal = %v", !same)
			}
		})
	}
}

func TestWhatIsAskedAnewSaysWhy(t *testing.T) {
	t.Parallel()
	before, after := shop(), shop()
	after.Purposes = append(after.Purposes, consent.Purpose{ID: "new"})
	after.Purposes[1].Basis = consent.BasisContract
	after.Purposes[2].Classes = []consent.Class{consent.Analytics, consent.Ads}
	after.Purposes[4].Levels = []string{"other"}
	after.Vendors = append(after.Vendors, consent.Vendor{ID: "other", Purposes: []string{"analytics", "marketing", "new"}})
	want := []consent.Anew{
		{Purpose: "functional", Because: []string{"basis"}},
		{Purpose: "analytics", Because: []string{"classes", "vendors"}, Vendors: []string{"other"}},
		{Purpose: "marketing", Because: []string{"vendors"}, Vendors: []string{"other"}},
		{Purpose: "recording", Because: []string{"levels"}},
		{Purpose: "new", Because: []string{"purpose"}},
	}
	if got := consent.AsksAnew(&before, &after); !reflect.DeepEqual(got, want) {
		t.Errorf("asks anew %+v", got)
	}
	after = shop()
	after.Controller.Name = "Other"
	for _, a := range consent.AsksAnew(&before, &after) {
		if !slices.Equal(a.Because, []string{"controller"}) {
			t.Errorf("another controller: %+v", a)
		}
	}
}

func TestEachPurposeKnowsFromWhichEditionItsGrantsHold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	first := consent.Next(nil, shop(), "", "", at)
	grown := shop()
	grown.Purposes = append(grown.Purposes, consent.Purpose{ID: "new"})
	second := consent.Next(&first, grown, "", "", at)
	named := grown
	named.Vendors = append(slices.Clone(named.Vendors), consent.Vendor{ID: "other", Purposes: []string{"analytics"}})
	third := consent.Next(&second, named, "", "", at)
	words := named
	words.Name = "The Shop"
	fourth := consent.Next(&third, words, "", "", at)
	// An edition of an earlier release knows one number for all.
	old := consent.Edition{Number: 7, Since: 5, Site: named}
	for _, c := range []struct {
		edition consent.Edition
		want    map[string]int
	}{
		{first, map[string]int{}},
		{second, map[string]int{"new": 2}},
		{third, map[string]int{"new": 2, "analytics": 3}},
		{fourth, map[string]int{"new": 2, "analytics": 3}},
		{consent.Next(&old, named, "", "", at), map[string]int{"functional": 5, "analytics": 5, "marketing": 5, "recording": 5, "new": 5}},
	} {
		got := map[string]int{}
		for _, r := range c.edition.Rules(consent.Terms{}, consent.Place{}) {
			if r.Since > 0 {
				got[r.ID] = r.Since
			}
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("edition %d: grants hold since %v, want %v", c.edition.Number, got, c.want)
		}
	}
}

func TestEachPurposeLooksBackByItself(t *testing.T) {
	t.Parallel()
	e := consent.Edition{Number: 5, Since: 4, SinceOf: map[string]int{"functional": 1, "analytics": 4, "marketing": 2, "recording": 3}, Site: shop()}
	asked := shop()
	asked.Purposes[4].Levels = []string{"other"}
	for _, c := range []struct {
		earlier consent.Edition
		since   int
		want    map[string]int
	}{
		{consent.Edition{Number: 3, Site: shop()}, 3, map[string]int{"functional": 1, "analytics": 3, "marketing": 2, "recording": 3}},
		{consent.Edition{Number: 2, Site: asked}, 3, map[string]int{"functional": 1, "analytics": 2, "marketing": 2, "recording": 3}},
		{consent.Edition{Number: 1, Site: shop()}, 3, map[string]int{"functional": 1, "analytics": 1, "marketing": 1, "recording": 3}},
	} {
		if e.Covers(&c.earlier); e.Since != c.since || !maps.Equal(e.SinceOf, c.want) {
			t.Errorf("after edition %d: since %d, by purpose %v", c.earlier.Number, e.Since, e.SinceOf)
		}
	}
	for n, want := range map[int]bool{1: true, 2: false, 3: true, 4: false} {
		if e.StartsAt(n) != want {
			t.Errorf("purposes start at edition %d: %v", n, !want)
		}
	}
}

func TestEditionsAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("east", 3600))
	first := consent.Next(nil, shop(), "ann", "start", at)
	s := shop()
	if first.Number != 1 || first.Since != 1 || first.By != "ann" || first.Note != "start" || first.Hash != s.Hash() || !first.PublishedAt.Equal(at) || first.PublishedAt.Location() != time.UTC {
		t.Errorf("first edition: %+v", first)
	}
	words := shop()
	words.Name = "The Shop"
	second := consent.Next(&first, words, "", "", at)
	if second.Number != 2 || second.Since != 1 {
		t.Errorf("after other words: number %d, since %d", second.Number, second.Since)
	}
	more := words
	more.Controller.Name = "Other"
	third := consent.Next(&second, more, "", "", at)
	if third.Number != 3 || third.Since != 3 {
		t.Errorf("after another controller: number %d, since %d", third.Number, third.Since)
	}
	if back := consent.Next(&third, shop(), "", "", at); back.Number != 4 || back.Since != 4 {
		t.Errorf("after going back: number %d, since %d", back.Number, back.Since)
	}
}

func TestHashDoesNotDependOnTheOrderOfMaps(t *testing.T) {
	t.Parallel()
	a, b := shop(), shop()
	a.Texts = map[string]map[string]string{"en": {"a": "1", "b": "2"}, "fr": {"c": "3"}}
	b.Texts = map[string]map[string]string{"fr": {"c": "3"}, "en": {"b": "2", "a": "1"}}
	if a.Hash() != b.Hash() || len(a.Hash()) != 64 {
		t.Errorf("hashes %s %s", a.Hash(), b.Hash())
	}
}
