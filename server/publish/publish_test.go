package publish_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/publish"
)

func shop(name string) consent.Site {
	return consent.Site{
		ID: "shop", Name: name, Establishment: "DE", PolicyURL: "https://shop.example/privacy",
		Controller: consent.Controller{Name: "Shop", Address: "1 Street", Email: "a@shop.example"},
		Origins:    []string{"https://shop.example"}, Locales: []string{"en"},
		Purposes: []consent.Purpose{{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent}},
		Banner:   consent.Banner{Layout: "box"},
	}
}

func opened(t *testing.T) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "store"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func desk(store publish.Store, clock func() time.Time) *publish.Desk {
	return publish.New(publish.Options{
		Store: store, Clock: clock, Locales: []string{"en"}, Log: slog.New(slog.DiscardHandler),
		Words:    func(string) (map[string]string, bool) { return nil, false },
		Assigned: func(consent.Place) bool { return true },
		Lint:     func(*consent.Site, time.Time) []consent.Finding { return nil },
		Trial:    func(*consent.Edition) error { return nil },
	})
}

// desks are two servers on one store; the clock is the caller's.
func desks(t *testing.T, now *time.Time) (a, b *publish.Desk) {
	t.Helper()
	store, clock := opened(t), func() time.Time { return *now }
	return desk(store, clock), desk(store, clock)
}

func TestAScheduledEditionTakesEffectByTheClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	a, b := desks(t, &now)
	ctx := context.Background()
	live := func(d *publish.Desk, want string) {
		t.Helper()
		e, err := d.Live("shop")
		switch {
		case want == "" && consent.CodeOf(err) == consent.UnknownSite:
		case err != nil:
			t.Fatal(err)
		case e.Site.Name != want:
			t.Errorf("%q is live, want %q", e.Site.Name, want)
		}
	}
	put := func(name string, in time.Duration) *consent.Edition {
		t.Helper()
		how := publish.How{}
		if in > 0 {
			how.EffectiveAt = now.Add(in)
		}
		e, changed, err := a.Publish(ctx, shop(name), how)
		if err != nil || !changed {
			t.Fatalf("publish %s: changed %v, %v", name, changed, err)
		}
		if err := b.Load(ctx); err != nil {
			t.Fatal(err)
		}
		return e
	}
	put("first", time.Hour)
	live(a, "")
	now = now.Add(time.Hour)
	live(a, "first")
	live(b, "first")

	if e := put("second", 48*time.Hour); e.Number != 2 || !e.From().Equal(now.Add(48*time.Hour)) {
		t.Errorf("the second: %+v", e)
	}
	if u := b.Upcoming("shop"); u == nil || u.Number != 2 {
		t.Errorf("upcoming: %+v", u)
	}
	live(b, "first")
	if _, changed, err := a.Publish(ctx, shop("second"), publish.How{EffectiveAt: now.Add(48 * time.Hour)}); err != nil || changed {
		t.Errorf("the same again: changed %v, %v", changed, err)
	}
	// What is published meanwhile takes the place of what was scheduled.
	if e := put("third", 0); e.Number != 3 || e.Since != 1 {
		t.Errorf("the third: %+v", e)
	}
	live(b, "third")
	if u := b.Upcoming("shop"); u != nil {
		t.Errorf("still upcoming: %+v", u)
	}
	put("fourth", 24*time.Hour)
	now = now.Add(24*time.Hour - time.Second)
	live(a, "third")
	now = now.Add(time.Second)
	live(a, "fourth")
	live(b, "fourth")
	if b.Upcoming("shop") != nil {
		t.Error("what has taken effect is not upcoming")
	}
	if err := b.Load(ctx); err != nil {
		t.Fatal(err)
	}
	live(b, "fourth")
}

func TestGrantsHoldSinceTheFirstEditionFromWhichAllHaveAskedForNoLess(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		// vendors are those of each edition.
		vendors []string
		want    int
	}{
		"nothing but words":       {[]string{"a", "a"}, 1},
		"a vendor more":           {[]string{"", "a"}, 2},
		"a vendor more, and back": {[]string{"", "a", ""}, 1},
		"two more, one after the other, and back over both": {[]string{"", "a", "ab", ""}, 1},
		"two more, and back over one":                       {[]string{"", "a", "ab", "a"}, 2},
		"more, back and more":                               {[]string{"", "a", "", "a"}, 4},
		"more, back, words and back to more":                {[]string{"a", "ab", "a", "a", "ab"}, 5},
		"a vendor less, and back":                           {[]string{"a", "", "a"}, 3},
		"another vendor, and back":                          {[]string{"a", "b", "a"}, 3},
	} {
		a, _ := desks(t, &now)
		var last *consent.Edition
		for i, vendors := range c.vendors {
			site := shop(string(rune('A' + i)))
			for _, v := range vendors {
				site.Vendors = append(site.Vendors, consent.Vendor{ID: string(v), Name: string(v), Country: "DE", PolicyURL: "https://v.example/", Purposes: []string{"analytics"}})
			}
			var err error
			if last, _, err = a.Publish(t.Context(), site, publish.How{}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		got := 1
		if rules := last.Rules(consent.Terms{}, consent.Place{}); rules[0].Since > 0 {
			got = rules[0].Since
		}
		if got != c.want || last.Since != c.want {
			t.Errorf("%s: grants hold since edition %d, and every one since %d, want %d", name, got, last.Since, c.want)
		}
	}
}

func TestAnEditionIsNotScheduledIntoThePastOrForAges(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	a, _ := desks(t, &now)
	for _, in := range []time.Duration{-time.Second, 3 * 366 * 24 * time.Hour} {
		if _, _, err := a.Publish(context.Background(), shop("first"), publish.How{EffectiveAt: now.Add(in)}); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("in %v: %v", in, err)
		}
	}
}

func TestAPublicationLeavesTheEditionsOfOtherSitesTheVerySame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	a, b := desks(t, &now)
	ctx := context.Background()
	put := func(id, name string) {
		t.Helper()
		site := shop(name)
		site.ID = id
		if _, _, err := a.Publish(ctx, site, publish.How{}); err != nil {
			t.Fatal(err)
		}
		if err := b.Load(ctx); err != nil {
			t.Fatal(err)
		}
	}
	live := func(d *publish.Desk, id string) *consent.Edition {
		t.Helper()
		e, err := d.Live(id)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	put("shop", "Shop")
	put("other", "Other")
	for name, d := range map[string]*publish.Desk{"the server that publishes": a, "another": b} {
		// What is remembered of an edition is remembered by the pointer to it.
		before := live(d, "other")
		put("shop", "Shop of "+name)
		if live(d, "other") != before {
			t.Errorf("%s: another site has been read into a new edition", name)
		}
		if got := live(d, "shop").Site.Name; got != "Shop of "+name {
			t.Errorf("%s: the site itself is still %q", name, got)
		}
	}
}
