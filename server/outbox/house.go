package outbox

import "context"

// keepHouse does what is due now and then: it compares the store's marker,
// notes how far the store is and deletes what is old.
func (a *applier) keepHouse(ctx context.Context) {
	a.compare(ctx)
	if a.pause == 0 && a.cursor > a.noted {
		// What the disk does not know is handed over once more after a crash.
		if err := a.log.setApplied(a.cursor); err != nil {
			a.o.Log.Warn("the place in the node log cannot be noted", "err", err)
		} else {
			a.noted = a.cursor
		}
	}
	a.trim()
	if a.log.fence.err() == nil {
		a.log.refill()
	}
}

// compare asks the store for the marker that it was given. Without it the
// store has lost decisions, and gets everything again that is kept.
func (a *applier) compare(ctx context.Context) {
	store, ok := a.inner.(Marked)
	if !ok || a.marked == 0 && a.cursor == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	to := max(a.cursor, a.marked)
	held, err := store.Advance(ctx, a.log.node, a.marked, to)
	switch {
	case err != nil:
		a.failed(err)
	case held:
		a.marked = to
		// While there is something to hand over, only that tells whether the
		// store takes it: a full one still answers.
		if a.cursor >= a.last() {
			a.recovered()
		}
	default:
		a.lost()
	}
}

// lost begins again at the oldest entry.
func (a *applier) lost() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.o.Log.Error("the store has lost what it was given; everything that is kept is handed over again", "entries", len(a.index.metas))
	a.cursor = a.index.first - 1
	a.applied, a.marked = a.cursor, 0
}

// trim deletes entries that are old, or too many, and that the store has had.
func (a *applier) trim() {
	a.mu.Lock()
	x, old := a.index, a.now()-a.o.Retain.Milliseconds()
	// The last entry stays: it tells the next start how far the count is.
	limit := min(a.cursor, a.applied, a.noted, x.last()-1)
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
	if err := a.log.drop(from, first); err != nil {
		a.o.Log.Warn("old entries of the node log cannot be deleted", "err", err)
	}
}
