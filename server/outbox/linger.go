package outbox

import "time"

const (
	// defaultLinger is how long entries gather for a file of our own: a step costs
	// it far more than an entry in it. Who waits for the store ends it. They are
	// safe here, and reads lay them over what the store says.
	defaultLinger = time.Second
	// sharedLinger is as long for a store that other nodes read too: a trip to it
	// costs as much as some thirty entries.
	sharedLinger = 5 * time.Millisecond
	// maxStep is how many entries are enough for a step of a store that takes many,
	// minStep how many every one can be trusted with.
	maxStep, minStep = 16384, 1024
	// shortStep and longStep are how long a step may take for the next to be of
	// more or of fewer entries.
	shortStep, longStep = 500 * time.Millisecond, 2 * time.Second
)

// paced notes how long a step took: a slow store must be done with one before
// callWait ends.
func (a *applier) paced(took time.Duration) {
	switch {
	case took > longStep:
		a.size = max(a.size/2, minStep)
	case took < shortStep:
		a.size = min(a.size*2, maxStep)
	}
}

// takesInOrder reports whether the store takes many entries in the order given.
func (o *Options) takesInOrder() bool {
	store, ok := o.Inner.(ordered)
	return ok && store.InOrder()
}

// isOwn reports whether nobody else writes to the store, and it loses nothing.
func (o *Options) isOwn() bool {
	_, loses := o.Inner.(Marked)
	return o.takesInOrder() && !loses
}

// gather waits until a step is worth its cost to the store. What the step before
// had to leave has gathered already: an erasure and what is behind it have steps
// of their own, and a wait before each would be longer than they take to come.
func (a *applier) gather(stop <-chan struct{}) {
	if !a.inOrder || a.ending || a.cut {
		return
	}
	wait := a.o.linger
	if !a.own {
		wait = min(wait, sharedLinger)
	}
	waiting := a.last() - a.cursor
	if waiting == 0 || waiting >= uint64(a.size) {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-a.hurry:
	case <-stop:
	}
}

// hasten ends the gathering.
func (b *Outbox) hasten() {
	select {
	case b.hurry <- struct{}{}:
	default:
	}
}
