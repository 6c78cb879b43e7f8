package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// InviteLife is how long an invitation works; it works once.
const InviteLife = 72 * time.Hour

// Invite asks somebody to become a member. It is bound to an address, an
// organisation and roles.
type Invite struct {
	ID      string          `json:"id"`
	Email   string          `json:"email"`
	Role    Role            `json:"role"`
	Sites   map[string]Role `json:"sites,omitempty"`
	By      string          `json:"by"`
	Expires time.Time       `json:"expires"`
	// Hash is of the token, Tenant where it leads; both stay in the store.
	Hash   string `json:"hash,omitempty"`
	Tenant string `json:"tenant,omitempty"`
}

// Invitation is what the holder of an invitation sees of it.
type Invitation struct {
	Email        string    `json:"email"`
	Organisation string    `json:"organisation"`
	Role         Role      `json:"role"`
	Expires      time.Time `json:"expires"`
	// Known says that there is an account with this address, whose password is
	// asked for.
	Known bool `json:"known"`
}

// Invite makes an invitation and returns it with the token of its link, which
// nobody can read again. Errors: Invalid, Forbidden, Conflict for who is a
// member already, and when there are too many.
func (d *Desk) Invite(ctx context.Context, p Principal, in Invite) (Invite, string, error) {
	email, err := normalEmail(in.Email)
	if err != nil {
		return in, "", err
	}
	if err := checkRoles(p, in.Role, in.Sites); err != nil {
		return in, "", err
	}
	if _, err := d.member(ctx, p.Tenant, email); err == nil {
		return in, "", consent.Fail(consent.Conflict, "there is a member with this address", "change the member's role")
	} else if consent.CodeOf(err) != consent.NotFound {
		return in, "", err
	}
	if err := d.room(ctx, p); err != nil {
		return in, "", err
	}
	if err := d.arrive(ctx, p); err != nil {
		return in, "", err
	}
	token, err := d.secret()
	if err != nil {
		return in, "", err
	}
	id, err := d.name()
	if err != nil {
		return in, "", err
	}
	out := Invite{ID: id, Email: email, Role: in.Role, Sites: in.Sites, By: cmp.Or(p.Email, p.Name), Expires: d.o.Clock().UTC().Add(InviteLife), Hash: digest([]byte(token)), Tenant: p.Tenant}
	_, hash, err := save(ctx, d.o.Store, kindInvite(p.Tenant), id, 0, out)
	if err != nil {
		return in, "", err
	}
	pointer, err := json.Marshal([2]string{p.Tenant, id})
	if err != nil {
		return in, "", fmt.Errorf("encode the invitation: %w", err)
	}
	if err := d.keep(ctx, key("invite:", token), pointer, out.Expires); err != nil {
		return in, "", err
	}
	out.Hash, out.Tenant = "", ""
	return out, token, d.Audit(ctx, p, p.Tenant, Change{Action: "member.invite", Object: email, After: hash, Note: string(in.Role)})
}

// room refuses one more member. An open invitation takes the place of a member, so
// that everybody who was invited may come. Errors: Conflict.
func (d *Desk) room(ctx context.Context, p Principal) error {
	open, err := d.Invites(ctx, p)
	if err != nil {
		return err
	}
	taken := len(open)
	err = every(ctx, d.o.Store, kindMember(p.Tenant), func(string, held[Member]) error { taken++; return nil })
	if err == nil && taken >= maxMembers {
		err = consent.Fail(consent.Conflict, "there are 1,000 members and open invitations", "remove members, or withdraw invitations")
	}
	return err
}

// Invites lists the open invitations of the caller's organisation. Those that
// are too old are forgotten: they name people who never came.
func (d *Desk) Invites(ctx context.Context, p Principal) ([]Invite, error) {
	list := []Invite{}
	err := every(ctx, d.o.Store, kindInvite(p.Tenant), func(id string, i held[Invite]) error {
		if !d.o.Clock().Before(i.value.Expires) {
			return d.o.Store.DropDocument(ctx, kindInvite(p.Tenant), id)
		}
		i.value.Hash, i.value.Tenant = "", ""
		list = append(list, i.value)
		return nil
	})
	return list, err
}

// DropInvite withdraws an invitation. Errors: NotFound.
func (d *Desk) DropInvite(ctx context.Context, p Principal, id string) error {
	i, err := load[Invite](ctx, d.o.Store, kindInvite(p.Tenant), id)
	if err != nil {
		return hidden(err, "invitation")
	}
	if err := d.o.Store.DropDocument(ctx, kindInvite(p.Tenant), id); err != nil {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "member.uninvite", Object: i.value.Email, Before: i.hash})
}

// hidden gives NotFound and Invalid the one answer for what is not there.
func hidden(err error, what string) error {
	if code := consent.CodeOf(err); code == consent.NotFound || code == consent.Invalid {
		return notFound(what)
	}
	return err
}

