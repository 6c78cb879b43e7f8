package storetest

import (
	"sync/atomic"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func site(id string) consent.Site {
	radius := 8
	return consent.Site{
		ID: id, Tenant: "acme", Name: "Site " + id, Origins: []string{"https://www.example.com"},
		Establishment: "US-FL", PolicyURL: "https://www.example.com/privacy",
		Controller: consent.Controller{Name: "Acme", Address: "1 Main St", Email: "privacy@example.com"},
		Locales:    []string{"en", "fr"},
		Purposes:   []consent.Purpose{{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent, OwnAudience: true}},
		Stricter:   []consent.Stricter{{Modes: map[consent.Class]consent.Mode{consent.SaleShare: consent.OptIn}}},
		Banner:     consent.Banner{Layout: "bar", Theme: consent.Theme{Radius: &radius}, Reopen: true},
		Features:   consent.Features{ConsentMode: true},
		Texts:      map[string]map[string]string{"en": {"banner.title": "<Hello> & \u2028 welcome"}},
	}
}

func edition(id string, number int) consent.Edition {
	e := consent.Next(nil, site(id), "ann@example.com", "a note", at(number))
	e.Number = number
	return e
}

func (b *bench) publish(t *testing.T, id string, number int) {
	t.Helper()
	if err := b.Publish(t.Context(), edition(id, number)); err != nil {
		t.Fatalf("Publish(%s, %d): %v", id, number, err)
	}
}

func (b *bench) version(t *testing.T) int64 {
	t.Helper()
	v, err := b.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func catalogCases() []testCase {
	return []testCase{
		{"the numbers are those of the newest editions, and the version counts all", func(t *testing.T, b *bench) {
			before := b.version(t)
			numbers := func() map[string]int {
				t.Helper()
				got, err := b.Numbers(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			if got := numbers(); len(got) != 0 {
				t.Fatalf("the numbers of nothing are %v", got)
			}
			b.publish(t, "shop", 1)
			b.publish(t, "other", 1)
			b.publish(t, "shop", 2)
			if err := b.Publish(t.Context(), edition("other", 3)); consent.CodeOf(err) != consent.Conflict {
				t.Fatalf("Publish = %v", err)
			}
			same(t, "the numbers", numbers(), map[string]int{"shop": 2, "other": 1})
			same(t, "the version", b.version(t)-before, int64(3))
		}},
		{"an edition comes back as it was published, with the same hash", func(t *testing.T, b *bench) {
			want := edition("shop", 1)
			b.publish(t, "shop", 1)
			got, err := b.Edition(t.Context(), "shop", 1)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the edition", got, want)
			if got.Site.Hash() != want.Hash {
				t.Fatal("the site document changed in the store")
			}
		}},
		{"an unknown site or number is not found", func(t *testing.T, b *bench) {
			b.publish(t, "shop", 1)
			for _, n := range []int{-1, 0, 2} {
				_, err := b.Edition(t.Context(), "shop", n)
				code(t, "Edition", err, consent.NotFound)
			}
			_, err := b.Edition(t.Context(), "blog", 1)
			code(t, "Edition", err, consent.NotFound)
			_, err = b.Editions(t.Context(), "blog")
			code(t, "Editions", err, consent.NotFound)
		}},
		{"a number that does not follow the newest is a conflict and changes nothing", func(t *testing.T, b *bench) {
			b.publish(t, "shop", 1)
			b.publish(t, "shop", 2)
			before := b.version(t)
			for _, n := range []int{-1, 0, 1, 2, 4} {
				code(t, "Publish", b.Publish(t.Context(), edition("shop", n)), consent.Conflict)
			}
			code(t, "Publish of a new site", b.Publish(t.Context(), edition("blog", 2)), consent.Conflict)
			if b.version(t) != before {
				t.Fatal("a refused publish changed the version")
			}
			if _, err := b.Editions(t.Context(), "blog"); consent.CodeOf(err) != consent.NotFound {
				t.Fatalf("Editions(blog): %v", err)
			}
		}},
		{"editions are listed newest first", func(t *testing.T, b *bench) {
			for n := 1; n <= 12; n++ {
				b.publish(t, "shop", n)
			}
			b.publish(t, "shop-2", 1)
			all, err := b.Editions(t.Context(), "shop")
			if err != nil || len(all) != 12 {
				t.Fatalf("Editions = %d, %v", len(all), err)
			}
			for i, e := range all {
				same(t, "an edition in the list", e, edition("shop", 12-i))
			}
		}},
		{"live holds the newest edition of each site in the order of their ids", func(t *testing.T, b *bench) {
			if all, err := b.Live(t.Context()); err != nil || len(all) != 0 {
				t.Fatalf("Live of an empty store = %d, %v", len(all), err)
			}
			for _, id := range []string{"shop", "a", "shop-2", "b", "10", "9"} {
				b.publish(t, id, 1)
			}
			b.publish(t, "b", 2)
			all, err := b.Live(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := []consent.Edition{edition("10", 1), edition("9", 1), edition("a", 1), edition("b", 2), edition("shop", 1), edition("shop-2", 1)}
			same(t, "the live editions", all, want)
		}},
		{"of many publishers of one number exactly one wins", func(t *testing.T, b *bench) {
			const publishers = 12
			var won atomic.Int32
			errs := make([]error, publishers)
			together(publishers, func(i int) {
				e := edition("shop", 1)
				e.By = name(i)
				errs[i] = b.Publish(t.Context(), e)
				if errs[i] == nil {
					won.Add(1)
				}
			})
			for i, err := range errs {
				if err == nil {
					live, err := b.Edition(t.Context(), "shop", 1)
					if err != nil || live.By != name(i) {
						t.Fatalf("the winner is %s, the edition is by %q, %v", name(i), live.By, err)
					}
					continue
				}
				code(t, "Publish of a loser", err, consent.Conflict)
			}
			if won.Load() != 1 {
				t.Fatalf("%d publishers won", won.Load())
			}
		}},
		{"the version changes with every publish and with nothing else", func(t *testing.T, b *bench) {
			seen := map[int64]bool{b.version(t): true}
			for i, id := range []string{"shop", "blog", "news"} {
				b.publish(t, id, 1)
				v := b.version(t)
				if seen[v] {
					t.Fatalf("publish %d did not change the version", i)
				}
				seen[v] = true
			}
			before := b.version(t)
			b.append(t, record("a", "sub", 0))
			if b.version(t) != before {
				t.Fatal("the version changed without a publish")
			}
		}},
		{"editions and the version survive closing and opening again", func(t *testing.T, b *bench) {
			b.publish(t, "shop", 1)
			b.publish(t, "shop", 2)
			before := b.version(t)
			b.reopen(t)
			if got := b.version(t); got != before {
				t.Fatalf("Version = %d, was %d", got, before)
			}
			all, err := b.Editions(t.Context(), "shop")
			if err != nil || len(all) != 2 {
				t.Fatalf("Editions = %d, %v", len(all), err)
			}
			b.publish(t, "shop", 3)
		}},
	}
}
