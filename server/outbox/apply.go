package outbox

import (
	"context"
	"time"
)

const (
	// caution is how much is handed over again whenever the store may have
	// lost its newest writes without a trace: at a start and after it was away.
	caution = 15 * time.Minute
	// applyLimit bounds the calls to the store that are under way at a time.
	applyLimit = 64
	// callWait bounds one call to the store.
	callWait = 10 * time.Second
	// tick is how often the store's marker is compared, the log's place noted
	// and old entries deleted.
	tick = time.Second
	// The pause after a failed call doubles between these.
	firstPause, lastPause = 50 * time.Millisecond, 2 * time.Second
)

// applier hands the log over to the store. It alone moves the place up to
// which the store has had it.
type applier struct {
	*Outbox
	// cursor is the last entry that was handed over; it is behind applied while
	// a store that lost everything gets it again.
	cursor uint64
	// again is the last entry handed over once more out of caution, up to
	// againTo. That waits until there is nothing new.
	again, againTo uint64
	// marker is what the store's marker holds, 0 when it may have none; noted
	// is the place that our disk knows.
	marker, noted uint64
	// servers are those that held the store when it was last asked.
	servers string
	pause   time.Duration
	// size is how many entries the next step may have, cut says that the last one
	// left some for the next.
	size int
	cut  bool
	// unread says that the log cannot be read where it is to be handed over.
	unread bool
	// signed waits for the store to have had what it covers; ticks count to the
	// next signing, kept is up to where older checkpoints are kept.
	signed *signed
	ticks  int
	kept   map[string]uint64
	ending bool
	// restores says that the store may lack editions of which this node has copies.
	restores bool
}

func (b *Outbox) apply(noted uint64) {
	defer close(b.applierEnded)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := &applier{Outbox: b, noted: noted, cursor: noted, size: minStep, kept: map[string]uint64{}}
	if noted > 0 {
		a.marker = noted + 1
	}
	a.rewind(caution)
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	stop := (<-chan struct{})(b.stop)
	ending := func() {
		// What came before the end is handed over, for some time.
		stop, a.again, a.ending = nil, a.againTo, true
		time.AfterFunc(b.o.Drain, cancel)
		<-b.writerEnded
	}
	for a.keepHouse(ctx); ; {
		more := a.step(ctx)
		var wait <-chan time.Time
		switch {
		case stop == nil && (!more || a.pause > 0 || ctx.Err() != nil):
			a.keepHouse(ctx)
			return
		case a.pause > 0:
			wait = time.After(a.pause)
		case more:
			a.gather(stop)
			wait = ready()
		}
		news := b.news
		if wait != nil {
			news = nil
		}
		select {
		case <-stop:
			ending()
		case <-ticker.C:
			a.keepHouse(ctx)
		case looked := <-a.looks:
			a.compare(ctx)
			close(looked)
		case <-wait:
		case <-news:
			a.gather(stop)
		}
	}
}

// ready is a channel that does not make one wait.
func ready() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

// step hands over one batch and reports whether there may be more.
func (a *applier) step(ctx context.Context) bool {
	if a.marker == 0 && !a.compare(ctx) {
		return true
	}
	batch, err := a.next(a.cursor, a.last())
	fresh := len(batch) > 0
	if err == nil && !fresh {
		batch, err = a.next(a.again, a.againTo)
	}
	if err != nil {
		return a.illegible(err)
	}
	a.unread = false
	if len(batch) == 0 {
		return false
	}
	began := time.Now()
	err = a.hand(ctx, batch)
	a.paced(time.Since(began))
	if err != nil {
		a.failed(err)
		return true
	}
	if last := batch[len(batch)-1].position; fresh {
		a.moveTo(last)
	} else {
		a.again = last
	}
	a.recovered()
	return true
}

func (a *applier) moveTo(position uint64) {
	a.cursor = position
	a.mu.Lock()
	defer a.mu.Unlock()
	if position > a.applied {
		a.applied = position
		a.letGo()
		close(a.moved)
		a.moved = make(chan struct{})
	}
}

func (a *applier) failed(err error) {
	if a.pause == 0 {
		a.o.Log.Warn("the store does not take decisions; they wait in the node log", "err", err, "fix", fixOf(err))
	}
	a.pause = min(max(2*a.pause, firstPause), lastPause)
	a.setDown(true, err)
}

// recovered notes that the store answers again. It may have lost what it had
// said to have, so it gets what is recent once more.
func (a *applier) recovered() {
	if a.pause == 0 {
		return
	}
	a.pause = 0
	a.setDown(false, nil)
	a.o.Log.Info("the store takes decisions again")
	a.rewind(caution)
}

func (a *applier) setDown(down bool, why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.down, a.trouble = down, why
}

// rewind plans to hand over once more what was logged in the time just past.
func (a *applier) rewind(past time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.again, a.againTo = min(a.index.since(a.now()-past.Milliseconds()), a.cursor), a.cursor
}

func (a *applier) last() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.index.last()
}

// next returns the entries of the next fsync after a position: those were under
// way at the same time, so they may be handed over at the same time, whatever
// their order. A store that takes records in their order gets those of later
// fsyncs along with them; an erasure is followed by nothing of a later one.
func (a *applier) next(after, last uint64) ([]*entry, error) {
	a.mu.Lock()
	after = max(after, a.index.first-1)
	recent := a.recent
	a.mu.Unlock()
	limit := maxBatch
	if a.inOrder {
		limit = a.size
	}
	var batch []*entry
	erases := false
	a.cut = false
	for p := after + 1; p <= last && len(batch) < limit; p++ {
		var e *entry
		if n := len(recent); n > 0 && p >= recent[0].position && p <= recent[n-1].position {
			e = recent[p-recent[0].position]
		} else {
			read, _, err := a.entryAt(context.Background(), p)
			if err != nil && len(batch) > 0 {
				// What stands before it can be handed over.
				a.cut = true
				return batch, nil
			}
			if err != nil {
				return nil, err
			}
			e = &read
		}
		if e.kind == kindErase {
			erases = true
		}
		if len(batch) > 0 && e.batch != batch[0].batch && (erases || !a.inOrder) {
			a.cut = true
			break
		}
		batch = append(batch, e)
	}
	a.cut = a.cut || len(batch) == limit
	return batch, nil
}
