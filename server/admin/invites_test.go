package admin_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

func TestAnInvitationThatIsTooOldLeavesNoAddressBehind(t *testing.T) {
	t.Parallel()
	h, p, _ := owned(t)
	stored := func() int {
		t.Helper()
		docs, err := h.store.Documents(t.Context(), "invite:"+p.Tenant, "", consent.MaxPage)
		if err != nil {
			t.Fatal(err)
		}
		return len(docs)
	}
	for _, email := range []string{"bob@example.com", "cleo@example.com"} {
		if _, _, err := h.Invite(t.Context(), p, admin.Invite{Email: email, Role: admin.Editor}); err != nil {
			t.Fatal(err)
		}
	}
	if open, err := h.Invites(t.Context(), p); err != nil || len(open) != 2 || stored() != 2 {
		t.Fatalf("%d are open, %v, and %d stored", len(open), err, stored())
	}
	h.wait(admin.InviteLife + time.Second)
	if open, err := h.Invites(t.Context(), p); err != nil || len(open) != 0 || stored() != 0 {
		t.Fatalf("%d are open, %v, and %d stored", len(open), err, stored())
	}
}

func TestAnOrganisationHasNoMoreMembersAndInvitationsThanItMay(t *testing.T) {
	t.Parallel()
	h, p, _ := owned(t)
	for i := range 998 {
		m := admin.Member{Email: fmt.Sprintf("m%03d@example.com", i), Role: admin.Analyst}
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.store.PutDocument(t.Context(), consent.Document{Kind: "member:" + p.Tenant, ID: m.Email, Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	invite := func(email string) error {
		_, _, err := h.Invite(t.Context(), p, admin.Invite{Email: email, Role: admin.Editor})
		return err
	}
	join := func(email string) error {
		return h.Join(t.Context(), h.operator(p.Tenant), admin.NewPerson{Email: email, Password: words}, admin.Editor)
	}
	h.want("the last place, for somebody who is invited", invite("bob@example.com"), "")
	h.want("an invitation too many", invite("cleo@example.com"), consent.Conflict)
	h.want("a member too many", join("cleo@example.com"), consent.Conflict)
	h.wait(admin.InviteLife + time.Second)
	h.want("a member once the invitation is over", join("cleo@example.com"), "")
	h.want("one after that", join("dora@example.com"), consent.Conflict)
}
