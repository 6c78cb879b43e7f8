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
	for _, peer := range linked(all) {
		more, err := d.o.Records.History(ctx, site, peer)
		if err != nil && consent.CodeOf(err) != consent.Erased {
			return nil, err
		}
		all = append(all, more...)
	}
	slices.SortStableFunc(all, func(a, b consent.Record) int { return cmp.Compare(a.Clock, b.Clock) })
	return all, nil
}

// linked lists the devices that were linked to the account of these records.
func linked(history []consent.Record) []string {
	var peers []string
	for _, r := range history {
		if r.Action == consent.Identify && r.Peer != "" && !slices.Contains(peers, r.Peer) {
			peers = append(peers, r.Peer)
		}
	}
	return peers
}

// Erase forgets the subject who holds the token, the account that it was linked
// to and the other devices of that, and returns the lx_consent value of an
// anonymous refusal for the browser to keep.
// Errors: UnknownSite, BadToken, Unavailable.
func (d *Desk) Erase(ctx context.Context, site, token string) (string, error) {
	live, subject, err := d.open(site, token)
	if err != nil {
		return "", err
	}
	held, _ := consent.OpenSubject(d.o.Keys, live.Site.Tenant, site, token)
	if err := d.forget(ctx, site, subject, held.Account); err != nil {
		return "", err
	}
	return d.refusal(live)
}

// EraseSubject does for a subject what Erase does for who holds its token.
// Errors: Unavailable.
func (d *Desk) EraseSubject(ctx context.Context, site, subject string) error {
	return d.forget(ctx, site, subject, true)
}

// forget erases a subject with its account and the account's devices. account
// says that it may be an account, whose devices only the store knows.
func (d *Desk) forget(ctx context.Context, site, subject string, account bool) error {
	at := d.o.Clock()
	// Another server's clock may run ahead of ours; what it has stored must go
	// all the same.
	holder, r, err := d.latest(ctx, site, subject)
	if err == nil {
		if next := time.UnixMilli(r.Clock + 1); next.After(at) {
			at = next
		}
	}
	gone := []string{subject}
	if holder != subject {
		gone = append(gone, holder)
	}
	history, err := d.o.Records.History(ctx, site, holder)
	switch {
	case err == nil:
		gone = append(gone, linked(history)...)
	case consent.CodeOf(err) != consent.Erased && (account || holder != subject):
		// Of somebody without an account there are no other devices, so that
		// erasure need not wait for the store.
		return err
	}
	// The account last: as long as it stands, trying again finds the others.
	slices.SortStableFunc(gone, func(a, b string) int {
		if a == holder {
			return 1
		}
		if b == holder {
			return -1
		}
		return 0
	})
	for _, one := range gone {
		if err := d.o.Records.Erase(ctx, site, one, at); err != nil {
			return err
		}
	}
	return nil
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

func (d *Desk) open(site, token string) (*consent.Edition, string, error) {
	live, err := d.o.Editions.Live(site)
	if err != nil {
		return nil, "", err
	}
	if token == "" {
		return nil, "", consent.Fail(consent.Unauthorized, "there is no subject token", "send it as `Authorization: Consent <token>` or in the lx_subject cookie")
	}
	t, err := consent.OpenSubject(d.o.Keys, live.Site.Tenant, site, token)
	if err != nil {
		return nil, "", err
	}
	return live, t.Subject, nil
}
