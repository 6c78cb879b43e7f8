package admin_test

import (
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