// invited returns an invitation that still stands: not used, not withdrawn, not
// too old, and made by somebody who may still give these roles.
func (d *Desk) invited(ctx context.Context, token string) (Invite, error) {
	gone := consent.Fail(consent.NotFound, "the invitation was used or withdrawn, or is older than 72 hours", "ask for a new one")
	raw, err := d.o.Store.Secret(ctx, key("invite:", token), d.o.Clock())
	if err != nil {
		return Invite{}, orElse(err, gone)
	}
	var at [2]string
	if err := json.Unmarshal(raw, &at); err != nil {
		return Invite{}, fmt.Errorf("read the invitation: %w", err)
	}
	i, err := load[Invite](ctx, d.o.Store, kindInvite(at[0]), at[1])
	if err != nil {
		return Invite{}, orElse(err, gone)
	}
	if i.value.Hash != digest([]byte(token)) || !d.o.Clock().Before(i.value.Expires) {
		return Invite{}, gone
	}
	if _, err := normalEmail(i.value.By); err == nil {
		by, _, _, err := d.person(ctx, i.value.By, i.value.Tenant)
		if consent.CodeOf(err) == consent.Unauthorized || err == nil && !by.MayGrant(grantOf(i.value.Role, i.value.Sites)) {
			return Invite{}, gone
		}
		if err != nil {
			return Invite{}, err
		}
	}
	return i.value, nil
}

func orElse(err, gone error) error {
	if consent.CodeOf(err) == consent.NotFound {
		return gone
	}
	return err
}

// Invitation shows an invitation to whoever holds its link. Errors: NotFound.
func (d *Desk) Invitation(ctx context.Context, token string) (Invitation, error) {
	i, err := d.invited(ctx, token)
	if err != nil {
		return Invitation{}, err
	}
	t, err := load[Tenant](ctx, d.o.Store, kindTenant, i.Tenant)
	if err != nil {
		return Invitation{}, err
	}
	_, err = load[Account](ctx, d.o.Store, kindAccount, i.Email)
	return Invitation{Email: i.Email, Organisation: t.value.Name, Role: i.Role, Expires: i.Expires, Known: err == nil}, nil
}

// Accept makes the holder of an invitation a member and signs them in. Who has
// an account proves it with its password. Errors: NotFound, Forbidden for
// another address, and those of SignIn and of setting a password.
func (d *Desk) Accept(ctx context.Context, token string, t Attempt, name string) (SignedIn, error) {
	i, err := d.invited(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if email, err := normalEmail(t.Email); err != nil || email != i.Email {
		return SignedIn{}, consent.Fail(consent.Forbidden, "the invitation is for another e-mail address", "use the address that was invited")
	}
	if err := d.throttle.take(networkKey(t.Network)); err != nil {
		return SignedIn{}, err
	}
	a, err := load[Account](ctx, d.o.Store, kindAccount, i.Email)
	switch {
	case consent.CodeOf(err) == consent.NotFound:
		if a.value, err = d.create(ctx, NewPerson{Email: i.Email, Name: name, Password: t.Password}, func(*Account) {}); err != nil {
			return SignedIn{}, err
		}
	case err != nil:
		return SignedIn{}, err
	default:
		tries, _ := d.counted(ctx, i.Email, t.Device)
		if err := d.throttle.take(tries); err != nil {
			return SignedIn{}, err
		}
		if _, err := d.prove(ctx, i.Email, t.Password, t.Code); err != nil {
			return SignedIn{}, err
		}
		d.throttle.forgive(tries)
	}
	// Of two who hold the link, one gets it.
	if _, err := d.o.Store.TakeSecret(ctx, key("invite:", token), d.o.Clock()); err != nil {
		return SignedIn{}, orElse(err, consent.Fail(consent.NotFound, "the invitation was used at this very moment", "sign in"))
	}
	_, hash, err := save(ctx, d.o.Store, kindMember(i.Tenant), i.Email, 0, Member{Email: i.Email, Role: i.Role, Sites: i.Sites})
	if err != nil && consent.CodeOf(err) != consent.Conflict {
		return SignedIn{}, err
	}
	if err := d.inTenant(ctx, i.Email, i.Tenant, true); err != nil {
		return SignedIn{}, err
	}
	if err := d.o.Store.DropDocument(ctx, kindInvite(i.Tenant), i.ID); err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	if out.Token, out.Principal, err = d.start(ctx, i.Email, i.Tenant, d.o.Clock().UTC().Add(SessionLife), d.proved()); err != nil {
		return out, err
	}
	if out.Device, err = d.remember(ctx, i.Email); err != nil {
		return out, err
	}
	return out, d.Audit(ctx, out.Principal, i.Tenant, Change{Action: "member.accept", Object: i.Email, After: hash})
}
