package admin_test

import (
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// joined adds somebody to an organisation, as the operator does, and signs them in.
func (h *house) joined(tenant, email string, role admin.Role) admin.Principal {
	h.t.Helper()
	h.want("join "+email, h.Join(h.t.Context(), h.operator(tenant), admin.NewPerson{Email: email, Password: words}, role), "")
	in, err := h.SignIn(h.t.Context(), admin.Attempt{Email: email, Password: words, Network: "192.0.2.0/24"})
	h.want("sign in "+email, err, "")
	return in.Principal
}

// operator is the holder of the operator's token in an organisation.
func (h *house) operator(tenant string) admin.Principal {
	h.t.Helper()
	p, err := h.Token(h.t.Context(), strings.Repeat("t", 32), tenant)
	h.want("the operator's token", err, "")
	return p
}

func TestAResetLinkIsVoidOnceItsGiverCouldNotGiveItAnyMore(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		meanwhile func(h *house, boss admin.Principal)
		want      consent.Code
	}{
		"nothing happened": {func(*house, admin.Principal) {}, ""},
		"the member joined another organisation": {func(h *house, _ admin.Principal) {
			other := h.joined("rival", "boss@rival.example", admin.Owner)
			_, invite, err := h.Invite(h.t.Context(), other, admin.Invite{Email: "eve@acme.example", Role: admin.Admin})
			h.want("invite", err, "")
			_, err = h.Accept(h.t.Context(), invite, admin.Attempt{Email: "eve@acme.example", Password: words}, "")
			h.want("accept", err, "")
		}, consent.NotFound},
		"the giver left": {func(h *house, boss admin.Principal) {
			h.want("drop", h.DropMember(h.t.Context(), h.operator("acme"), boss.Email), "")
		}, consent.NotFound},
		"the giver may do less": {func(h *house, boss admin.Principal) {
			h.want("demote", h.ChangeMember(h.t.Context(), h.operator("acme"), boss.Email, admin.Analyst, nil), "")
		}, consent.NotFound},
		"the member left": {func(h *house, boss admin.Principal) {
			h.want("drop", h.DropMember(h.t.Context(), boss, "eve@acme.example"), "")
		}, consent.NotFound},
		"the member may do more than the giver": {func(h *house, _ admin.Principal) {
			h.want("promote", h.ChangeMember(h.t.Context(), h.operator("acme"), "eve@acme.example", admin.Owner, nil), "")
		}, consent.NotFound},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, _ := owned(t)
			h.joined("acme", "owner@acme.example", admin.Owner)
			boss := h.joined("acme", "boss@acme.example", admin.Admin)
			h.joined("acme", "eve@acme.example", admin.Editor)
			token, err := h.Reset(t.Context(), boss, "eve@acme.example")
			h.want("reset", err, "")
			c.meanwhile(h, boss)
			h.want("use", h.UseReset(t.Context(), token, "granite violin tuesday lantern"), c.want)
		})
	}
}

func TestALinkOfTheOperatorOrOfAProgramSetsAPassword(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	h.joined("acme", "eve@acme.example", admin.Owner)
	givers := map[string]admin.Principal{
		"operator": h.operator("acme"),
		"program":  {Kind: admin.ByKey, Name: "key people", Tenant: "acme", Grant: admin.Grant{Permissions: admin.Owner.Permissions()}},
	}
	for name, by := range givers {
		token, err := h.Reset(t.Context(), by, "eve@acme.example")
		h.want("reset by the "+name, err, "")
		h.want("use", h.UseReset(t.Context(), token, "granite violin tuesday lantern "+name), "")
	}
}
