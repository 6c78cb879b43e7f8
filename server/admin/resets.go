package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/leadiumx/consent/consent"
)

// ResetLife is how long a link that sets a new password works; it works once.
const ResetLife = time.Hour

// Reset makes a link with which a member sets a new password. Who belongs to
// other organisations too is left to who owns the installation: a password
// opens all of them. Errors: NotFound, Forbidden.
func (d *Desk) Reset(ctx context.Context, p Principal, email string) (string, error) {
	m, err := d.member(ctx, p.Tenant, email)
	if err != nil {
		return "", err
	}
	if err := mayTouch(p, m.value); err != nil {
		return "", err
	}
	a, err := d.account(ctx, m.value.Email)
	if err != nil {
		return "", err
	}
	if !p.Install && (a.value.Install || len(a.value.Tenants) != 1) {
		return "", consent.Fail(consent.Forbidden, "this person has powers beyond your organisation", "ask who owns the installation")
	}
	token, err := d.secret()
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal([2]string{m.value.Email, strconv.FormatInt(a.value.Stamp, 10)})
	if err != nil {
		return "", fmt.Errorf("encode the link: %w", err)
	}
	if err := d.keep(ctx, key("reset:", token), raw, d.o.Clock().Add(ResetLife)); err != nil {
		return "", err
	}
	return token, d.Audit(ctx, p, p.Tenant, Change{Action: "member.reset-link", Object: m.value.Email})
}

// UseReset sets a new password. It also takes the second factor away: whoever
// lost the password has often lost the device. Every session of the account
// ends. Errors: NotFound, Invalid.
func (d *Desk) UseReset(ctx context.Context, token, password string) error {
	gone := consent.Fail(consent.NotFound, "the link was used, has been overtaken, or is older than an hour", "ask for a new one")
	raw, err := d.o.Store.Secret(ctx, key("reset:", token), d.o.Clock())
	if err != nil {
		return orElse(err, gone)
	}
	var at [2]string
	if err := json.Unmarshal(raw, &at); err != nil {
		return fmt.Errorf("read the link: %w", err)
	}
	a, err := d.account(ctx, at[0])
	if err != nil {
		return orElse(err, gone)
	}
	if strconv.FormatInt(a.value.Stamp, 10) != at[1] {
		return gone
	}
	a.value.TOTP, a.value.Recovery = "", nil
	if err := d.setPassword(ctx, &a.value, password); err != nil {
		return err
	}
	if _, err := d.o.Store.TakeSecret(ctx, key("reset:", token), d.o.Clock()); err != nil {
		return orElse(err, gone)
	}
	if _, _, err := save(ctx, d.o.Store, kindAccount, at[0], a.version, a.value); err != nil {
		return err
	}
	p := Principal{Kind: ByPassword, Email: at[0]}
	for _, tenant := range a.value.Tenants {
		if err := d.Audit(ctx, p, tenant, Change{Action: "account.reset", Object: at[0]}); err != nil {
			return err
		}
	}
	return nil
}
