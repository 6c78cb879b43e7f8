package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/leadiumx/consent/consent"
)

// Account is a person who signs in. What they may do stands in their
// memberships.
type Account struct {
	Email string `json:"email"`
	Name  string `json:"name"`
	// Hash is the argon2id hash of the password.
	Hash string `json:"hash"`
	// Stamp changes with the password and the second factor; sessions made
	// under another one are dead.
	Stamp int64 `json:"stamp"`
	// TOTP is the sealed secret of the second factor, Recovery the hashes of
	// the codes that are left.
	TOTP     string   `json:"totp,omitempty"`
	Recovery []string `json:"recovery,omitempty"`
	// Install says that the person owns the installation, as long as they own its
	// first organisation; see owns.
	Install bool `json:"install,omitempty"`
	// Tenants are where the person is a member; the membership itself decides.
	Tenants []string `json:"tenants,omitempty"`
}

// Profile is what people see of their own account.
type Profile struct {
	Email        string `json:"email"`
	Name         string `json:"name"`
	SecondFactor bool   `json:"second_factor"`
	// RecoveryLeft is how many recovery codes are unused.
	RecoveryLeft int           `json:"recovery_left"`
	Install      bool          `json:"install,omitempty"`
	Tenants      []TenantLabel `json:"tenants"`
}

// TenantLabel names an organisation that somebody may act in.
type TenantLabel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role Role   `json:"role"`
}

const maxEmail, maxLabel = 254, 100

// normalEmail writes an address in its one form. Errors: Invalid.
func normalEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	local, host, ok := strings.Cut(s, "@")
	odd := strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	if !ok || odd || local == "" || len(s) > maxEmail || strings.Contains(host, "@") || host == "" || strings.ContainsAny(s, "<>()\",;:\\/") {
		return "", consent.Fail(consent.Invalid, "this is not an e-mail address", "write it as name@example.com")
	}
	return s, nil
}

// label checks a name that people read.
func label(what, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxLabel || strings.ContainsFunc(s, unicode.IsControl) {
		return "", consent.Fail(consent.Invalid, "the "+what+" is empty, longer than 100 bytes or not plain text", "write a short name")
	}
	return s, nil
}

func (d *Desk) account(ctx context.Context, email string) (held[Account], error) {
	if email == "" {
		return held[Account]{}, consent.Fail(consent.Forbidden, "this session or key belongs to no account", "set up your account, or sign in with e-mail and password")
	}
	a, err := load[Account](ctx, d.o.Store, kindAccount, email)
	if consent.CodeOf(err) == consent.NotFound {
		return a, notFound("account")
	}
	return a, err
}

// changeAccount changes somebody's own account, and writes it down.
func (d *Desk) changeAccount(ctx context.Context, p Principal, action string, change func(*Account) error) error {
	a, err := d.account(ctx, p.Email)
	if err != nil {
		return err
	}
	if err := change(&a.value); err != nil {
		return err
	}
	if _, _, err := save(ctx, d.o.Store, kindAccount, p.Email, a.version, a.value); err != nil {
		return err
	}
	// The hashes of accounts stay out of the log: they speak of passwords.
	return d.Audit(ctx, p, p.Tenant, Change{Action: action, Object: p.Email})
}

// Profile returns who somebody is. Errors: Forbidden for keys and setup links.
func (d *Desk) Profile(ctx context.Context, p Principal) (Profile, error) {
	a, err := d.account(ctx, p.Email)
	if err != nil {
		return Profile{}, err
	}
	v := a.value
	install, err := d.owns(ctx, v)
	if err != nil {
		return Profile{}, err
	}
	out := Profile{Email: v.Email, Name: v.Name, SecondFactor: v.TOTP != "", RecoveryLeft: len(v.Recovery), Install: install, Tenants: []TenantLabel{}}
	for _, id := range v.Tenants {
		m, err := load[Member](ctx, d.o.Store, kindMember(id), v.Email)
		if consent.CodeOf(err) == consent.NotFound {
			continue
		}
		if err != nil {
			return out, err
		}
		name := id
		if t, err := load[Tenant](ctx, d.o.Store, kindTenant, id); err == nil {
			name = t.value.Name
		}
		out.Tenants = append(out.Tenants, TenantLabel{id, name, m.value.Role})
	}
	return out, nil
}

// Rename changes somebody's own name.
func (d *Desk) Rename(ctx context.Context, p Principal, name string) error {
	name, err := label("name", name)
	if err != nil {
		return err
	}
	return d.changeAccount(ctx, p, "account.rename", func(a *Account) error {
		a.Name = name
		return nil
	})
}

// ChangePassword sets somebody's own password. Every session of the account
// ends. Errors: Unauthorized when the current one is not right.
func (d *Desk) ChangePassword(ctx context.Context, p Principal, current, next string) error {
	return d.changeAccount(ctx, p, "account.password", func(a *Account) error {
		// Apart from those of the sign-in: no stranger who guesses there keeps
		// somebody from changing the password that is guessed at.
		tries := accountKey(a.Email, confirming)
		if err := d.throttle.take(tries); err != nil {
			return err
		}
		ok, _, err := d.hasher.verify(ctx, a.Hash, current)
		if err != nil {
			return err
		}
		if !ok {
			return consent.Fail(consent.Unauthorized, "the current password is not right", "type it again")
		}
		d.throttle.forgive(tries)
		return d.setPassword(ctx, a, next)
	})
}

