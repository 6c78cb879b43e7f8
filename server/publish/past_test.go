package publish_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/publish"
)

// counted is a store whose look-ups of editions are counted.
type counted struct {
	publish.Store
	asked atomic.Int64
}

func (c *counted) Edition(ctx context.Context, site string, number int) (consent.Edition, error) {
	c.asked.Add(1)
	return c.Store.Edition(ctx, site, number)
}

func TestAnEditionThatPagesStillShowIsNotAskedOfTheStore(t *testing.T) {
	t.Parallel()
	ctx, c := context.Background(), &counted{Store: opened(t)}
	open := func() *publish.Desk { return desk(c, time.Now) }
	d := open()
	for _, name := range []string{"One", "Two", "Three"} {
		if _, _, err := d.Publish(ctx, shop(name), publish.How{By: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	c.asked.Store(0)
	look := func(d *publish.Desk, number int, want string) {
		t.Helper()
		e, err := d.Edition(ctx, "shop", number)
		if err != nil || e.Site.Name != want {
			t.Errorf("edition %d: %v, %v; want %s", number, e, err, want)
		}
	}
	look(d, 1, "One")
	look(d, 2, "Two")
	if n := c.asked.Load(); n != 0 {
		t.Errorf("the store was asked %d times for editions that had been live here", n)
	}
	later := open()
	if err := later.Load(ctx); err != nil {
		t.Fatal(err)
	}
	c.asked.Store(0)
	look(later, 1, "One")
	look(later, 1, "One")
	if n := c.asked.Load(); n != 1 {
		t.Errorf("the store was asked %d times for the same edition", n)
	}
	if _, err := later.Edition(ctx, "shop", 9); consent.CodeOf(err) != consent.NotFound {
		t.Errorf("an edition that does not exist: %v", err)
	}
	if _, err := later.Edition(ctx, "other", 1); consent.CodeOf(err) != consent.UnknownSite {
		t.Errorf("an edition of a site that does not exist: %v", err)
	}
}
