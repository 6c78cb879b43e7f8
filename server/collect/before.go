package collect

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

// before is what a write finds.
type before struct {
	// subject is whose decision it is, empty when nobody is named.
	subject string
	// choice is what the write is laid over, latest the record of it.
	choice *consent.Choice
	latest *consent.Record
	// erased is the clock of the subject's erasure, when nothing came after it.
	erased int64
	// away says that the store did not answer.
	away bool
}

// earlier finds the choice that the write is laid over. The subject alone
// decides whose it is; without a subject the signed cookie may say what an
// anonymous visitor refused before.
func (d *Desk) earlier(ctx context.Context, live *consent.Edition, w Write) (before, error) {
	if w.Subject == "" {
		c := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Consent)
		if c != nil {
			// Without a subject this is a first write: refusals are kept,
			// grants of somebody who cannot be named are not.
			c.Unproved = true
		}
		return before{choice: c}, nil
	}
	token, err := consent.OpenSubject(d.o.Keys, live.Site.Tenant, w.Site, w.Subject)
	if err != nil {
		return before{}, err
	}
	patient, cancel := context.WithTimeout(ctx, d.o.Patience)
	defer cancel()
	holder, r, err := d.latest(patient, w.Site, token.Subject)
	switch {
	case err == nil:
		choice := d.alive(r.Choice())
		if c := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Before); c != nil && c.Unproved {
			// What was refused in between, and has not arrived, is not taken back by what
			// this write does not speak about.
			choice.Refuse(c)
		}
		return before{subject: holder, choice: choice, latest: &r}, nil
	case consent.CodeOf(err) == consent.NotFound, consent.CodeOf(err) == consent.Erased:
		return before{subject: holder, erased: consent.ErasedAt(err)}, nil
	case ctx.Err() != nil:
		return before{}, err
	}
	// The store is away. The decision must not wait for it: what the browser
	// holds, if we signed it, is the next best witness of the earlier choice.
	if c := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Consent); c != nil && !c.Forged {
		return before{subject: token.Subject, choice: d.alive(c), away: true}, nil
	}
	return before{subject: token.Subject, away: true}, nil
}

// latest returns the current record of a subject or, once it was linked to an
// account, of that, and whose it is. Errors: as Records.Latest.
func (d *Desk) latest(ctx context.Context, site, subject string) (holder string, r consent.Record, err error) {
	r, err = d.o.Records.Latest(ctx, site, subject)
	if err != nil || r.Action != consent.Joined {
		return subject, r, err
	}
	holder = r.Peer
	r, err = d.o.Records.Latest(ctx, site, holder)
	return holder, r, err
}

// alive drops the grants of a choice that has ended: a write about one purpose
// must not renew the others. Refusals stay.
func (d *Desk) alive(c *consent.Choice) *consent.Choice {
	months := 0
	if regime, ok := d.o.Laws.ByID(c.Regime, time.Unix(c.Clock, 0).UTC()); ok {
		months = regime.Terms.ConsentMonths
	}
	if d.o.Clock().Unix() >= consent.AddMonths(c.Clock, months) {
		c.Unproved = true
	}
	return c
}