func (d *Desk) setPassword(ctx context.Context, a *Account, password string) error {
	local, _, _ := strings.Cut(a.Email, "@")
	if err := checkPassword(password, a.TOTP != "", append(strings.Fields(a.Name), local)...); err != nil {
		return err
	}
	hash, err := d.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	a.Hash = hash
	a.Stamp++
	return nil
}

// NewPerson is what somebody says about themselves when they begin.
type NewPerson struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// create makes an account. Errors: Invalid, Conflict when there is one.
func (d *Desk) create(ctx context.Context, n NewPerson, fill func(*Account)) (Account, error) {
	email, err := normalEmail(n.Email)
	if err != nil {
		return Account{}, err
	}
	if n.Name == "" {
		n.Name, _, _ = strings.Cut(email, "@")
	}
	name, err := label("name", n.Name)
	if err != nil {
		return Account{}, err
	}
	a := Account{Email: email, Name: name}
	fill(&a)
	if err := d.setPassword(ctx, &a, n.Password); err != nil {
		return a, err
	}
	_, _, err = save(ctx, d.o.Store, kindAccount, email, 0, a)
	if consent.CodeOf(err) == consent.Conflict {
		return a, consent.Fail(consent.Conflict, "there is an account with this e-mail address", "sign in with its password")
	}
	return a, err
}

// SetUp makes the account of whoever opened a setup link: an owner of the
// installation and of its first tenant. Errors: Forbidden, Invalid, Conflict.
func (d *Desk) SetUp(ctx context.Context, p Principal, n NewPerson) (Principal, error) {
	if !p.Install || p.Email != "" {
		return p, consent.Fail(consent.Forbidden, "an account is set up with a setup link or with the operator's token", "ask somebody for an invitation")
	}
	if err := d.EnsureTenant(ctx, FirstTenant, FirstTenant); err != nil {
		return p, err
	}
	a, err := d.create(ctx, n, func(a *Account) { a.Install, a.Tenants = true, []string{FirstTenant} })
	if err != nil {
		return p, err
	}
	if _, _, err := save(ctx, d.o.Store, kindMember(FirstTenant), a.Email, 0, Member{Email: a.Email, Role: Owner}); err != nil && consent.CodeOf(err) != consent.Conflict {
		return p, err
	}
	p.Email, p.Name, p.Tenant = a.Email, a.Name, FirstTenant
	return p, d.Audit(ctx, p, FirstTenant, Change{Action: "account.set-up", Object: a.Email})
}

// HasOwner reports whether somebody can sign in who owns the installation.
func (d *Desk) HasOwner(ctx context.Context) (found bool, err error) {
	err = every(ctx, d.o.Store, kindAccount, func(_ string, a held[Account]) error {
		if found {
			return nil
		}
		found, err = d.owns(ctx, a.value)
		return err
	})
	return found, err
}

// owns reports whether an account owns the installation. Who is no longer an
// owner of its first organisation does not.
func (d *Desk) owns(ctx context.Context, a Account) (bool, error) {
	if !a.Install {
		return false, nil
	}
	m, err := load[Member](ctx, d.o.Store, kindMember(FirstTenant), a.Email)
	if consent.CodeOf(err) == consent.NotFound {
		return false, nil
	}
	return m.value.Role == Owner, err
}

// inTenant notes in an account where it is a member, or is no longer.
func (d *Desk) inTenant(ctx context.Context, email, tenant string, in bool) error {
	return d.note(ctx, email, func(a *Account) bool {
		has := slices.Contains(a.Tenants, tenant)
		switch {
		case has == in:
			return false
		case in:
			a.Tenants = append(a.Tenants, tenant)
		default:
			a.Tenants = slices.DeleteFunc(a.Tenants, func(t string) bool { return t == tenant })
		}
		return true
	})
}

// disown notes in an account that it does not own the installation any more, so
// that nobody gives that back with a role. Before, it had no effect already.
func (d *Desk) disown(ctx context.Context, email string) error {
	return d.note(ctx, email, func(a *Account) bool {
		had := a.Install
		a.Install = false
		return had
	})
}

// note changes an account whatever others change in it meanwhile, where change
// says that it did.
func (d *Desk) note(ctx context.Context, email string, change func(*Account) bool) error {
	for range 5 {
		a, err := d.account(ctx, email)
		if err != nil || !change(&a.value) {
			return err
		}
		if _, _, err = save(ctx, d.o.Store, kindAccount, email, a.version, a.value); consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return fmt.Errorf("the account of a member changes all the time: %w", consent.Fail(consent.Conflict, "somebody else changes the account", "try again"))
}
