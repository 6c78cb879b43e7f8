package admin

import (
	"context"
	"maps"
	"slices"

	"github.com/leadiumx/consent/consent"
)

// Member is what a person may do in an organisation.
type Member struct {
	Email string `json:"email"`
	// Role counts for the whole organisation; it may be empty when Sites is not.
	Role Role `json:"role"`
	// Sites are roles on single sites, beyond Role.
	Sites map[string]Role `json:"sites,omitempty"`
}

// MemberView is a member as the list shows them.
type MemberView struct {
	Member
	Name         string `json:"name"`
	SecondFactor bool   `json:"second_factor"`
}

// maxMembers bounds the members, and the keys, of one organisation.
const maxMembers = 1000

// checkRoles refuses roles that do not exist or that give more than the giver
// holds.
func checkRoles(by Principal, role Role, sites map[string]Role) error {
	if role == "" && len(sites) == 0 {
		return consent.Fail(consent.Invalid, "no role is named", "name a `role`, or roles on single `sites`")
	}
	if len(sites) > 500 {
		return consent.Fail(consent.Invalid, "there are more than 500 sites", "give a role in the whole organisation")
	}
	for _, r := range append(slices.Collect(maps.Values(sites)), role) {
		if r != "" && !slices.Contains(Roles(), r) {
			return consent.Fail(consent.Invalid, "there is no role `"+string(r[:min(len(r), 32)])+"`", "use owner, admin, publisher, editor, analyst or auditor")
		}
	}
	if !by.MayGrant(grantOf(role, sites)) {
		return consent.Fail(consent.Forbidden, "this role may do more than you may", "give a smaller role, or ask an owner")
	}
	return nil
}

// Members lists the members of the caller's organisation by e-mail address.
func (d *Desk) Members(ctx context.Context, p Principal) ([]MemberView, error) {
	list := []MemberView{}
	err := every(ctx, d.o.Store, kindMember(p.Tenant), func(email string, m held[Member]) error {
		v := MemberView{Member: m.value}
		if a, err := load[Account](ctx, d.o.Store, kindAccount, email); err == nil {
			v.Name, v.SecondFactor = a.value.Name, a.value.TOTP != ""
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

func (d *Desk) member(ctx context.Context, tenant, email string) (held[Member], error) {
	email, err := normalEmail(email)
	if err != nil {
		return held[Member]{}, notFound("member")
	}
	m, err := load[Member](ctx, d.o.Store, kindMember(tenant), email)
	if consent.CodeOf(err) == consent.NotFound {
		return m, notFound("member")
	}
	return m, err
}

// ChangeMember sets the roles of a member. Their sessions end. Errors: NotFound,
// Invalid, Forbidden for who holds less than the member has or would have.
func (d *Desk) ChangeMember(ctx context.Context, p Principal, email string, role Role, sites map[string]Role) error {
	m, err := d.member(ctx, p.Tenant, email)
	if err != nil {
		return err
	}
	if err := mayTouch(p, m.value); err != nil {
		return err
	}
	if err := checkRoles(p, role, sites); err != nil {
		return err
	}
	if m.value.Role == role && maps.Equal(m.value.Sites, sites) {
		return nil
	}
	if m.value.Role == Owner && role != Owner {
		if err := d.keepOneOwner(ctx, p.Tenant); err != nil {
			return err
		}
	}
	next := Member{Email: m.value.Email, Role: role, Sites: sites}
	_, hash, err := save(ctx, d.o.Store, kindMember(p.Tenant), m.value.Email, m.version, next)
	if err != nil {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "member.change", Object: m.value.Email, Before: m.hash, After: hash, Note: string(role)})
}

// mayTouch keeps people from changing who holds more than they do.
func mayTouch(p Principal, m Member) error {
	if !p.MayGrant(grantOf(m.Role, m.Sites)) {
		return consent.Fail(consent.Forbidden, "this member may do more than you may", "ask an owner")
	}
	return nil
}

func (d *Desk) keepOneOwner(ctx context.Context, tenant string) error {
	owners := 0
	err := every(ctx, d.o.Store, kindMember(tenant), func(_ string, m held[Member]) error {
		if m.value.Role == Owner {
			owners++
		}
		return nil
	})
	if err == nil && owners < 2 {
		err = consent.Fail(consent.Conflict, "this is the last owner of the organisation", "make somebody else an owner first")
	}
	return err
}

// DropMember ends a membership; the person's sessions here are dead at once.
// Errors: NotFound, Forbidden, Conflict for the last owner.
func (d *Desk) DropMember(ctx context.Context, p Principal, email string) error {
	m, err := d.member(ctx, p.Tenant, email)
	if err != nil {
		return err
	}
	if err := mayTouch(p, m.value); err != nil {
		return err
	}
	if m.value.Role == Owner {
		if err := d.keepOneOwner(ctx, p.Tenant); err != nil {
			return err
		}
	}
	if err := d.o.Store.DropDocument(ctx, kindMember(p.Tenant), m.value.Email); err != nil {
		return err
	}
	if err := d.inTenant(ctx, m.value.Email, p.Tenant, false); err != nil && consent.CodeOf(err) != consent.NotFound {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "member.drop", Object: m.value.Email, Before: m.hash})
}

// Join makes an account a member without an invitation: the operator's way.
// Errors: Invalid, Forbidden, Conflict when it is one already.
func (d *Desk) Join(ctx context.Context, p Principal, n NewPerson, role Role) error {
	if !p.Install {
		return consent.Fail(consent.Forbidden, "only who owns the installation can add somebody without an invitation", "invite them")
	}
	if err := checkRoles(p, role, nil); err != nil {
		return err
	}
	if err := d.arrive(ctx, p); err != nil {
		return err
	}
	a, err := d.create(ctx, n, func(a *Account) {
		a.Tenants = []string{p.Tenant}
		a.Install = p.Tenant == FirstTenant && role == Owner
	})
	if err != nil {
		return err
	}
	_, hash, err := save(ctx, d.o.Store, kindMember(p.Tenant), a.Email, 0, Member{Email: a.Email, Role: role})
	if err != nil {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "member.join", Object: a.Email, After: hash, Note: string(role)})
}
