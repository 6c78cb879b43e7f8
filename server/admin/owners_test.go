package admin_test

import (
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

func TestWhoCeasesToOwnTheFirstOrganisationNoLongerOwnsTheInstallation(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*house, admin.Principal) error{
		"dropped": func(h *house, by admin.Principal) error { return h.DropMember(h.t.Context(), by, "ann@example.com") },
		"demoted": func(h *house, by admin.Principal) error {
			return h.ChangeMember(h.t.Context(), by, "ann@example.com", admin.Analyst, nil)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, ann, token := owned(t)
			h.joined("acme", "boss@acme.example", admin.Owner)
			elsewhere, err := h.Enter(t.Context(), token, ann, "acme")
			h.want("enter acme", err, "")
			// An owner of the organisation alone holds less than Ann.
			_, invite, err := h.Invite(t.Context(), ann, admin.Invite{Email: "carl@example.com", Role: admin.Owner})
			h.want("invite", err, "")
			carl, err := h.Accept(t.Context(), invite, admin.Attempt{Email: "carl@example.com", Password: words}, "")
			h.want("accept", err, "")
			h.want("an owner of the organisation ends the installation's", end(h, carl.Principal), consent.Forbidden)
			bob := h.joined(admin.FirstTenant, "bob@example.com", admin.Owner)
			h.want("another owner of the installation", end(h, bob), "")

			_, err = h.Session(t.Context(), elsewhere)
			h.want("the session in another organisation", err, consent.Unauthorized)
			in, err := h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: words, Network: "192.0.2.0/24"})
			if err == nil && (in.Install || in.Role == admin.Owner || in.May(admin.ManageInstall)) {
				t.Fatalf("she signs in as %+v", in.Principal)
			}
			// A role given back gives no more than a role.
			if name == "dropped" {
				_, invite, err = h.Invite(t.Context(), carl.Principal, admin.Invite{Email: "ann@example.com", Role: admin.Owner})
				h.want("invite again", err, "")
				_, err = h.Accept(t.Context(), invite, admin.Attempt{Email: "ann@example.com", Password: words}, "")
			} else {
				err = h.ChangeMember(t.Context(), carl.Principal, "ann@example.com", admin.Owner, nil)
			}
			h.want("an owner again", err, "")
			in, err = h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: words, Network: "192.0.2.0/24"})
			h.want("sign in", err, "")
			if in.Role != admin.Owner || in.Install {
				t.Fatalf("as an owner again she is %+v", in.Principal)
			}
			if owned, err := h.HasOwner(t.Context()); err != nil || !owned {
				t.Fatalf("the installation has an owner: %v, %v", owned, err)
			}
		})
	}
}

func TestWhoMayNotReadAnOrganisationSeesItsNameAlone(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	boss := h.joined("acme", "boss@acme.example", admin.Owner)
	acme, version, err := h.Tenant(t.Context(), boss)
	h.want("acme", err, "")
	acme.DPA.Reference, acme.Contact.Address = "DPA-17", "1 Secret Road"
	_, err = h.SaveTenant(t.Context(), boss, acme, version)
	h.want("save", err, "")
	_, invite, err := h.Invite(t.Context(), boss, admin.Invite{Email: "eve@acme.example", Sites: map[string]admin.Role{"shop": admin.Editor}})
	h.want("invite", err, "")
	eve, err := h.Accept(t.Context(), invite, admin.Attempt{Email: "eve@acme.example", Password: words}, "")
	h.want("accept", err, "")
	for name, c := range map[string]struct {
		p    admin.Principal
		sees bool
	}{
		"an owner":                      {boss, true},
		"an editor of one site":         {eve.Principal, false},
		"a key for checks":              {admin.Principal{Kind: admin.ByKey, Tenant: "acme", Grant: admin.Grant{Permissions: []admin.Permission{admin.CheckAny}}}, false},
		"a key that reads organisation": {admin.Principal{Kind: admin.ByKey, Tenant: "acme", Grant: admin.Grant{Permissions: []admin.Permission{admin.ReadTenant}}}, true},
	} {
		list, err := h.Tenants(t.Context(), c.p)
		h.want(name, err, "")
		if len(list) != 1 || list[0].Name != "acme" || (list[0].DPA.Reference != "") != c.sees || (list[0].Contact.Address != "") != c.sees {
			t.Errorf("%s sees %+v", name, list)
		}
	}
}
