package admin

import (
	"slices"
	"time"
)

// Kind says how somebody proved who they are.
type Kind string

// The kinds of callers.
const (
	ByPassword Kind = "password"
	BySetup    Kind = "setup"
	ByKey      Kind = "key"
	ByOperator Kind = "operator"
)

// Grant is what somebody may do: Permissions in the whole tenant, Sites on
// single sites beyond that. The zero Grant allows nothing.
type Grant struct {
	Permissions []Permission            `json:"permissions"`
	Sites       map[string][]Permission `json:"sites,omitempty"`
}

// Principal is who makes a management call. The zero Principal may do nothing.
type Principal struct {
	Kind  Kind   `json:"kind"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
	// Role is the role in the tenant; empty for keys and for who has roles on
	// single sites only.
	Role Role `json:"role"`
	// Tenant is the organisation that the call acts in.
	Tenant string `json:"tenant"`
	// Install says that the caller owns the installation.
	Install bool `json:"install,omitempty"`
	Grant
	// Expires is when a session ends; zero for a token.
	Expires time.Time `json:"expires,omitzero"`
	// Confirmed is until when dangerous acts need no password.
	Confirmed time.Time `json:"confirmed,omitzero"`
	// anywhere says that no tenant was chosen: the call sees all of them.
	anywhere bool
}

// May reports whether the principal holds a permission in the whole tenant.
func (p Principal) May(want Permission) bool {
	switch want {
	case Public, Visitor:
		return true
	case OwnSession:
		return p.Kind != ""
	case ManageInstall:
		return p.Install
	}
	return slices.Contains(p.Permissions, want)
}

// MaySomewhere reports whether the principal holds a permission in the tenant
// or on at least one site. What it then gets must be filtered by Sees.
func (p Principal) MaySomewhere(want Permission) bool {
	if p.May(want) {
		return true
	}
	for _, held := range p.Sites {
		if slices.Contains(held, want) {
			return true
		}
	}
	return false
}

// MayOn reports whether the principal holds a permission on a site of its tenant.
func (p Principal) MayOn(site string, want Permission) bool {
	return p.May(want) || slices.Contains(p.Sites[site], want)
}

// Sees reports whether a site exists for the principal at all: to who holds
// nothing on it, and in another tenant, it does not, whatever its id.
func (p Principal) Sees(tenant, site string) bool {
	return p.InTenant(tenant) && len(p.Permissions)+len(p.Sites[site]) > 0
}

// InTenant reports whether the principal acts in a tenant.
func (p Principal) InTenant(tenant string) bool {
	return p.anywhere && p.Install || p.Tenant == tenant && tenant != ""
}

// Anywhere reports whether the principal sees every tenant at once.
func (p Principal) Anywhere() bool { return p.anywhere && p.Install }

// MayGrant is the one rule of giving power: nobody gives what they do not hold.
func (p Principal) MayGrant(g Grant) bool {
	for _, want := range g.Permissions {
		if !p.May(want) {
			return false
		}
	}
	for site, wants := range g.Sites {
		for _, want := range wants {
			if !p.MayOn(site, want) {
				return false
			}
		}
	}
	return true
}

// grantOf is what a role in the tenant and roles on single sites amount to.
func grantOf(role Role, sites map[string]Role) Grant {
	g := Grant{Permissions: role.Permissions()}
	for site, r := range sites {
		if g.Sites == nil {
			g.Sites = map[string][]Permission{}
		}
		g.Sites[site] = r.onSite()
	}
	return g
}

// owner is who owns the installation, acting in one tenant or in all.
func owner(kind Kind, name, tenant string) Principal {
	return owning(grantOf(Owner, nil), kind, name, tenant)
}

// owning is owner with the grant that was worked out before.
func owning(all Grant, kind Kind, name, tenant string) Principal {
	return Principal{Kind: kind, Name: name, Role: Owner, Tenant: tenant, Install: true, Grant: all, anywhere: tenant == ""}
}
