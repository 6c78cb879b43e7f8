package admin_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// meeting is a store at which two who list the members wait for each other, so
// that neither writes before both have read.
type meeting struct {
	admin.Store
	both sync.WaitGroup
}

func (m *meeting) Documents(ctx context.Context, kind, after string, limit int) ([]consent.Document, error) {
	list, err := m.Store.Documents(ctx, kind, after, limit)
	if strings.HasPrefix(kind, "member:") {
		m.both.Done()
		m.both.Wait()
	}
	return list, err
}

func TestTwoOwnersWhoEndEachOtherAtOnceLeaveAnOwner(t *testing.T) {
	t.Parallel()
	type act = func(*admin.Desk, context.Context, admin.Principal, string) error
	drop := (*admin.Desk).DropMember
	demote := func(d *admin.Desk, ctx context.Context, p admin.Principal, email string) error {
		return d.ChangeMember(ctx, p, email, admin.Editor, nil)
	}
	for name, acts := range map[string][2]act{"both drop": {drop, drop}, "both demote": {demote, demote}, "one drops, one demotes": {drop, demote}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, ann, _ := owned(t)
			h.want("a second owner", h.Join(t.Context(), ann, admin.NewPerson{Email: "bob@example.com", Password: words}, admin.Owner), "")
			in, err := h.SignIn(t.Context(), admin.Attempt{Email: "bob@example.com", Password: words, Network: "192.0.2.0/24"})
			h.want("sign in", err, "")
			m := &meeting{Store: h.store}
			m.both.Add(2)
			// Two desks: the two may be at two servers.
			other := []*admin.Desk{h.desk(m), h.desk(m)}
			ends := []func() error{
				func() error { return acts[0](other[0], t.Context(), ann, "bob@example.com") },
				func() error { return acts[1](other[1], t.Context(), in.Principal, "ann@example.com") },
			}
			var group sync.WaitGroup
			errs := make([]error, len(ends))
			for i, end := range ends {
				group.Go(func() { errs[i] = end() })
			}
			group.Wait()
			members, err := h.Members(t.Context(), ann)
			h.want("the members", err, "")
			owners := 0
			for _, m := range members {
				if m.Role == admin.Owner {
					owners++
				}
			}
			if owners != 1 {
				t.Fatalf("%d owners are left: %v", owners, errs)
			}
			for _, err := range errs {
				if err != nil {
					h.want("who came second", err, consent.Conflict)
				}
			}
		})
	}
}
