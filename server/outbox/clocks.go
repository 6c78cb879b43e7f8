package outbox

import (
	"context"
	"time"
)

// Clocked is what a store has that tells the time of its server, by which the
// clocks of all nodes can be compared.
type Clocked interface {
	// Time is the time there. Errors: Unavailable.
	Time(ctx context.Context) (time.Time, error)
}

const (
	// clockEvery is after how many ticks the clocks are compared.
	clockEvery = 60
	// clockLimit is how far apart they may be; less says nothing.
	clockLimit = time.Second
)

// tellTime compares this node's clock with the store's: the order of decisions that
// did not know of each other follows the clocks of the nodes that took them.
func (a *applier) tellTime(ctx context.Context) {
	store, ok := a.inner.(Clocked)
	if !ok || a.pause > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	began := a.o.Clock()
	theirs, err := store.Time(ctx)
	if err != nil {
		// Whether the store answers is told elsewhere.
		return
	}
	// The answer is of a moment in between, whenever it came.
	var ahead time.Duration
	if d := began.Sub(theirs); d > clockLimit {
		ahead = d
	}
	if d := a.o.Clock().Sub(theirs); d < -clockLimit {
		ahead = d
	}
	a.mu.Lock()
	before := a.ahead
	a.ahead = ahead
	a.mu.Unlock()
	if ahead != 0 && before == 0 {
		a.o.Log.Warn("the clocks of this machine and of the store are apart; decisions are ordered by them", "ahead", ahead.Round(time.Millisecond).String(), "fix", "let NTP set both")
	}
	if ahead == 0 && before != 0 {
		a.o.Log.Info("the clocks of this machine and of the store agree again")
	}
}
