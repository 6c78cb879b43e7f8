package publish_test

import (
	"context"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/publish"
)

func owned(name, tenant string) consent.Site {
	site := shop(name)
	site.Tenant = tenant
	return site
}

func moved(context.Context) error { return nil }

// Who was let in before the site was there reaches Publish after its owner has
// published it, on this server or on another.
func TestASiteLeavesItsOrganisationOnlyByWhoMayMoveIt(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	a, b := desks(t, &now)
	if _, _, err := a.Publish(ctx, owned("theirs", "acme"), publish.How{}); err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*publish.Desk{"the same server": a, "another server": b} {
		if e, _, err := d.Publish(ctx, owned("taken", "zeta"), publish.How{}); consent.CodeOf(err) != consent.UnknownSite {
			t.Errorf("%s lets another organisation take it: %+v, %v", name, e, err)
		}
		if owner, err := d.Owner(ctx, "shop"); err != nil || owner != "acme" {
			t.Errorf("%s: it is of %q, %v", name, owner, err)
		}
	}
	if _, _, err := a.Publish(ctx, owned("moved", "zeta"), publish.How{Move: moved}); err != nil {
		t.Fatalf("who may move it: %v", err)
	}
	if owner, err := a.Owner(ctx, "shop"); err != nil || owner != "zeta" {
		t.Errorf("moved, it is of %q, %v", owner, err)
	}
}

func TestARollbackBehindAMoveLeavesTheSiteInItsOrganisation(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	d, _ := desks(t, &now)
	if _, _, err := d.Publish(ctx, owned("before", "acme"), publish.How{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Publish(ctx, owned("after", "zeta"), publish.How{Move: moved}); err != nil {
		t.Fatal(err)
	}
	e, changed, err := d.Rollback(ctx, "shop", 1, "ann")
	if err != nil || !changed || e.Site.Name != "before" || e.Site.Tenant != "zeta" {
		t.Fatalf("rolled back: %+v, %v, %v", e, changed, err)
	}
	if first, err := d.Edition(ctx, "shop", 1); err != nil || first.Site.Tenant != "acme" {
		t.Errorf("the edition that was rolled back to reads otherwise now: %+v, %v", first, err)
	}
	if draft, _, err := d.Draft(ctx, "shop"); err != nil || draft.Site.Tenant != "zeta" || draft.Site.Name != "before" {
		t.Errorf("the draft is %+v, %v", draft, err)
	}
}

func TestASiteThatWasArchivedBeforeItsFirstEditionIsNotPublishedUnseen(t *testing.T) {
	t.Parallel()
	ctx, now := t.Context(), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	d, _ := desks(t, &now)
	if _, _, err := d.SaveDraft(ctx, shop("draft"), "ann", publish.AnyVersion); err != nil {
		t.Fatal(err)
	}
	if err := d.Archive(ctx, "shop"); err != nil {
		t.Fatal(err)
	}
	if e, _, err := d.Publish(ctx, shop("draft"), publish.How{}); consent.CodeOf(err) != consent.Conflict {
		t.Fatalf("an archived draft is published, and not served: %+v, %v", e, err)
	}
	if err := d.Restore(ctx, "shop"); err != nil {
		t.Fatal(err)
	}
	if _, changed, err := d.Publish(ctx, shop("draft"), publish.How{}); err != nil || !changed {
		t.Errorf("restored, it is published: %v, %v", changed, err)
	}
}
