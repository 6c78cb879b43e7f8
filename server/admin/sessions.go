package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	// SetupLife is how long a setup link works; it works once.
	SetupLife = 30 * time.Minute
	// SessionLife is how long a session lasts at most, IdleLife without a call.
	SessionLife = 12 * time.Hour
	IdleLife    = time.Hour
	// ConfirmLife is how long dangerous acts need no password after one.
	ConfirmLife = 5 * time.Minute
	// DeviceLife is how long a browser counts as known to an account.
	DeviceLife = 180 * 24 * time.Hour
	// idleStep is how exactly the last call is remembered.
	idleStep = time.Minute
)

// session is what stands behind a session's token. It never changes: whatever
// alters a session makes a new one.
type session struct {
	Email  string `json:"email,omitempty"`
	Tenant string `json:"tenant,omitempty"`
	// Stamp is the account's, Member the version of the membership.
	Stamp     int64     `json:"stamp,omitempty"`
	Member    int64     `json:"member,omitempty"`
	Setup     bool      `json:"setup,omitempty"`
	Ends      time.Time `json:"ends"`
	Confirmed time.Time `json:"confirmed,omitzero"`
}

// open starts a session and returns its token.
func (d *Desk) open(ctx context.Context, s session) (string, error) {
	token, err := d.secret()
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode the session: %w", err)
	}
	if err := d.touch(ctx, token); err != nil {
		return "", err
	}
	return token, d.keep(ctx, key("session:", token), raw, s.Ends)
}

// touch remembers that a session was used now.
func (d *Desk) touch(ctx context.Context, token string) error {
	now := d.o.Clock()
	raw, err := now.UTC().MarshalText()
	if err != nil {
		return fmt.Errorf("encode the time: %w", err)
	}
	return d.keep(ctx, key("seen:", token), raw, now.Add(IdleLife))
}

// read returns a session that has neither ended nor been idle for too long.
// Errors: Unauthorized.
func (d *Desk) read(ctx context.Context, token string) (s session, err error) {
	ended := consent.Fail(consent.Unauthorized, "there is no session, or it has ended", "sign in again")
	raw, err := d.o.Store.Secret(ctx, key("session:", token), d.o.Clock())
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	var seen []byte
	if err == nil {
		// It stands apart from the session itself, so that noting a call never
		// brings back a session that was ended meanwhile.
		seen, err = d.o.Store.Secret(ctx, key("seen:", token), d.o.Clock())
	}
	if consent.CodeOf(err) == consent.NotFound {
		return s, ended
	}
	if err != nil {
		return s, err
	}
	var last time.Time
	if err := last.UnmarshalText(seen); err != nil || d.o.Clock().Sub(last) >= idleStep {
		return s, d.touch(ctx, token)
	}
	return s, nil
}

// Session returns who holds a session, with what they may do at this moment.
// Errors: Unauthorized when it has ended, and when the password, the second
// factor or the role has changed since.
func (d *Desk) Session(ctx context.Context, token string) (Principal, error) {
	s, err := d.read(ctx, token)
	if err != nil {
		return Principal{}, err
	}
	if s.Setup {
		p := owner(BySetup, "owner", FirstTenant)
		p.Expires, p.Confirmed = s.Ends, s.Ends
		return p, nil
	}
	p, stamp, version, err := d.person(ctx, s.Email, s.Tenant)
	if err != nil {
		return p, err
	}
	if stamp != s.Stamp || version != s.Member {
		return Principal{}, consent.Fail(consent.Unauthorized, "your password or your role has changed, so this session has ended", "sign in again")
	}
	p.Expires, p.Confirmed = s.Ends, s.Confirmed
	return p, nil
}

