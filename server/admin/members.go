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

// maxMembers bounds the members and open invitations of one organisation, and as
// many keys.
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
	if err := d.mayTouch(ctx, p, m.value); err != nil {
		return err
	}
	if err := checkRoles(p, role, sites); err != nil {
		return err
	}
	if m.value.Role == role && maps.Equal(m.value.Sites, sites) {
		return nil
	}
	still := []consent.Document{}
	if m.value.Role == Owner && role != Owner {
		if still, err = d.otherOwner(ctx, p.Tenant, m.value.Email); err != nil {
			return err
		}
	}
	next := Member{Email: m.value.Email, Role: role, Sites: sites}
	_, hash, err := save(ctx, d.o.Store, kindMember(p.Tenant), m.value.Email, m.version, next, still...)
	if err != nil {
		return err
	}
	if err := d.ended(ctx, p.Tenant, m.value.Email, role); err != nil {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "member.change", Object: m.value.Email, Before: m.hash, After: hash, Note: string(role)})
}

// mayTouch keeps people from changing who holds more than they do. Errors: Forbidden.
func (d *Desk) mayTouch(ctx context.Context, p Principal, m Member) error {
	if !p.MayGrant(grantOf(m.Role, m.Sites)) {
		return consent.Fail(consent.Forbidden, "this member may do more than you may", "ask an owner")
	}
	if p.Install || p.Tenant != FirstTenant {
		return nil
	}
	a, err := d.account(ctx, m.Email)
	if err != nil {
		return unless(err, consent.NotFound)
	}
	install, err := d.owns(ctx, a.value)
	if install {
		return beyond()
	}
	return err
}

func beyond() error {
	return consent.Fail(consent.Forbidden, "this person has powers beyond your organisation", "ask who owns the installation")
}

// ended takes the installation from whoever has ceased to own the first
// organisation, whatever role they have there now.
func (d *Desk) ended(ctx context.Context, tenant, email string, role Role) error {
	if tenant != FirstTenant || role == Owner {
		return nil
	}
	return unless(d.disown(ctx, email), consent.NotFound)
}

// unless takes a failure that is none here for none.
func unless(err error, code consent.Code) error {
	if consent.CodeOf(err) == code {
		return nil
	}
	return err
}

// otherOwner finds an owner beside the one who goes. What ends an owner is
// written only while that other is still one: of two owners who end each other
// at the same moment, at whatever servers, one fails. Errors: Conflict.
func (d *Desk) otherOwner(ctx context.Context, tenant, goes string) (other []consent.Document, err error) {
	err = every(ctx, d.o.Store, kindMember(tenant), func(email string, m held[Member]) error {
		if m.value.Role == Owner && email != goes && len(other) == 0 {
			other = append(other, consent.Document{ID: email, Version: m.version})
		}
		return nil
	})
	if err == nil && len(other) == 0 {
		err = consent.Fail(consent.Conflict, "this is the last owner of the organisation", "make somebody else an owner first")
	}
	return other, err
}

// DropMember ends a membership; the person's sessions here are dead at once.
// Errors: NotFound, Forbidden, Conflict for the last owner, and when somebody
// else changed the member first.
func (d *Desk) DropMember(ctx context.Context, p Principal, email string) error {
	m, err := d.member(ctx, p.Tenant, email)
	if err != nil {
		return err
	}
	if err := d.mayTouch(ctx, p, m.value); err != nil {
		return err
	}
	// Who was made more than they were when this was judged stays.
	still := []consent.Document{{ID: m.value.Email, Version: m.version}}
	if m.value.Role == Owner {
		other, err := d.otherOwner(ctx, p.Tenant, m.value.Email)
		if err != nil {
			return err
		}
		still = append(still, other...)
	}
	if err := d.o.Store.DropDocument(ctx, kindMember(p.Tenant), m.value.Email, still...); err != nil {
		return err
	}
	if err := unless(d.inTenant(ctx, m.value.Email, p.Tenant, false), consent.NotFound); err != nil {
		return err
	}
	if err := d.ended(ctx, p.Tenant, m.value.Email, ""); err != nil {
		return err
	}
	return d.Audit(ctx, p, p.Tenant, Change{Action: "member.drop", Object: m.value.Email, Before: m.hash})
}

// Join makes an account a member without an invitation: the operator's way.
// Errors: Invalid, Forbidden, Conflict when it is one already, and when there are
// too many.
func (d *Desk) Join(ctx context.Context, p Principal, n NewPerson, role Role) error {
	if !p.Install {
		return consent.Fail(consent.Forbidden, "only who owns the installation can add somebody without an invitation", "invite them")
	}
	if err := checkRoles(p, role, nil); err != nil {
		return err
	}
	if err := d.room(ctx, p); err != nil {
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
