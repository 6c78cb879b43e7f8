package hooks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/hooks"
)

// crowd stores endpoints of a site, as if they had been made.
func (b *bench) crowd(t *testing.T, site string, n int) {
	t.Helper()
	for i := range n {
		e := hooks.Endpoint{ID: fmt.Sprintf("wh_%04d", i), Site: site, URL: b.made.URL, Disabled: true}
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.PutDocument(t.Context(), consent.Document{Kind: "hook", ID: site + "/" + e.ID, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheWebhooksOfASiteAndOfItsOrganisationAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.desk = b.desk.OwnedBy(func(site string) string { return site[:4] })
	b.crowd(t, "shop-1", hooks.MaxEndpoints-1)
	b.crowd(t, "shop-2", 500)
	b.crowd(t, "shop-3", 500-hooks.MaxEndpoints-2)
	b.crowd(t, "other-1", 300)
	for _, c := range []struct{ name, site, says string }{
		{"the last of a site", "shop-1", ""},
		{"one more of the site", "shop-1", "the site has 20 webhooks"},
		{"the last of the organisation", "shop-4", ""},
		{"one more of the organisation", "shop-5", "the organisation has 1,000 webhooks"},
		{"one of another organisation", "other-2", ""},
	} {
		_, _, err := b.desk.Create(t.Context(), hooks.Endpoint{Site: c.site, URL: b.made.URL}, nil)
		if c.says == "" && err != nil || c.says != "" && (consent.CodeOf(err) != consent.Conflict || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