// person returns what an account may do in a tenant, with the marks that a
// session is held against. Errors: Unauthorized when it may not be there.
func (d *Desk) person(ctx context.Context, email, tenant string) (p Principal, stamp, version int64, err error) {
	gone := consent.Fail(consent.Unauthorized, "you are no longer a member here", "sign in again, or ask for an invitation")
	a, err := load[Account](ctx, d.o.Store, kindAccount, email)
	if consent.CodeOf(err) == consent.NotFound {
		return p, 0, 0, gone
	}
	if err != nil {
		return p, 0, 0, err
	}
	install, err := d.owns(ctx, a.value)
	if err != nil {
		return p, 0, 0, err
	}
	m, err := load[Member](ctx, d.o.Store, kindMember(tenant), email)
	switch {
	case consent.CodeOf(err) == consent.NotFound && install:
		p = owner(ByPassword, a.value.Name, tenant)
	case consent.CodeOf(err) == consent.NotFound:
		return p, 0, 0, gone
	case err != nil:
		return p, 0, 0, err
	default:
		p = Principal{Kind: ByPassword, Name: a.value.Name, Role: m.value.Role, Tenant: tenant, Install: install, Grant: grantOf(m.value.Role, m.value.Sites)}
		if install {
			p.Role, p.Grant = Owner, grantOf(Owner, nil)
		}
	}
	p.Email = email
	return p, a.value.Stamp, m.version, nil
}

// proved is until when dangerous acts need no password after one that is given now.
func (d *Desk) proved() time.Time { return d.o.Clock().UTC().Add(ConfirmLife) }

// start opens a session of an account, in which dangerous acts need no password
// until confirmed.
func (d *Desk) start(ctx context.Context, email, tenant string, ends, confirmed time.Time) (string, Principal, error) {
	p, stamp, version, err := d.person(ctx, email, tenant)
	if err != nil {
		return "", p, err
	}
	s := session{Email: email, Tenant: tenant, Stamp: stamp, Member: version, Ends: ends, Confirmed: confirmed}
	p.Expires, p.Confirmed = s.Ends, s.Confirmed
	token, err := d.open(ctx, s)
	return token, p, err
}

// Resume gives somebody a new session in the place of the old one, after they
// changed what sessions are held against. It proves no more than the old one did.
func (d *Desk) Resume(ctx context.Context, old string, p Principal) (string, error) {
	if err := d.SignOut(ctx, old); err != nil {
		return "", err
	}
	ends := p.Expires
	if ends.IsZero() {
		ends = d.o.Clock().UTC().Add(SessionLife)
	}
	confirmed := p.Confirmed
	if proved := d.proved(); confirmed.After(proved) {
		// That of a setup link holds as long as the session.
		confirmed = proved
	}
	token, _, err := d.start(ctx, p.Email, p.Tenant, ends, confirmed)
	return token, err
}

// Enter moves a session to another tenant of the same account, as a new
// session. Errors: NotFound for a tenant that the account may not enter.
func (d *Desk) Enter(ctx context.Context, old string, p Principal, tenant string) (string, error) {
	if p.Email == "" {
		return "", consent.Fail(consent.Forbidden, "only somebody who signed in with a password can change the organisation", "set up your account first")
	}
	if _, err := load[Tenant](ctx, d.o.Store, kindTenant, tenant); err != nil {
		return "", notFound("organisation")
	}
	to, stamp, version, err := d.person(ctx, p.Email, tenant)
	if consent.CodeOf(err) == consent.Unauthorized {
		return "", notFound("organisation")
	}
	if err != nil {
		return "", err
	}
	if err := d.SignOut(ctx, old); err != nil {
		return "", err
	}
	return d.open(ctx, session{Email: p.Email, Tenant: to.Tenant, Stamp: stamp, Member: version, Ends: p.Expires, Confirmed: p.Confirmed})
}

// SignOut ends a session; ending none is no error.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	if err := d.o.Store.DropSecret(ctx, key("session:", token)); err != nil {
		return err
	}
	return d.o.Store.DropSecret(ctx, key("seen:", token))
}

// EndOthers ends every session of an account. The caller's goes on with Resume.
func (d *Desk) EndOthers(ctx context.Context, p Principal) error {
	return d.changeAccount(ctx, p, "account.end-sessions", func(a *Account) error {
		a.Stamp++
		return nil
	})
}
