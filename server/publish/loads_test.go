package publish_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/publish"
)

// swapped is a store in whose place another one can be put; how often all
// editions, and single ones, are read is counted.
type swapped struct {
	*boltstore.Store
	all, single atomic.Int64
}

func (s *swapped) Live(ctx context.Context) ([]consent.Edition, error) {
	s.all.Add(1)
	return s.Store.Live(ctx)
}

func (s *swapped) Edition(ctx context.Context, site string, n int) (consent.Edition, error) {
	s.single.Add(1)
	return s.Store.Edition(ctx, site, n)
}

// shops publishes sites, one edition each.
func shops(t *testing.T, d *publish.Desk, name string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		site := shop(name)
		site.ID = fmt.Sprint("shop-", i)
		if _, changed, err := d.Publish(t.Context(), site, publish.How{}); err != nil || !changed {
			t.Fatalf("publish %s: changed %v, %v", site.ID, changed, err)
		}
	}
}

func TestAServerReadsWhatWasPublishedAndNotAllSitesAgain(t *testing.T) {
	t.Parallel()
	store := &swapped{Store: opened(t)}
	follower := &swapped{Store: store.Store}
	a, b := desk(store, time.Now), desk(follower, time.Now)
	follows := func(all, single int64, live map[string]string) {
		t.Helper()
		follower.all.Store(0)
		follower.single.Store(0)
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if follower.all.Load() != all || follower.single.Load() != single {
			t.Errorf("all were read %d times and single ones %d times, want %d and %d", follower.all.Load(), follower.single.Load(), all, single)
		}
		for site, name := range live {
			if e, err := b.Live(site); err != nil || e.Site.Name != name {
				t.Errorf("%s is %+v, %v; want %s", site, e, err, name)
			}
		}
	}
	shops(t, a, "One", 0, 30)
	follows(1, 0, map[string]string{"shop-0": "One", "shop-29": "One"})
	shops(t, a, "Two", 3, 4)
	shops(t, a, "Three", 3, 4)
	shops(t, a, "New", 30, 31)
	follows(0, 2, map[string]string{"shop-3": "Three", "shop-30": "New", "shop-4": "One"})
	follows(0, 0, nil)
	if err := a.Archive(t.Context(), "shop-5"); err != nil {
		t.Fatal(err)
	}
	shops(t, a, "Two", 6, 7)
	follows(0, 1, map[string]string{"shop-6": "Two"})
	if _, err := b.Live("shop-5"); consent.CodeOf(err) != consent.UnknownSite {
		t.Errorf("an archived site = %v", err)
	}
	if got := b.Sites(); len(got) != 30 || got[1] != "shop-1" {
		t.Errorf("the sites are %q", got)
	}
	// Many at once are read together.
	shops(t, a, "Many", 6, 30)
	follows(1, 0, map[string]string{"shop-29": "Many", "shop-1": "One"})

	// A store that was put back to another state counts otherwise.
	other := opened(t)
	shops(t, desk(other, time.Now), "Other", 0, 3)
	follower.Store = other
	follows(1, 0, map[string]string{"shop-0": "Other", "shop-2": "Other"})
	if _, err := b.Live("shop-3"); consent.CodeOf(err) != consent.UnknownSite {
		t.Errorf("a site that the store has lost = %v", err)
	}
}

func TestOldEditionsOfLargeSitesAreLetGoOf(t *testing.T) {
	t.Parallel()
	c := &counted{Store: opened(t)}
	d := desk(c, time.Now)
	const editions, vendors = 120, 200
	for i := range editions {
		site := shop(fmt.Sprint("Shop ", i))
		for v := range vendors {
			site.Vendors = append(site.Vendors, consent.Vendor{
				ID: fmt.Sprint("v", v), Name: fmt.Sprint("V", i), Country: "DE", PolicyURL: "https://v.example/" + strings.Repeat("p", 400), Purposes: []string{"analytics"},
			})
		}
		if _, _, err := d.Publish(t.Context(), site, publish.How{}); err != nil {
			t.Fatal(err)
		}
	}
	c.asked.Store(0)
	// The one before the last is still shown by many pages.
	for _, look := range []struct {
		number int
		want   int64
	}{{editions - 1, 0}, {1, 1}} {
		before := c.asked.Load()
		if _, err := d.Edition(t.Context(), "shop", look.number); err != nil {
			t.Fatal(err)
		}
		if got := c.asked.Load() - before; got != look.want {
			t.Errorf("for edition %d the store was asked %d times, want %d", look.number, got, look.want)
		}
	}
}
