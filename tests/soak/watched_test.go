//go:build unix

package soak_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// late is when a check took longer than was promised.
const late = 150 * time.Millisecond

// watched is how checks were answered, by what befell Redis meanwhile and by
// what kind they were of.
type watched struct {
	t *testing.T
	// meters is where the server tells how long its own handlers took.
	meters string

	mu      sync.Mutex
	fault   string
	order   []string
	rows    map[row]*timing
	served  map[string]served
	own     map[string]map[string]served
	allowed int
}

type row struct{ fault, kind string }

// timing is how long checks took, and beside each what needs neither a store nor
// a decision: that takes as long as this machine is busy.
type timing struct{ took, idled []time.Duration }

// served is how many requests of a route were answered, and how many late.
type served struct{ all, late float64 }

func newWatched(t *testing.T, meters string) *watched {
	return &watched{t: t, meters: meters, rows: map[row]*timing{}, own: map[string]map[string]served{}}
}

// begins says what befalls Redis from now on.
func (w *watched) begins(fault string) {
	w.t.Helper()
	now := w.metered()
	w.mu.Lock()
	defer w.mu.Unlock()
	for route, n := range now {
		if w.own[w.fault] == nil {
			w.own[w.fault] = map[string]served{}
		}
		sum, before := w.own[w.fault][route], w.served[route]
		w.own[w.fault][route] = served{sum.all + n.all - before.all, sum.late + n.late - before.late}
	}
	w.fault, w.served = fault, now
	if fault != "" && !slices.Contains(w.order, fault) {
		w.order = append(w.order, fault)
	}
}

// metered asks the server how long its handlers took.
func (w *watched) metered() map[string]served {
	w.t.Helper()
	res, err := http.Get(w.meters)
	if err != nil {
		w.t.Error(err)
		return nil
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Error(err)
	}
	all := map[string]served{}
	for line := range strings.Lines(string(text)) {
		for _, route := range []string{"/v1/check", "/v1/gate"} {
			var n float64
			s := all[route]
			if rest, ok := strings.CutPrefix(line, `lxconsent_http_request_seconds_bucket{route="`+route+`",le="0.15"} `); ok {
				if _, err := fmt.Sscan(rest, &n); err == nil {
					s.late -= n
				}
			}
			if rest, ok := strings.CutPrefix(line, `lxconsent_http_request_seconds_count{route="`+route+`"} `); ok {
				if _, err := fmt.Sscan(rest, &n); err == nil {
					s.all, s.late = n, s.late+n
				}
			}
			all[route] = s
		}
	}
	return all
}

func (w *watched) note(fault, kind string, allowed int, took, idled time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed += allowed
	r := w.rows[row{fault, kind}]
	if r == nil {
		r = &timing{}
		w.rows[row{fault, kind}] = r
	}
	r.took, r.idled = append(r.took, took), append(r.idled, idled)
}

func (w *watched) now() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// within is what a share of them took at most.
func within(took []time.Duration, share float64) time.Duration {
	return slices.Sorted(slices.Values(took))[int(float64(len(took)-1)*share)]
}

func tooLate(took []time.Duration) (n int) {
	for _, d := range took {
		if d > late {
			n++
		}
	}
	return n
}

// tell prints all, and holds it against a limit, if there is one: what a check
// took longer than the slowest answer to nothing meanwhile is the server's own.
func (w *watched) tell(limit time.Duration) {
	t := w.t
	t.Helper()
	w.begins("")
	t.Logf("%-22s %-12s %7s %9s %9s %9s %8s   for nothing: %9s %9s %8s", "fault", "check", "count", "p50", "p99", "slowest", ">150 ms", "p99", "slowest", ">150 ms")
	round := func(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
	kinds := map[string]bool{}
	for r := range w.rows {
		kinds[r.kind] = true
	}
	for _, fault := range w.order {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			r := w.rows[row{fault, kind}]
			if r == nil {
				continue
			}
			slowest, idle := slices.Max(r.took), slices.Max(r.idled)
			t.Logf("%-22s %-12s %7d %9v %9v %9v %8d                %9v %9v %8d", fault, kind, len(r.took),
				round(within(r.took, .5)), round(within(r.took, .99)), round(slowest), tooLate(r.took),
				round(within(r.idled, .99)), round(idle), tooLate(r.idled))
			if limit > 0 && slowest > limit+idle {
				t.Errorf("%s: a check by %s took %v, on a machine that took %v at most for nothing", fault, kind, slowest, idle)
			}
		}
		for _, route := range []string{"/v1/check", "/v1/gate"} {
			own := w.own[fault][route]
			t.Logf("%-22s the server's own clock: %v of %v answers to %s took more than 150 ms", fault, own.late, own.all, route)
		}
	}
	if w.allowed == 0 {
		t.Error("nobody was ever allowed anything")
	}
}
