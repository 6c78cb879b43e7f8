package admin_test

import (
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

func TestALinkForAReviewOpensUntilItsEndOrUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by := admin.Principal{Email: "ann@example.com"}
	look := admin.Preview{Site: consent.Site{ID: "shop", Name: "as it was"}}
	// A site whose id begins alike has links of its own.
	other := admin.Preview{Site: consent.Site{ID: "shop-two"}}
	var tokens []string
	var ids []string
	for _, l := range []admin.Preview{look, look, other} {
		share, token, err := h.NewShare(t.Context(), by, "default", l, "for counsel", 7)
		if err != nil {
			t.Fatal(err)
		}
		tokens, ids = append(tokens, token), append(ids, share.ID)
	}
	listed := func(want int) {
		t.Helper()
		if open, err := h.Shares(t.Context(), "shop"); err != nil || len(open) != want {
			t.Fatalf("%d links are open, %v, want %d", len(open), err, want)
		}
	}
	opens := func(token string, want bool) {
		t.Helper()
		p, review, err := h.Preview(t.Context(), token)
		if (err == nil) != want || want && (!review || p.Site.ID == "") || !want && consent.CodeOf(err) != consent.NotFound {
			t.Fatalf("Preview = %+v, %v, %v", p, review, err)
		}
	}
	listed(2)
	if err := h.DropShare(t.Context(), by, "default", "shop", ids[2]); consent.CodeOf(err) != consent.NotFound {
		t.Fatalf("a link of another site is dropped: %v", err)
	}
	if err := h.DropShare(t.Context(), by, "default", "shop", ids[0]); err != nil {
		t.Fatal(err)
	}
	listed(1)
	opens(tokens[0], false)
	opens(tokens[1], true)
	h.wait(7*24*time.Hour - time.Second)
	opens(tokens[1], true)
	listed(1)
	h.wait(time.Second)
	opens(tokens[1], false)
	listed(0)
}
