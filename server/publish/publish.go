// Package publish turns drafts into editions and keeps the live ones at hand.
package publish

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Store is what a Desk keeps editions and drafts in.
type Store interface {
	consent.Catalog
	consent.Cabinet
}

// Options are what a Desk needs; all but Log are required.
type Options struct {
	Store Store
	Clock func() time.Time
	// Locales are the languages with built-in words.
	Locales []string
	// Words are the built-in words of a language.
	Words func(locale string) (map[string]string, bool)
	// Assigned reports whether a place's code exists.
	Assigned func(consent.Place) bool
	// Lint returns what a valid document breaks of the banner rules by the law of
	// a time.
	Lint func(*consent.Site, time.Time) []consent.Finding
	// Trial compiles an edition before it goes live; an error refuses it.
	Trial func(*consent.Edition) error
	Log   *slog.Logger
}

// Desk publishes editions. Reads of live editions touch memory only: a
// snapshot is replaced as a whole, so a reader never sees half a change.
type Desk struct {
	o    Options
	live atomic.Pointer[snapshot]
	past past
}

// New makes a desk with nothing live; call Load before serving.
func New(o Options) *Desk {
	d := &Desk{o: o}
	d.live.Store(&snapshot{sites: map[string]*consent.Edition{}})
	return d
}

// Watch reloads when another server has published, until the context ends.
func (d *Desk) Watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for told := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := d.refresh(ctx)
		if err != nil && ctx.Err() == nil && !told {
			d.o.Log.Warn("live editions cannot be refreshed; the last known ones stay live", "error", err)
		}
		if err == nil && told {
			d.o.Log.Info("live editions are refreshed again")
		}
		told = err != nil
	}
}

func (d *Desk) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	v, err := d.o.Store.Version(ctx)
	if err != nil {
		return err
	}
	shelf, err := d.readShelf(ctx)
	if live := d.live.Load(); err != nil || v == live.version && shelf.version == live.shelf.version {
		return err
	}
	return d.Load(ctx)
}

// Publish makes a site document the next edition, live at once or from the
// time that how names; until then the pages announce the change. A document
// equal to the live one makes no edition: changed is false and the live one is
// returned. Errors: Invalid with findings, also of the banner rules, Conflict
// when somebody else published in between, UnknownSite when the id is another
// tenant's and how does not move it.
func (d *Desk) Publish(ctx context.Context, site consent.Site, how How) (e *consent.Edition, changed bool, err error) {
	site = d.normal(site)
	if err := d.Check(site); err != nil {
		return nil, false, err
	}
	now := d.o.Clock()
	if err := how.check(now); err != nil {
		return nil, false, err
	}
	if err := d.lawful(&site, how.effective(now)); err != nil {
		return nil, false, err
	}
	if err := d.Load(ctx); err != nil {
		return nil, false, err
	}
	live, err := d.Newest(site.ID)
	if err != nil {
		live = nil
	}
	// Whose the site was when the caller was let in may be otherwise by now.
	moves := live != nil && live.Site.Tenant != site.Tenant
	_, off := d.live.Load().shelf.Sites[site.ID]
	switch {
	case moves && how.Move == nil:
		return nil, false, NoSite(site.ID)
	case off:
		return nil, false, consent.Fail(consent.Conflict, "the site is archived", "restore it first")
	case live != nil && how.same(live, &site, now):
		return live, false, nil
	}
	// What is live is edited as a draft, and one that cannot be kept must not be live.
	if _, _, err := d.drafted(site, how.By); err != nil {
		return nil, false, err
	}
	if err := d.claim(ctx, &site, moves); err != nil {
		return nil, false, err
	}
	if moves {
		if err := how.Move(ctx); err != nil {
			return nil, false, err
		}
	}
	latest := 0
	if live != nil {
		latest = live.Number
	}
	before := d.live.Load().at(site.ID, how.effective(now))
	next := consent.NextAt(before, latest, site, how.By, how.Note, now, how.EffectiveAt)
	if err := d.lookBack(ctx, &next); err != nil {
		return nil, false, err
	}
	if err := d.o.Trial(&next); err != nil {
		return nil, false, fmt.Errorf("compile a sample of edition %d of %s: %w", next.Number, site.ID, err)
	}
	if err := d.o.Store.Publish(ctx, next); err != nil {
		return nil, false, err
	}
	return &next, true, d.Load(ctx)
}

// AsksAgain lists the purposes about which visitors who have chosen would be asked
// again, were a site document live from a time on, and why; nothing for a site that
// is not served by then. A time that is past means now.
func (d *Desk) AsksAgain(site *consent.Site, from time.Time) []consent.Anew {
	live := d.live.Load().at(site.ID, How{EffectiveAt: from}.effective(d.o.Clock()))
	if live == nil {
		return nil
	}
	return consent.AsksAnew(&live.Site, site)
}

// lookBack finds the earlier editions whose grants hold for the next one although an
// edition in between asked for more: after a rollback, whoever granted what is asked
// again has said so already.
func (d *Desk) lookBack(ctx context.Context, next *consent.Edition) error {
	for n := next.Number - 1; n > 0; n-- {
		if !next.StartsAt(n + 1) {
			continue
		}
		earlier, err := d.Edition(ctx, next.Site.ID, n)
		if consent.CodeOf(err) == consent.NotFound {
			// Nobody can tell what was asked then.
			return nil
		}
		if err != nil {
			return fmt.Errorf("read edition %d of %s: %w", n, next.Site.ID, err)
		}
		next.Covers(earlier)
	}
	return nil
}

// Rollback publishes the content of an earlier edition as a new one.
// Errors: UnknownSite, NotFound, and those of Publish.
func (d *Desk) Rollback(ctx context.Context, site string, number int, by string) (*consent.Edition, bool, error) {
	old, err := d.Edition(ctx, site, number)
	if err != nil {
		return nil, false, err
	}
	tenant, err := d.Owner(ctx, site)
	if err != nil {
		return nil, false, err
	}
	// It may have been another organisation's then; it stays where it is.
	doc := old.Site
	doc.Tenant = tenant
	e, changed, err := d.Publish(ctx, doc, How{By: by, Note: fmt.Sprintf("Rolled back to edition %d", number)})
	if err != nil {
		return nil, false, err
	}
	// The draft follows, so that the editor shows what is live.
	_, _, err = d.SaveDraft(ctx, doc, by, AnyVersion)
	return e, changed, err
}

// Editions lists the editions of a site, newest first. Errors: NotFound.
func (d *Desk) Editions(ctx context.Context, site string) ([]consent.Edition, error) {
	return d.o.Store.Editions(ctx, site)
}

func (d *Desk) normal(site consent.Site) consent.Site {
	if site.Tenant == "" {
		site.Tenant = "default"
	}
	return site
}

func clip(s string) string { return s[:min(len(s), 64)] }
