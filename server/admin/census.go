package admin

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Census says how much a store knows of who may do what.
type Census struct {
	// Since is when the first organisation was made; zero when there is none.
	Since time.Time `json:"since"`
	// Accounts, Keys and Tenants count people, API keys and organisations.
	Accounts int `json:"accounts"`
	Keys     int `json:"keys"`
	Tenants  int `json:"tenants"`
}

// Count looks at a store. Errors: Unavailable.
func Count(ctx context.Context, c consent.Cabinet) (n Census, err error) {
	err = every(ctx, c, kindTenant, func(id string, t held[Tenant]) error {
		n.Tenants++
		if id == FirstTenant {
			n.Since = t.value.Created
		}
		return nil
	})
	if err == nil {
		err = every(ctx, c, kindAccount, func(string, held[Account]) error { n.Accounts++; return nil })
	}
	if err == nil {
		err = every(ctx, c, kindKey, func(string, held[APIKey]) error { n.Keys++; return nil })
	}
	return n, err
}

// empty reports whether nothing was made that a start does not make.
func (n Census) empty() bool { return n.Accounts == 0 && n.Keys == 0 && n.Tenants <= 1 }

// LostSince reports whether a store has forgotten what it knew before: nobody is
// left, and what there is was begun anew. Who took everybody out by hand is not
// meant.
func (n Census) LostSince(before Census) bool {
	return !before.empty() && n.empty() && !n.Since.Equal(before.Since)
}
