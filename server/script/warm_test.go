package script_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/script"
)

// shelf holds live editions.
type shelf map[string]*consent.Edition

func (s shelf) Live(site string) (*consent.Edition, error) {
	if e := s[site]; e != nil {
		return e, nil
	}
	return nil, consent.Fail(consent.UnknownSite, "no such site", "make it")
}

func (shelf) Upcoming(string) *consent.Edition { return nil }

func (s shelf) sites() (all []string) {
	for id := range s {
		all = append(all, id)
	}
	return all
}

func deskOf(t *testing.T, live shelf) *script.Desk {
	t.Helper()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return script.New(script.Options{Editions: live, Laws: laws, Keys: keys, Clock: noon, CacheSize: 64})
}

func noon() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

// next is the edition of a site after another, nil for the first.
func next(before *consent.Edition, id, name string) *consent.Edition {
	e := consent.Next(before, consent.Site{
		ID: id, Tenant: "default", Name: name, Origins: []string{"https://www.example.com"}, Establishment: "US-FL",
		Controller: consent.Controller{Name: name, Address: "1 Street", Email: "a@example.com"}, PolicyURL: "https://www.example.com/privacy",
		Locales: []string{"en", "de"},
		Purposes: []consent.Purpose{
			{ID: "necessary", Classes: []consent.Class{consent.Necessary}, Basis: "legitimate_interest"},
			{ID: "analytics", Classes: []consent.Class{"analytics"}, Basis: "consent"},
		},
		Banner: consent.Banner{Layout: "box"},
	}, "", "", noon())
	return &e
}

func asksOf(t *testing.T) []script.Ask {
	t.Helper()
	var all []script.Ask
	for _, a := range [][2]string{{"FR", "de"}, {"US-CA", "en"}, {"GB", "en"}} {
		place, ok := consent.ParsePlace(a[0])
		if !ok {
			t.Fatal(a)
		}
		all = append(all, script.Ask{Site: "shop", Place: place, Lang: a[1]})
	}
	return all
}

// compiles counts what a function makes the desk compile.
func compiles(t *testing.T, d *script.Desk, do func() error) int64 {
	t.Helper()
	_, before := d.Compiled()
	if err := do(); err != nil {
		t.Fatal(err)
	}
	_, after := d.Compiled()
	return after - before
}

// visit asks for the tag's script, and for the one that stands in a page.
func visit(d *script.Desk, ask script.Ask) func() error {
	return func() error {
		if _, err := d.Script(ask); err != nil {
			return err
		}
		_, err := d.Page(ask, "", consent.Signals{}, "https://consent.example.com")
		return err
	}
}

func TestTheFirstVisitorsAfterAPublicationWaitForNoCompiler(t *testing.T) {
	t.Parallel()
	ways := map[string]func(d *script.Desk, live shelf, e *consent.Edition) error{
		"that this server makes": func(d *script.Desk, live shelf, e *consent.Edition) error {
			err := d.Trial(e)
			live["shop"] = e
			return err
		},
		"that another server makes": func(d *script.Desk, live shelf, e *consent.Edition) error {
			live["shop"] = e
			d.NewWarmer().Round(context.Background(), live.sites())
			return nil
		},
	}
	for name, publish := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := shelf{"shop": next(nil, "shop", "Shop")}
			d := deskOf(t, live)
			for _, ask := range asksOf(t) {
				if n := compiles(t, d, visit(d, ask)); n != 2 {
					t.Fatalf("%v: the first visit compiles %d, want 2", ask, n)
				}
			}
			if err := publish(d, live, next(live["shop"], "shop", "Another shop")); err != nil {
				t.Fatal(err)
			}
			for _, ask := range asksOf(t) {
				if n := compiles(t, d, visit(d, ask)); n != 0 {
					t.Errorf("%v: the first visit after it compiles %d", ask, n)
				}
			}
		})
	}
}

func TestOfEditionsThatAreNotLiveAnyMoreHardlyAnythingIsRemembered(t *testing.T) {
	t.Parallel()
	live := shelf{"shop": next(nil, "shop", "Shop"), "other": next(nil, "other", "Other")}
	d := deskOf(t, live)
	other := script.Ask{Site: "other"}
	if _, err := d.Script(other); err != nil {
		t.Fatal(err)
	}
	warmer, after := d.NewWarmer(), map[int]int{}
	for n := range 12 {
		live["shop"] = next(live["shop"], "shop", fmt.Sprint("Shop ", n))
		for _, ask := range asksOf(t) {
			if _, err := d.Script(ask); err != nil {
				t.Fatal(err)
			}
		}
		warmer.Round(t.Context(), live.sites())
		after[n] = script.Remembers(d)
	}
	if after[11] > after[5] {
		t.Errorf("after 6 editions %d are remembered, after 12 %d", after[5], after[11])
	}
	if n := compiles(t, d, func() error { _, err := d.Script(other); return err }); n != 0 {
		t.Errorf("what another site was asked for is compiled again: %d", n)
	}
}

func TestAServerCompilesAheadWhatIsLikelyAndNoMoreThanItsBound(t *testing.T) {
	t.Parallel()
	live := shelf{}
	for i := range 10 {
		id := fmt.Sprintf("shop-%d", i)
		live[id] = next(nil, id, "Shop")
	}
	d := deskOf(t, live)
	warmer := d.NewWarmer()
	round := func() error { warmer.Round(t.Context(), live.sites()); return nil }
	if n := compiles(t, d, round); n < 20 || n > 32 {
		t.Errorf("the first round compiles %d scripts of ten sites", n)
	}
	if n := compiles(t, d, round); n != 0 {
		t.Errorf("the second round compiles %d", n)
	}
	one := shelf{"shop": next(nil, "shop", "Shop")}
	d = deskOf(t, one)
	d.NewWarmer().Round(t.Context(), one.sites())
	for _, code := range []string{"", "US-FL"} {
		place, _ := consent.ParsePlace(code)
		if n := compiles(t, d, func() error { _, err := d.Script(script.Ask{Site: "shop", Place: place}); return err }); n != 0 {
			t.Errorf("the first visit from %q compiles %d", code, n)
		}
	}
}
