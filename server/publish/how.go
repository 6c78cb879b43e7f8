package publish

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

// How says who publishes, why, and when it takes effect.
type How struct {
	By, Note string
	// EffectiveAt schedules the edition; zero means at once.
	EffectiveAt time.Time
	// Move, where it is set, lets a site go to the organisation that the document
	// names, and takes away what people of the former one put beside it. Only who
	// sees both organisations may set it.
	Move func(ctx context.Context) error
}

// furthest is how far ahead an edition may be scheduled.
const furthest = 2 * 366 * 24 * time.Hour

func (h How) check(now time.Time) error {
	if h.EffectiveAt.IsZero() || h.EffectiveAt.After(now) && h.EffectiveAt.Before(now.Add(furthest)) {
		return nil
	}
	return consent.Fail(consent.Invalid, "`effective_at` is in the past or more than two years ahead", "write the time at which the edition takes effect, or leave it out for now")
}

// same reports whether an edition already is what is to be published.
func (h How) same(newest *consent.Edition, site *consent.Site, now time.Time) bool {
	return newest.Hash == site.Hash() && (h.EffectiveAt.IsZero() && newest.InForce(now) || !h.EffectiveAt.IsZero() && newest.EffectiveAt.Equal(h.EffectiveAt))
}

// effective is when the edition will be in force.
func (h How) effective(now time.Time) time.Time {
	if h.EffectiveAt.After(now) {
		return h.EffectiveAt
	}
	return now
}
