package publish_test

import (
	"fmt"
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
