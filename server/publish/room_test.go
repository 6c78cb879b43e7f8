package publish_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/publish"
)

func TestOneOrganisationDoesNotFillTheServerWithSites(t *testing.T) {
	t.Parallel()
	store := opened(t)
	d := desk(store, time.Now)
	// What says whose the sites are stands there, so that 2,000 need not be drafted.
	var writing sync.WaitGroup
	errs := make(chan error, publish.MaxSites)
	for n := range publish.MaxSites - 1 {
		writing.Go(func() {
			_, err := store.PutDocument(t.Context(), consent.Document{Kind: "site", ID: fmt.Sprintf("acme-%04d", n), Body: []byte(`{"tenant":"acme"}`)})
			errs <- err
		})
	}
	writing.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	save := func(id, tenant string) error {
		site := shop(id)
		site.ID, site.Tenant = id, tenant
		_, _, err := d.SaveDraft(t.Context(), site, "ann", publish.AnyVersion)
		return err
	}
	if err := save("last", "acme"); err != nil {
		t.Fatalf("the last: %v", err)
	}
	if err := save("beyond", "acme"); consent.CodeOf(err) != consent.Conflict {
		t.Errorf("one beyond: %v", err)
	}
	site := shop("beyond")
	site.ID, site.Tenant = "beyond", "acme"
	if _, _, err := d.Publish(t.Context(), site, publish.How{}); consent.CodeOf(err) != consent.Conflict {
		t.Errorf("one beyond, published at once: %v", err)
	}
	if err := save("last", "acme"); err != nil {
		t.Errorf("a site that is there is saved: %v", err)
	}
	if err := save("theirs", "zeta"); err != nil {
		t.Errorf("another organisation: %v", err)
	}
}

func TestOneOrganisationDoesNotFillTheServerWithLargeSites(t *testing.T) {
	t.Parallel()
	store := opened(t)
	d := desk(store, time.Now)
	const each = 256 << 10
	for n := range publish.MaxBytes/each - 1 {
		_, err := store.PutDocument(t.Context(), consent.Document{Kind: "site", ID: fmt.Sprintf("acme-%04d", n), Body: fmt.Appendf(nil, `{"tenant":"acme","bytes":%d}`, each)})
		if err != nil {
			t.Fatal(err)
		}
	}
	save := func(id, tenant string, vendors int) error {
		site := shop(id)
		site.ID, site.Tenant = id, tenant
		for n := range vendors {
			site.Vendors = append(site.Vendors, consent.Vendor{
				ID: fmt.Sprintf("v%d", n), Name: strings.Repeat("x", 120), Purposes: []string{site.Purposes[0].ID}, PolicyURL: "https://example.com/" + strings.Repeat("p", 470),
			})
		}
		_, _, err := d.SaveDraft(t.Context(), site, "ann", publish.AnyVersion)
		return err
	}
	if err := save("small", "acme", 0); err != nil {
		t.Fatalf("a small one, for which there is room: %v", err)
	}
	if err := save("small", "acme", 199); err != nil {
		t.Fatalf("it grows to what is left: %v", err)
	}
	if err := save("next", "acme", 199); consent.CodeOf(err) != consent.Conflict {
		t.Errorf("one beyond: %v", err)
	}
	site := shop("acme-0000")
	site.ID, site.Tenant = "acme-0000", "acme"
	if _, _, err := d.Publish(t.Context(), site, publish.How{}); err != nil {
		t.Errorf("what has its room already is published: %v", err)
	}
	if err := save("theirs", "zeta", 199); err != nil {
		t.Errorf("another organisation: %v", err)
	}
	list, err := d.List(t.Context(), "acme")
	if err != nil || len(list) != 2 || len(list[1].Draft.Site.Vendors) != 0 || list[1].Name == "" {
		t.Errorf("the list holds whole documents: %v, %v", len(list), err)
	}
}

// Whoever publishes at once has the document stored as a draft behind it.
func TestASiteThatIsTooLargeForADraftIsNotPublishedEither(t *testing.T) {
	t.Parallel()
	d := desk(opened(t), time.Now)
	site := shop("large")
	for n := range 190 {
		// Stored, each & takes six letters.
		site.Vendors = append(site.Vendors, consent.Vendor{
			ID: fmt.Sprintf("v%d", n), Name: "V", Purposes: []string{site.Purposes[0].ID}, PolicyURL: "https://example.com/?" + strings.Repeat("&", 470),
		})
	}
	if _, _, err := d.SaveDraft(t.Context(), site, "ann", publish.AnyVersion); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("it is saved: %v", err)
	}
	if e, _, err := d.Publish(t.Context(), site, publish.How{By: "ann"}); consent.CodeOf(err) != consent.Invalid {
		t.Errorf("it is published as %v, %v", e, err)
	}
	if _, err := d.Live("shop"); consent.CodeOf(err) != consent.UnknownSite {
		t.Errorf("it is live: %v", err)
	}
	if owner, err := d.Owner(t.Context(), "shop"); consent.CodeOf(err) != consent.UnknownSite {
		t.Errorf("what was refused has taken the id for %q: %v", owner, err)
	}
}
