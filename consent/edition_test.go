package consent_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func TestMaterialIsWhatWasNotAskedBefore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*consent.Site)
		want   bool
	}{
		"nothing":                           {func(*consent.Site) {}, false},
		"other words":                       {func(s *consent.Site) { s.Texts["fr"]["banner.title"] = "Salut" }, false},
		"other colours":                     {func(s *consent.Site) { s.Banner.Theme.Accent = "#f00" }, false},
		"another address of the controller": {func(s *consent.Site) { s.Controller.Address = "2 Main Street" }, false},
		"another controller":                {func(s *consent.Site) { s.Controller.Name = "Other" }, true},
		"a new purpose":                     {func(s *consent.Site) { s.Purposes = append(s.Purposes, consent.Purpose{ID: "new"}) }, true},
		"a purpose less":                    {func(s *consent.Site) { s.Purposes = s.Purposes[:4] }, false},
		"purposes in another order":         {func(s *consent.Site) { s.Purposes[1], s.Purposes[2] = s.Purposes[2], s.Purposes[1] }, false},
		"a class more":                      {func(s *consent.Site) { s.Purposes[2].Classes = []consent.Class{consent.Analytics, consent.Ads} }, true},
		"a class less":                      {func(s *consent.Site) { s.Purposes[3].Classes = []consent.Class{consent.Ads} }, false},
		"another basis":                     {func(s *consent.Site) { s.Purposes[1].Basis = consent.BasisContract }, true},
		"a level more":                      {func(s *consent.Site) { s.Purposes[4].Levels = append(s.Purposes[4].Levels, "more") }, true},
		"levels with other meanings":        {func(s *consent.Site) { s.Purposes[4].Levels = []string{"no_pii", "metadata", "everything"} }, true},
		"a new vendor": {func(s *consent.Site) {
			s.Vendors = append(s.Vendors, consent.Vendor{ID: "new", Purposes: []string{"marketing"}})
		}, true},
		"a vendor less":                 {func(s *consent.Site) { s.Vendors = nil }, false},
		"a vendor for one purpose more": {func(s *consent.Site) { s.Vendors[0].Purposes = []string{"marketing", "analytics"} }, true},
		"a new cookie":                  {func(s *consent.Site) { s.Cookies = append(s.Cookies, consent.Cookie{Name: "x", Purpose: "analytics"}) }, false},
		"a site that became stricter":   {func(s *consent.Site) { s.Stricter[0].Places = nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := shop(), shop()
			c.change(&after)
			if got := consent.Material(&before, &after); got != c.want {
				t.Errorf("material = %v", got)
			}
			same := name == "nothing"
			if (before.Hash() == after.Hash()) != same {
				t.Errorf("hashes equal = %v", !same)
			}
		})
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
