package hooks

import (
	"context"
	"slices"
	"sync"
)

// lanes share a number of places among owners: one that is free goes to who has
// the fewest, however many of another's wait before. An owner alone has all.
type lanes struct {
	mu   sync.Mutex
	free int
	// has is how many places an owner holds, waits who waits for one, in order.
	has   map[string]int
	waits []*waiting
}

type waiting struct {
	owner string
	given chan struct{}
}

func newLanes(places int) *lanes { return &lanes{free: places, has: map[string]int{}} }

// enter waits for a place, to be left by leave; ok is false when the context has
// ended before.
func (l *lanes) enter(ctx context.Context, owner string) (ok bool) {
	l.mu.Lock()
	if l.free > 0 {
		l.free--
		l.has[owner]++
		l.mu.Unlock()
		return true
	}
	w := &waiting{owner, make(chan struct{})}
	l.waits = append(l.waits, w)
	l.mu.Unlock()
	select {
	case <-w.given:
		return true
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(l.waits, w); at >= 0 {
		l.waits = slices.Delete(l.waits, at, at+1)
		return false
	}
	// It was given at that very moment.
	return true
}

func (l *lanes) leave(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.has[owner]--; l.has[owner] == 0 {
		delete(l.has, owner)
	}
	if len(l.waits) == 0 {
		l.free++
		return
	}
	next := 0
	for i, w := range l.waits {
		if l.has[w.owner] < l.has[l.waits[next].owner] {
			next = i
		}
	}
	w := l.waits[next]
	l.waits = slices.Delete(l.waits, next, next+1)
	l.has[w.owner]++
	close(w.given)
}
