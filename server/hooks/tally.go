package hooks

import (
	"sync"
	"time"
)

// Tally is how the endpoints of all sites are, as this process saw them last.
type Tally struct {
	// Taking get what happens, Failing have had no success since Since, the
	// earliest of them, and Disabled get nothing until somebody enables them.
	Taking, Failing, Disabled int
	Since                     time.Time
	// GivenUp are events that were tried too often and wait for a replay.
	GivenUp int
}

// seen is what of an endpoint goes into the tally.
type seen struct {
	since   *time.Time
	givenUp int
}

// watch remembers how the endpoints are: to ask at each scrape would load the
// store.
type watch struct {
	mu       sync.Mutex
	disabled int
	seen     map[string]seen
}

// list takes over which endpoints there are.
func (w *watch) list(enabled []kept, disabled int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := make(map[string]seen, len(enabled))
	for _, k := range enabled {
		now[k.key()] = w.seen[k.key()]
	}
	w.seen, w.disabled = now, disabled
}

// note takes over how an endpoint is.
func (w *watch) note(key string, st *state) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.seen[key]; known {
		w.seen[key] = seen{st.FailingSince, len(st.Dead)}
	}
}

// Tally says how the endpoints are. It asks no store.
func (d *Desk) Tally() Tally {
	w := &d.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	t := Tally{Disabled: w.disabled}
	for _, s := range w.seen {
		t.GivenUp += s.givenUp
		if s.since == nil {
			t.Taking++
			continue
		}
		if t.Failing++; t.Since.IsZero() || s.since.Before(t.Since) {
			t.Since = *s.since
		}
	}
	return t
}
