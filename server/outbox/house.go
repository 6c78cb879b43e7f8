package outbox

import (
	"context"
	"errors"

	"github.com/leadiumx/consent/consent"
)

// keepHouse does what is due now and then: it compares the store's marker,
// notes how far the store is and deletes what is old.
func (a *applier) keepHouse(ctx context.Context) {
	_ = a.compare(ctx)
	if a.ticks%clockEvery == 0 {
		a.tellTime(ctx)
	}
	if a.pause == 0 && a.cursor > a.noted {
		// What the disk does not know is handed over once more after a crash.
		if err := a.log.setApplied(a.cursor); err != nil {
			a.o.Log.Warn("the place in the node log cannot be noted", "err", err)
		} else {
			a.noted = a.cursor
		}
	}
	if a.ticks++; a.ending || a.signed == nil && a.ticks%every == 0 {
		a.sign()
	} else if a.ticks%every == 0 {
		a.note()
	}
	a.witness(ctx)
	a.copyEditions(ctx)
	a.trim()
	// While the store is behind, what room there is belongs to it: it may stand
	// on the same disk.
	if a.log.fence.err() == nil && a.pause == 0 {
		a.log.refill()
	}
}

// compare asks the store for the marker that it was given, and moves it on.
// Without it the store has lost decisions, and gets everything again that is
// kept. It reports whether the store holds a marker now, without which a loss
// would not be seen.
func (a *applier) compare(ctx context.Context) bool {
	store, ok := a.inner.(Marked)
	if !ok {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	// The marker is one more than the position, so that there is one from the
	// beginning.
	to := max(a.marker, a.cursor+1)
	held, err := store.Advance(ctx, a.log.node, a.marker, to)
	if err == nil && !held {
		a.lost()
		to = a.cursor + 1
		held, err = store.Advance(ctx, a.log.node, 0, to)
	}
	if err != nil || !held {
		a.failed(err)
		return false
	}
	a.marker = to
	a.recognize(ctx)
	// While there is something to hand over, only that tells whether the
	// store takes it: a full one still answers.
	if a.cursor >= a.last() && !a.unread {
		a.recovered()
	}
	return true
}

// recognize hands what is recent over again when the store is held by other
// servers than before: one that was started again, or took over from another.
// No call needs to have failed for that.
func (a *applier) recognize(ctx context.Context) {
	store, ok := a.inner.(Named)
	if !ok {
		return
	}
	servers, err := store.Servers(ctx)
	if consent.CodeOf(err) == consent.Invalid {
		a.doubt(err)
	} else {
		a.doubt(nil)
		// A store that does not say is left to its marker.
		if err != nil {
			return
		}
	}
	if servers == a.servers {
		return
	}
	if a.servers != "" {
		a.o.Log.Warn("the store is held by another server than before; what is recent is handed over again")
		a.rewind(caution)
	}
	a.servers = servers
}

// doubt notes that the store may delete what it was given, and nil that it does
// not. It is handed on what there is all the same: others would not hear of a
// withdrawal.
func (a *applier) doubt(why error) {
	a.mu.Lock()
	before := a.doubted
	a.doubted = why
	a.mu.Unlock()
	if e, ok := errors.AsType[*consent.Error](why); ok && before == nil {
		a.o.Log.Error("the store is not fit to hold records", "err", why, "fix", e.Fix)
	}
	if why == nil && before != nil {
		a.o.Log.Info("the store is fit to hold records again")
	}
}

// lost begins again at the oldest entry.
func (a *applier) lost() {
	a.mu.Lock()
	entries := a.index.count()
	a.mu.Unlock()
	// Nobody waits for whoever reads the log of this program.
	a.o.Log.Error("the store has lost what it was given; everything that is kept is handed over again", "entries", entries)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cursor, a.restores = a.index.first-1, true
	a.applied, a.marker, a.againTo = a.cursor, 0, 0
	a.signed = nil
	clear(a.kept)
	for site := range a.chains.Heads {
		a.chains.changed[site] = true
	}
	for i := range a.chains.Ended {
		a.chains.Ended[i].buried = false
	}
}

// trim deletes entries that are old, or too many, and that the store has had.
func (a *applier) trim() {
	a.mu.Lock()
	x, old := a.index, a.now()-a.o.Retain.Milliseconds()
	// The last entry stays: it tells the next start how far the count is.
	limit := min(a.cursor, a.applied, a.noted, a.chains.saved, x.last()-1)
	first, bytes := x.first, x.bytes
	for first <= limit {
		m := x.at(first)
		if m.time >= old && bytes <= a.o.MaxBytes {
			break
		}
		bytes -= int64(m.size)
		first++
	}
	from := x.first
	x.past = first
	// The log deletes whole files, so a few entries are not worth the work.
	if first == from || first <= limit && x.bytes-bytes < int64(a.o.SegmentSize)/2 {
		a.mu.Unlock()
		return
	}
	x.drop(first)
	for len(a.recent) > 0 && a.recent[0].position < first {
		a.recent = a.recent[1:]
	}
	a.setHorizon()
	a.mu.Unlock()
	for part := range tableParts {
		// Checks go in between.
		a.mu.Lock()
		x.clean(part)
		a.mu.Unlock()
	}
	if err := a.log.drop(from, first); err != nil {
		a.o.Log.Warn("old entries of the node log cannot be deleted", "err", err)
	}
}
