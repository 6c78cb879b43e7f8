package rights

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/leadiumx/consent/consent"
)

// DefaultRetention is how many months a site's records are kept when it does not
// say so: the longest proof that a law asks for by its number.
const DefaultRetention = 24

// Swept is what a sweep deleted.
type Swept struct {
	Records  int `json:"records"`
	Requests int `json:"requests"`
	// Unread says that records stay since they cannot be read.
	Unread bool `json:"unread,omitempty"`
}

// sweepStep is how many records one call of the store deletes.
const sweepStep = 5000

// Sweep deletes the records of a site whose time has come, and requests that
// were handled and came as long ago. Each is kept for the site's months, and never
// shorter than a consent of its law may hold or that law wants it proved. Records
// go in the order in which they came; one whose time has not come keeps those
// behind it. One that cannot be read stays for itself. Errors: Unavailable.
func (d *Desk) Sweep(ctx context.Context, site *consent.Site) (s Swept, err error) {
	now := d.o.Clock()
	months := cmp.Or(site.RetentionMonths, DefaultRetention)
	here, _ := consent.ParsePlace(site.Establishment)
	months = max(months, d.o.Laws.Resolve(here, here, now).Duties.ProofMonths)
	// Months are added and never taken away: a day that a month does not have makes
	// the time longer.
	over := func(law string, came time.Time) bool {
		keep := months
		if regime, ok := d.o.Laws.ByID(law, came); ok {
			keep = max(keep, regime.Terms.ConsentMonths, regime.Duties.ProofMonths)
		}
		return !now.Before(came.UTC().AddDate(0, keep, 0))
	}
	for n := sweepStep; err == nil && n == sweepStep; s.Records += n {
		n, err = d.o.Feed.Sweep(ctx, site.ID, func(r consent.Record) bool { return over(r.Regime, r.Time) }, sweepStep)
		if errors.Is(err, consent.ErrDamaged) {
			s.Unread, err = true, nil
		}
	}
	// What keeps records keeps no requests.
	var bad error
	s.Requests, bad = d.Tidy(ctx, site.ID, func(r Request) bool { return over(r.Regime, r.OpenedAt) })
	return s, cmp.Or(err, bad)
}
