package hooks

import (
	"context"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Failing says since when and why an endpoint has taken nothing.
type Failing struct {
	Since time.Time `json:"since"`
	// At is when it was tried last, Error why that failed, and Status what the
	// receiver answered, 0 when nothing came.
	At     time.Time `json:"at"`
	Status int       `json:"status"`
	Error  string    `json:"error"`
	// Next is when it is tried again by itself. It is left out while nothing is:
	// the endpoint is disabled, or what was not taken was given up.
	Next *time.Time `json:"next,omitempty"`
}

// View is an endpoint, and why it fails if it does.
type View struct {
	Endpoint
	Failing *Failing
}

// failing is nil for an endpoint that takes what it gets.
func (st *state) failing(disabled bool) *Failing {
	if st.FailingSince == nil {
		return nil
	}
	f := &Failing{Since: *st.FailingSince, At: *st.FailingSince}
	for _, x := range st.Recent {
		if x.Error != "" {
			f.At, f.Status, f.Error = x.At, x.Status, x.Error
			break
		}
	}
	if disabled {
		return f
	}
	for _, r := range st.Retrying {
		if f.Next == nil || r.Next.Before(*f.Next) {
			f.Next = &r.Next
		}
	}
	return f
}

// Overview returns a site's endpoints in the order of their ids, each with why
// it fails. Errors: Unavailable.
func (d *Desk) Overview(ctx context.Context, site string) ([]View, error) {
	list, err := d.List(ctx, site)
	if err != nil || len(list) == 0 {
		return []View{}, err
	}
	docs, err := d.o.Cabinet.Documents(ctx, kindState, site+"/", consent.MaxPage)
	if err != nil {
		return nil, err
	}
	states := map[string]*state{}
	for _, doc := range docs {
		if !strings.HasPrefix(doc.ID, site+"/") {
			break
		}
		if states[doc.ID], err = readState(doc); err != nil {
			return nil, err
		}
	}
	all := make([]View, len(list))
	for i, e := range list {
		all[i] = View{Endpoint: e}
		if st, ok := states[e.key()]; ok {
			all[i].Failing = st.failing(e.Disabled)
		}
	}
	return all, nil
}
