package outbox

import "time"

const (
	// defaultLinger is how long entries gather for a store that takes them in
	// order: what such a store does for each step costs it far more than an entry in
	// it. Who waits for the store ends it. They are safe here, and reads lay
	// them over what the store says.
	defaultLinger = 100 * time.Millisecond
	// maxStep is how many entries are enough for a step of such a store.
	maxStep = 1024
)

// takesInOrder reports whether the store takes many entries in the order given.
func (o *Options) takesInOrder() bool {
	store, ok := o.Inner.(ordered)
	return ok && store.InOrder()
}

// gather waits until a step is worth its cost to the store.
func (a *applier) gather(stop <-chan struct{}) {
	if !a.inOrder || a.ending {
		return
	}
	waiting := a.last() - a.cursor
	if waiting == 0 || waiting >= maxStep {
		return
	}
	timer := time.NewTimer(a.o.linger)
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
