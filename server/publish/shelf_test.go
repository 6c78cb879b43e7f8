package publish_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/publish"
)

func TestASiteThatIsNoLongerServedIsStillAmongThosePublished(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	a, b := desks(t, &now)
	for _, id := range []string{"shop", "gone", "away"} {
		site := shop(id)
		site.ID = id
		if _, _, err := a.Publish(ctx, site, publish.How{}); err != nil {
			t.Fatal(err)
		}
	}
	draft := shop("draft")
	draft.ID = "draft"
	if _, _, err := a.SaveDraft(ctx, draft, "ann", publish.AnyVersion); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"gone", "away"} {
		if err := a.Archive(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Delete(ctx, "gone", func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := b.Load(ctx); err != nil {
		t.Fatal(err)
	}
	for _, d := range []*publish.Desk{a, b} {
		if served, all := d.Sites(), d.Published(); !slices.Equal(served, []string{"shop"}) || !slices.Equal(all, []string{"away", "gone", "shop"}) {
			t.Errorf("served %v, published %v", served, all)
		}
	}
}
