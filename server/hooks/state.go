package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Bounds of what an endpoint's state holds.
const (
	maxRetrying = 32
	maxDead     = 200
	maxRecent   = 50
)

// state is how far an endpoint is, as it is stored.
type state struct {
	Status
	// Owner sends until Until; others leave the endpoint alone.
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until,omitzero"`

	key     string
	version int64
}

// shown is the state as people see it: no list is null.
func (st *state) shown() Status {
	out := st.Status
	out.Retrying = append([]Retry{}, out.Retrying...)
	out.Dead = append([]Dead{}, out.Dead...)
	out.Recent = append([]Delivery{}, out.Recent...)
	return out
}

func (st *state) allDue(now time.Time) {
	for i := range st.Retrying {
		st.Retrying[i].Next = now.UTC()
	}
}

// back sends what waited for the receiver to be there again. An event that it
// refused for itself keeps its pause.
func (st *state) back(now time.Time) {
	for i, r := range st.Retrying {
		if refused := r.Status >= 400 && r.Status < 500 && r.Status != 408 && r.Status != 429; !refused {
			st.Retrying[i].Next = now.UTC()
		}
	}
}

// revive sends what was given up once more.
func (st *state) revive(now time.Time) int {
	n := 0
	for len(st.Dead) > 0 && len(st.Retrying) < maxRetrying {
		x := st.Dead[0]
		st.Dead = st.Dead[1:]
		st.Retrying = append(st.Retrying, Retry{Event: x.Event, Type: x.Type, Next: now.UTC(), Error: x.Error, At: x.Position})
		n++
	}
	return n
}

func (st *state) log(x Delivery) {
	st.Recent = append([]Delivery{x}, st.Recent...)
	st.Recent = st.Recent[:min(len(st.Recent), maxRecent)]
}

func (st *state) dropRetry(event string) {
	st.Retrying = slices.DeleteFunc(st.Retrying, func(r Retry) bool { return r.Event == event })
}

func (d *Desk) state(ctx context.Context, key string) (*state, error) {
	doc, err := d.o.Cabinet.Document(ctx, kindState, key)
	if err != nil {
		return &state{}, err
	}
	return readState(doc)
}

func readState(doc consent.Document) (*state, error) {
	st := &state{key: doc.ID, version: doc.Version}
	if err := json.Unmarshal(doc.Body, st); err != nil {
		return st, fmt.Errorf("read the state of a webhook: %w", err)
	}
	return st, nil
}

// putState stores a state and takes over its new version. Errors: Conflict when
// somebody else has changed it, Unavailable.
func (d *Desk) putState(ctx context.Context, st *state) error {
	body, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("encode the state of a webhook: %w", err)
	}
	doc, err := d.o.Cabinet.PutDocument(ctx, consent.Document{Kind: kindState, ID: st.key, Version: st.version, Body: body})
	if err == nil {
		st.version = doc.Version
	}
	return err
}

// amend changes a state by hand, beside whoever is sending: what they have not
// stored yet is sent again.
func (d *Desk) amend(ctx context.Context, key string, change func(*state)) error {
	const tries = 10
	var err error
	for range tries {
		var st *state
		if st, err = d.state(ctx, key); err != nil {
			return err
		}
		change(st)
		if err = d.putState(ctx, st); consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return err
}

// Replay sends again: what was given up, or, with after, everything behind a
// cursor. It returns how many given-up events are sent again. Errors: NotFound,
// Invalid for a cursor that is none, Unavailable.
func (d *Desk) Replay(ctx context.Context, site, id string, after *string) (int, error) {
	k, err := d.find(ctx, site, id)
	if err != nil {
		return 0, err
	}
	if after != nil {
		if _, _, err := d.o.Feed.Page(ctx, site, *after, 1); err != nil {
			return 0, err
		}
	}
	n := 0
	err = d.amend(ctx, k.key(), func(st *state) {
		if after != nil {
			st.Cursor = *after
			return
		}
		n = st.revive(d.o.Clock())
	})
	return n, err
}
