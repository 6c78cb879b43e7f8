package collect

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Access returns the records of the subject who holds the token, oldest first.
// Those of an account hold what its devices decided before they were linked.
// Errors: UnknownSite, BadToken, Erased, Unavailable.
func (d *Desk) Access(ctx context.Context, site, token string) ([]consent.Record, error) {
	_, subject, err := d.open(site, token)
	if err != nil {
		return nil, err
	}
	if subject, _, err = d.latest(ctx, site, subject); consent.CodeOf(err) == consent.Unavailable {
		return nil, err
	}
	all, err := d.o.Records.History(ctx, site, subject)
	if err != nil {
		return nil, err
	}
	devices, err := d.o.Records.Devices(ctx, site, subject)
	if err != nil {
		return nil, err
	}
	for _, peer := range devices {
		more, err := d.o.Records.History(ctx, site, peer)
		if err != nil && consent.CodeOf(err) != consent.Erased {
			return nil, err
		}
		all = append(all, more...)
	}
	slices.SortStableFunc(all, func(a, b consent.Record) int { return cmp.Compare(a.Clock, b.Clock) })
	return all, nil
}

// Erasure is what came of one.
type Erasure struct {
	// Consent is the lx_consent value of an anonymous refusal, for the browser
	// to keep.
	Consent string
	// Stored is how safe the erasure is.
	Stored consent.Level
	// Away says that the store did not answer.
	Away bool
}

// Erase forgets the subject who holds the token, the account that it was linked
// to and the other devices of that. It does not wait for a store that is away:
// then the erasure is safe here, and reaches the others with the store.
// Errors: UnknownSite, BadToken, Unavailable.
func (d *Desk) Erase(ctx context.Context, site, token string) (Erasure, error) {
	live, subject, err := d.open(site, token)
	if err != nil {
		return Erasure{}, err
	}
	held, _ := consent.OpenSubject(d.o.Keys, live.Site.Tenant, site, token)
	e, err := d.forget(ctx, site, subject, held.Clock)
	if err != nil {
		return Erasure{}, err
	}
	e.Consent, err = d.refusal(live)
	return e, err
}

// EraseSubject does for a subject what Erase does for who holds its token.
// Errors: Unavailable.
func (d *Desk) EraseSubject(ctx context.Context, site, subject string) error {
	_, err := d.forget(ctx, site, subject, 0)
	return err
}

// erasing is a store that says how safe an erasure is, and that finds who is
// linked to a subject once it can.
type erasing interface {
	EraseLevel(ctx context.Context, site, subject string, at time.Time, wide bool) (consent.Level, error)
}

// forget erases a subject with its account and the account's devices. newest is
// the clock of the last decision that is known to have been made.
func (d *Desk) forget(ctx context.Context, site, subject string, newest int64) (Erasure, error) {
	patient, cancel := context.WithTimeout(ctx, d.o.Patience)
	defer cancel()
	holder, r, err := d.latest(patient, site, subject)
	if err == nil {
		newest = max(newest, r.Clock)
	}
	var gone []string
	if consent.CodeOf(err) != consent.Unavailable {
		gone, err = d.o.Records.Devices(patient, site, holder)
	}
	// Another server's clock may run ahead of ours; what it has stored must go
	// all the same.
	at := d.o.Clock()
	if next := time.UnixMilli(newest + 1); next.After(at) {
		at = next
	}
	if consent.CodeOf(err) == consent.Unavailable {
		return d.forgetBlindly(ctx, site, subject, at)
	}
	// The account last: as long as it stands, trying again finds the others.
	if holder != subject {
		gone = append(gone, subject)
	}
	gone = slices.DeleteFunc(gone, func(one string) bool { return one == holder })
	e := Erasure{Stored: d.o.Records.Level()}
	for _, one := range append(gone, holder) {
		level, err := d.eraseOne(ctx, site, one, at, false)
		if err != nil {
			return Erasure{}, err
		}
		if level == consent.StoredLocal || e.Stored == consent.StoredReplica {
			e.Stored = level
		}
	}
	return e, nil
}

// forgetBlindly erases a subject while the store does not answer, and leaves it
// to the store's return to find who is linked to it.
func (d *Desk) forgetBlindly(ctx context.Context, site, subject string, at time.Time) (Erasure, error) {
	level, err := d.eraseOne(ctx, site, subject, at, true)
	return Erasure{Stored: level, Away: true}, err
}

func (d *Desk) eraseOne(ctx context.Context, site, subject string, at time.Time, wide bool) (consent.Level, error) {
	if store, ok := d.o.Records.(erasing); ok {
		return store.EraseLevel(ctx, site, subject, at, wide)
	}
	if wide {
		return "", consent.Fail(consent.Unavailable, "the store does not answer", "try again")
	}
	return d.o.Records.Level(), d.o.Records.Erase(ctx, site, subject, at)
}

// refusal is the lx_consent value of somebody who refused everything.
func (d *Desk) refusal(live *consent.Edition) (string, error) {
	now := d.o.Clock()
	est, _ := consent.ParsePlace(live.Site.Establishment)
	regime := d.o.Laws.Resolve(consent.Place{}, est, now)
	refusal, err := consent.Merge(live.Site.Rules(regime.Terms, consent.Place{}), nil, nil, consent.Given{Action: consent.RejectAll})
	if err != nil {
		return "", err
	}
	refusal.Edition, refusal.Regime, refusal.Clock = live.Number, regime.ID, now.Unix()
	return consent.SealCookie(d.o.Keys, live.Site.Tenant, live.Site.ID, refusal), nil
}

// nobody is the failure of what needs a subject's token.
func nobody() error {
	return consent.Fail(consent.Unauthorized, "there is no subject token", "send it as `Authorization: Consent TOKEN` or in the lx_subject cookie")
}

func (d *Desk) open(site, token string) (*consent.Edition, string, error) {
	live, err := d.o.Editions.Live(site)
	if err != nil {
		return nil, "", err
	}
	if token == "" {
		return nil, "", nobody()
	}
	t, err := consent.OpenSubject(d.o.Keys, live.Site.Tenant, site, token)
	if err != nil {
		return nil, "", err
	}
	return live, t.Subject, nil
}
