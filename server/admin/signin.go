package admin

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// Attempt is one try to sign in.
type Attempt struct {
	Email    string
	Password string
	// Code is of the authenticator app, or a recovery code.
	Code string
	// Network is what tries are counted under, Device the token of a browser
	// that the account knows.
	Network string
	Device  string
}

// SignedIn is a session that has begun.
type SignedIn struct {
	Token string
	// Device is the token by which the account knows this browser from now on.
	Device string
	Principal
}

// NewSetup makes a one-time setup token for an owner of the installation.
func (d *Desk) NewSetup(ctx context.Context) (string, error) {
	token, err := d.secret()
	if err != nil {
		return "", err
	}
	return token, d.keep(ctx, key("setup:", token), []byte("{}"), d.o.Clock().Add(SetupLife))
}

// SignInBySetup trades a setup token for a session. Errors: Unauthorized when
// the token is unknown, used or too old.
func (d *Desk) SignInBySetup(ctx context.Context, setup string) (SignedIn, error) {
	_, err := d.o.Store.TakeSecret(ctx, key("setup:", setup), d.o.Clock())
	if consent.CodeOf(err) == consent.NotFound {
		return SignedIn{}, consent.Fail(consent.Unauthorized, "the setup link was used already or is older than 30 minutes", "restart the server: it prints a new one until an owner has set a password; after that, use `lxconsent user link`")
	}
	if err != nil {
		return SignedIn{}, err
	}
	if err := d.EnsureTenant(ctx, FirstTenant, FirstTenant); err != nil {
		return SignedIn{}, err
	}
	ends := d.o.Clock().UTC().Add(SessionLife)
	token, err := d.open(ctx, session{Setup: true, Ends: ends})
	p := owner(BySetup, "owner", FirstTenant)
	p.Expires, p.Confirmed = ends, ends
	return SignedIn{Token: token, Principal: p}, err
}

// SignIn trades a password, and a code where the account has a second factor,
// for a session. The answer and its time are the same whether there is such an
// account or not. Errors: Unauthorized, SecondFactor when only the code is
// missing, TooMany.
func (d *Desk) SignIn(ctx context.Context, t Attempt) (SignedIn, error) {
	email, err := normalEmail(t.Email)
	if err != nil {
		email = ""
	}
	network := networkKey(t.Network)
	// Who must wait takes no try from everybody.
	if err := d.throttle.waits(network); err != nil {
		return SignedIn{}, err
	}
	if err := d.throttle.takeAll(); err != nil {
		return SignedIn{}, err
	}
	if err := d.throttle.take(network); err != nil {
		return SignedIn{}, err
	}
	account, known := d.counted(ctx, email, t.Device)
	if err := d.throttle.take(account); err != nil {
		return SignedIn{}, err
	}
	a, err := d.prove(ctx, email, t.Password, t.Code)
	if err != nil {
		return SignedIn{}, err
	}
	d.throttle.forgive(account)
	d.throttle.giveBack(network)
	tenant, err := d.home(ctx, a)
	if err != nil {
		return SignedIn{}, err
	}
	out := SignedIn{Device: t.Device}
	if out.Token, out.Principal, err = d.start(ctx, email, tenant, d.o.Clock().UTC().Add(SessionLife), d.proved()); err != nil {
		return out, err
	}
	if !known {
		out.Device, err = d.remember(ctx, email)
	}
	return out, err
}

// notProved is the one answer to whoever does not prove who they are: it tells
// nobody which part was wrong.
func notProved() error {
	return consent.Fail(consent.Unauthorized, "the e-mail address, the password or the code is not right", "try again; a code works once")
}

// prove checks a password and a code. Errors as of SignIn.
func (d *Desk) prove(ctx context.Context, email, password, code string) (Account, error) {
	var a held[Account]
	if email != "" {
		var err error
		if a, err = load[Account](ctx, d.o.Store, kindAccount, email); err != nil && consent.CodeOf(err) != consent.NotFound {
			return Account{}, err
		}
	}
	if len(password) > 4*maxPassword {
		password = ""
	}
	ok, stale, err := d.hasher.verify(ctx, a.value.Hash, password)
	if err != nil {
		return Account{}, err
	}
	if !ok {
		return Account{}, notProved()
	}
	if a.value.TOTP != "" {
		if code == "" {
			return Account{}, consent.Fail(SecondFactor, "this account has a second factor", "send the code of your authenticator app, or a recovery code")
		}
		return a.value, d.checkCode(ctx, a, code)
	}
	if stale {
		if a.value.Hash, err = d.hasher.hash(ctx, password); err != nil {
			return Account{}, err
		}
		// Somebody else changed it meanwhile: the next sign-in repeats this.
		if _, _, err := save(ctx, d.o.Store, kindAccount, email, a.version, a.value); err != nil && consent.CodeOf(err) != consent.Conflict {
			return Account{}, err
		}
	}
	return a.value, nil
}

// home is the tenant that a session begins in.
func (d *Desk) home(ctx context.Context, a Account) (string, error) {
	for _, tenant := range a.Tenants {
		_, err := load[Member](ctx, d.o.Store, kindMember(tenant), a.Email)
		if err == nil {
			return tenant, nil
		}
		if consent.CodeOf(err) != consent.NotFound {
			return "", err
		}
	}
	if a.Install {
		return FirstTenant, nil
	}
	return "", consent.Fail(consent.Unauthorized, "you are a member of no organisation here", "ask for an invitation")
}

// Confirm proves once more who holds a session, and returns a new session in
// its place in which dangerous acts are open for a while. Errors as of SignIn.
func (d *Desk) Confirm(ctx context.Context, old string, p Principal, password, code string) (string, error) {
	if p.Email == "" {
		return "", consent.Fail(consent.Forbidden, "this session belongs to no account", "set up your account first")
	}
	key := accountKey(p.Email, confirming)
	if err := d.throttle.take(key); err != nil {
		return "", err
	}
	if _, err := d.prove(ctx, p.Email, password, code); err != nil {
		return "", err
	}
	d.throttle.forgive(key)
	p.Confirmed = d.proved()
	return d.Resume(ctx, old, p)
}

// counted is under what the tries at an account are counted, and whether they come
// from a browser that the account knows, whose tries are counted apart.
func (d *Desk) counted(ctx context.Context, email, device string) (key string, known bool) {
	if !d.knows(ctx, email, device) {
		return accountKey(email, ""), false
	}
	return accountKey(email, digest([]byte(device))), true
}

func (d *Desk) knows(ctx context.Context, email, device string) bool {
	if device == "" || email == "" {
		return false
	}
	raw, err := d.o.Store.Secret(ctx, key("device:", device), d.o.Clock())
	return err == nil && string(raw) == digest([]byte(email))
}

func (d *Desk) remember(ctx context.Context, email string) (string, error) {
	device, err := d.secret()
	if err != nil {
		return "", err
	}
	return device, d.keep(ctx, key("device:", device), []byte(digest([]byte(email))), d.o.Clock().Add(DeviceLife))
}
