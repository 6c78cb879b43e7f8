package collect

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Access returns the records of the subject who holds the token, oldest first.
// Errors: UnknownSite, BadToken, Erased, Unavailable.
func (d *Desk) Access(ctx context.Context, site, token string) ([]consent.Record, error) {
	_, subject, err := d.open(site, token)
	if err != nil {
		return nil, err
	}
	return d.o.Records.History(ctx, site, subject)
}

// Erase forgets the subject who holds the token and returns the lx_consent
// value of an anonymous refusal for the browser to keep.
// Errors: UnknownSite, BadToken, Unavailable.
func (d *Desk) Erase(ctx context.Context, site, token string) (string, error) {
	live, subject, err := d.open(site, token)
	if err != nil {
		return "", err
	}
	now := d.o.Clock()
	at := now
	// Another server's clock may run ahead of ours; what it has stored must go
	// all the same.
	if r, err := d.o.Records.Latest(ctx, site, subject); err == nil {
		if next := time.UnixMilli(r.Clock + 1); next.After(at) {
			at = next
		}
	}
	if err := d.o.Records.Erase(ctx, site, subject, at); err != nil {
		return "", err
	}
	est, _ := consent.ParsePlace(live.Site.Establishment)
	regime := d.o.Laws.Resolve(consent.Place{}, est, now)
	refusal, err := consent.Merge(live.Site.Rules(regime.Terms, consent.Place{}), nil, nil, consent.Given{Action: consent.RejectAll})
	if err != nil {
		return "", err
	}
	refusal.Edition, refusal.Regime, refusal.Clock = live.Number, regime.ID, now.Unix()
	return consent.SealCookie(d.o.Keys, live.Site.Tenant, site, refusal), nil
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
