package outbox

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	// readWait is how long a read waits for the store to have had what this
	// node knows of the subject; afterwards the two are laid over each other.
	readWait = 20 * time.Millisecond
	// awayWait is how long a read waits for a store that is known to be away. A
	// full one, or one that has just come back, answers sooner.
	awayWait = 20 * time.Millisecond
	// historyLimit is the most that History returns: the newest ones.
	historyLimit = 1000
)

// entryAt reads an entry and what memory knows of it.
func (b *Outbox) entryAt(ctx context.Context, position uint64) (entry, meta, error) {
	b.mu.Lock()
	var m meta
	if known := b.index.at(position); known != nil {
		m = *known
	}
	if n := len(b.recent); n > 0 && position >= b.recent[0].position && position <= b.recent[n-1].position {
		e := *b.recent[position-b.recent[0].position]
		b.mu.Unlock()
		return e, m, nil
	}
	b.mu.Unlock()
	e, err := b.log.by(ctx, position)
	return e, m, err
}

// reached waits until the store has had the log up to a position.
func (b *Outbox) reached(ctx context.Context, position uint64, wait time.Duration) bool {
	b.mu.Lock()
	done, moved, down := b.applied >= position, b.moved, b.down
	b.mu.Unlock()
	if done || down && wait == readWait {
		return done
	}
	b.hasten()
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		select {
		case <-moved:
		case <-ctx.Done():
			return false
		case <-b.applierEnded:
			return false
		}
		b.mu.Lock()
		done, moved = b.applied >= position, b.moved
		b.mu.Unlock()
		if done {
			return true
		}
	}
}

// local is what this node's log knows of a person.
type local struct {
	// pending are the records that the store may not have had, newest last.
	pending []consent.Record
	// current is what counts of all that are kept; fresh says that its latest
	// is one of pending.
	current *consent.Record
	fresh   bool
	// since is the clock of what the store is known to have had; see whole.
	since    int64
	tomb     int64
	isErased bool
	down     bool
}

func (b *Outbox) local(ctx context.Context, site, subject string) (local, error) {
	person := digestOf(site, subject)
	b.mu.Lock()
	var l local
	l.tomb, l.isErased = b.index.tombs[person]
	l.down, l.since = b.down, b.index.newest(person)
	applied, bestClock := b.applied, int64(math.MinInt64)
	var known []uint64
	clocks := map[uint64]int64{}
	for _, p := range b.index.positions(person) {
		m := b.index.at(p)
		if m.flags&(flagErased|flagForeign|flagSwept) != 0 || l.isErased && m.clock <= l.tomb {
			continue
		}
		known, clocks[p] = append(known, p), m.clock
		bestClock = max(bestClock, m.clock)
	}
	b.mu.Unlock()
	var near []consent.Record
	for _, p := range slices.Backward(known) {
		isNear := bestClock-clocks[p] <= consent.SkewBound.Milliseconds()
		if p <= applied && !isNear {
			continue
		}
		r, err := b.recordAt(ctx, p)
		if err != nil {
			return l, err
		}
		if p > applied {
			l.pending = append(l.pending, r)
		}
		if isNear {
			near = append(near, r)
		}
	}
	if r, ok := consent.Current(near); ok {
		l.current = &r
		l.fresh = slices.ContainsFunc(l.pending, func(p consent.Record) bool { return p.ID == r.ID })
	}
	return l, nil
}

func (b *Outbox) recordAt(ctx context.Context, position uint64) (consent.Record, error) {
	e, _, err := b.entryAt(ctx, position)
	if err != nil {
		return consent.Record{}, err
	}
	r, err := e.record()
	return r, coded(err)
}

// settled waits a moment until the store has had what this node knows of a
// person, so that mostly its answer is the whole one.
func (b *Outbox) settled(ctx context.Context, site, subject string) {
	b.mu.Lock()
	newest := b.index.heads.get(digestOf(site, subject))
	b.mu.Unlock()
	b.reached(ctx, newest, readWait)
}

// History returns the subject's records by clock; see consent.Records.
func (b *Outbox) History(ctx context.Context, site, subject string) ([]consent.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, late(err)
	}
	if subject == "" {
		return b.inner.History(ctx, site, subject)
	}
	b.settled(ctx, site, subject)
	l, err := b.local(ctx, site, subject)
	if err != nil {
		return nil, err
	}
	all, err := b.inner.History(ctx, site, subject)
	if err != nil && (consent.CodeOf(err) != consent.Erased || !l.isErased) {
		return nil, err
	}
	known := map[string]bool{}
	all = slices.DeleteFunc(all, func(r consent.Record) bool { return l.isErased && r.Clock <= l.tomb })
	for _, r := range all {
		known[r.ID] = true
	}
	for _, r := range l.pending {
		if !known[r.ID] {
			all = append(all, r)
		}
	}
	if len(all) == 0 && l.isErased {
		return nil, consent.Forgotten(0)
	}
	slices.SortFunc(all, func(x, y consent.Record) int {
		if x.Later(&y) {
			return 1
		}
		return -1
	})
	return all[max(0, len(all)-historyLimit):], nil
}

// Devices lists the devices that were linked to an account; see consent.Records.
func (b *Outbox) Devices(ctx context.Context, site, account string) ([]string, error) {
	b.settled(ctx, site, account)
	l, err := b.local(ctx, site, account)
	if err != nil {
		return nil, err
	}
	found, err := b.inner.Devices(ctx, site, account)
	for _, one := range consent.Linked(l.pending) {
		if !slices.Contains(found, one) {
			found = append(found, one)
		}
	}
	return found, err
}

// Export calls each for every record of a site; see consent.Records. It first
// waits until the store has had what was acknowledged before. Errors:
// Unavailable when that takes longer than ctx.
func (b *Outbox) Export(ctx context.Context, site string, each func(consent.Record) error) error {
	if err := b.handedOver(ctx); err != nil {
		return err
	}
	return b.inner.Export(ctx, site, each)
}

// Arrivals returns a page of the feed; see consent.Feed. It first waits until
// the store has had what was acknowledged before.
func (b *Outbox) Arrivals(ctx context.Context, site, after string, limit int) ([]consent.Arrival, error) {
	if err := b.handedOver(ctx); err != nil {
		return nil, err
	}
	return b.inner.Arrivals(ctx, site, after, limit)
}

// Tail is the end of the feed; see consent.Feed.
func (b *Outbox) Tail(ctx context.Context, site string) (string, error) {
	if err := b.handedOver(ctx); err != nil {
		return "", err
	}
	return b.inner.Tail(ctx, site)
}

// Sweep deletes the oldest records; see consent.Feed. What this node's log
// still holds must not be swept: it may be handed over again.
func (b *Outbox) Sweep(ctx context.Context, site string, over func(consent.Record) bool, limit int) (int, error) {
	if err := b.handedOver(ctx); err != nil {
		return 0, err
	}
	through := map[string]uint64{}
	n, err := b.inner.Sweep(ctx, site, func(r consent.Record) bool {
		gone := over(r)
		if gone {
			through[r.Node] = max(through[r.Node], r.Seq)
			b.forget(site, r.ID)
		}
		return gone
	}, limit)
	if n > 0 {
		// That it is noted matters more than what the next sweep says again.
		if bad := b.swept(ctx, site, through); bad != nil {
			err = bad
		}
	}
	return n, err
}

// forget notes that the store does not lose a record by itself.
func (b *Outbox) forget(site, id string) {
	mark := digestOf(site, id)
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, m := b.index.lookup(mark); m != nil {
		m.flags |= flagSwept
	}
}
