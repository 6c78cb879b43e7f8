package outbox

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Find returns one record; see consent.Finder. It gives the store a moment to
// have had what was acknowledged before.
func (b *Outbox) Find(ctx context.Context, site, id string) (consent.Record, error) {
	if err := b.handedOver(ctx); err != nil {
		return consent.Record{}, err
	}
	return b.inner.Find(ctx, site, id)
}

// Since returns a cursor of the feed; see consent.Finder.
func (b *Outbox) Since(ctx context.Context, site string, t time.Time) (string, error) {
	return b.inner.Since(ctx, site, t)
}

// Before returns a page of the feed, newest first; see consent.Finder. It waits
// as Arrivals does.
func (b *Outbox) Before(ctx context.Context, site, before string, limit int) ([]consent.Arrival, error) {
	if err := b.handedOver(ctx); err != nil {
		return nil, err
	}
	return b.inner.Before(ctx, site, before, limit)
}
