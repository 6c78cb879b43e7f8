package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// ResetLife is how long a link that sets a new password works; it works once.
const ResetLife = time.Hour

// reset is what stands behind a link's token.
type reset struct {
	Email string `json:"email"`
	// Stamp is the account's: a link for an earlier password does nothing.
	Stamp int64 `json:"stamp"`
	// Tenant is where the link was given, By the giver's address, empty for a
	// program. Install says that the giver owned the installation.
	Tenant  string `json:"tenant"`
	By      string `json:"by,omitempty"`
	Install bool   `json:"install,omitempty"`
}

// Reset makes a link with which a member sets a new password. Who belongs to
// other organisations too is left to who owns the installation: a password
// opens all of them. Errors: NotFound, Forbidden.
func (d *Desk) Reset(ctx context.Context, p Principal, email string) (string, error) {
	a, err := d.mayReset(ctx, p, email)
	if err != nil {
		return "", err
	}
	token, err := d.secret()
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(reset{Email: a.value.Email, Stamp: a.value.Stamp, Tenant: p.Tenant, By: p.Email, Install: p.Install})
	if err != nil {
		return "", fmt.Errorf("encode the link: %w", err)
	}
	if err := d.keep(ctx, key("reset:", token), raw, d.o.Clock().Add(ResetLife)); err != nil {
		return "", err
	}
	return token, d.Audit(ctx, p, p.Tenant, Change{Action: "member.reset-link", Object: a.value.Email})
}

// mayReset returns the account of a member whose password the caller may let be
// set anew. Errors as of Reset.
func (d *Desk) mayReset(ctx context.Context, p Principal, email string) (held[Account], error) {
	m, err := d.member(ctx, p.Tenant, email)
	if err != nil {
		return held[Account]{}, err
	}
	if err := d.mayTouch(ctx, p, m.value); err != nil {
		return held[Account]{}, err
	}
	a, err := d.account(ctx, m.value.Email)
	if err == nil && !p.Install && (a.value.Install || len(a.value.Tenants) != 1) {
		err = beyond()
	}
	return a, err
}

// giver is who gave a link, with what they may do now. Of a program it is known
// that it might then.
func (d *Desk) giver(ctx context.Context, r reset) (Principal, error) {
	switch {
	case r.By != "":
		p, _, _, err := d.person(ctx, r.By, r.Tenant)
		return p, err
	case r.Install:
		return owner(ByOperator, "operator", r.Tenant), nil
	}
	return Principal{Kind: ByKey, Tenant: r.Tenant, Grant: grantOf(Owner, nil)}, nil
}

// UseReset sets a new password. It also takes the second factor away: whoever
// lost the password has often lost the device. Every session of the account
// ends. A link does nothing any more that its giver could not give now: somebody
// may have joined another organisation since, or the giver may have left.
// Errors: NotFound, Invalid.
func (d *Desk) UseReset(ctx context.Context, token, password string) error {
	gone := consent.Fail(consent.NotFound, "the link was used, has been overtaken, or is older than an hour", "ask for a new one")
	raw, err := d.o.Store.Secret(ctx, key("reset:", token), d.o.Clock())
	if err != nil {
		return orElse(err, gone)
	}
	var r reset
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("read the link: %w", err)
	}
	by, err := d.giver(ctx, r)
	var a held[Account]
	if err == nil {
		a, err = d.mayReset(ctx, by, r.Email)
	}
	switch consent.CodeOf(err) {
	case consent.Unauthorized, consent.Forbidden:
		return gone
	}
	if err != nil {
		return orElse(err, gone)
	}
	if a.value.Stamp != r.Stamp {
		return gone
	}
	a.value.TOTP, a.value.Recovery = "", nil
	if err := d.setPassword(ctx, &a.value, password); err != nil {
		return err
	}
	if _, err := d.o.Store.TakeSecret(ctx, key("reset:", token), d.o.Clock()); err != nil {
		return orElse(err, gone)
	}
	if _, _, err := save(ctx, d.o.Store, kindAccount, r.Email, a.version, a.value); err != nil {
		return err
	}
	p := Principal{Kind: ByPassword, Email: r.Email}
	for _, tenant := range a.value.Tenants {
		if err := d.Audit(ctx, p, tenant, Change{Action: "account.reset", Object: r.Email}); err != nil {
			return err
		}
	}
	return nil
}
