package outbox

import (
	"runtime"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

// write is the one writer: what waits while an fsync is under way shares the next.
func (b *Outbox) write() {
	defer close(b.writerEnded)
	batch, met := make([]*request, 0, maxBatch), met{ids: map[digest]bool{}, tombs: map[digest]int64{}}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		hoped := b.crowd.size(len(b.requests))
		select {
		case <-b.stop:
			b.commit(b.gather(batch[:0]), met)
			return
		case <-ticker.C:
			b.log.look()
			continue
		case r := <-b.requests:
			batch = b.gather(append(batch[:0], r))
			if more := hoped - len(batch); hoped > few && more > 0 {
				b.crowd.wait(more, b.stop)
				batch = b.gather(batch)
			}
			b.crowd.answered = len(batch)
			b.commit(batch, met)
		}
		clear(met.ids)
		clear(met.tombs)
	}
}

// gather takes what waits now, and what comes while those that are ready to run
// have their turn: the first of many would else have an fsync to itself. It does
// not wait for anybody who is not ready, so a lone write is as quick as before.
func (b *Outbox) gather(batch []*request) []*request {
	for turns := 0; len(batch) < maxBatch; {
		select {
		case r := <-b.requests:
			batch, turns = append(batch, r), 0
		default:
			if turns++; turns > 1 {
				return batch
			}
			runtime.Gosched()
		}
	}
	return batch
}

// met is what stands in a batch: ids of records, and erasures.
type met struct {
	ids   map[digest]bool
	tombs map[digest]int64
}

// commit logs a batch with one fsync and answers.
func (b *Outbox) commit(batch []*request, met met) {
	var again []*request
	fresh, ids, tombs := make([]*request, 0, len(batch)), met.ids, met.tombs
	b.mu.Lock()
	for _, r := range batch {
		e := r.entry
		_, known := b.index.lookup(e.mark)
		at, dead := b.index.tombs[e.person]
		if t, ok := tombs[e.person]; ok && (!dead || t > at) {
			at, dead = t, true
		}
		switch {
		case r.ctx.Err() != nil:
			r.done <- answer{err: late(r.ctx.Err())}
			continue
		case r.record == nil:
			if t, ok := tombs[e.person]; !ok || e.clock > t {
				tombs[e.person] = e.clock
			}
		case known != nil || ids[e.mark]:
			again = append(again, r)
			continue
		case dead && r.record.Subject != "" && e.clock <= at:
			r.done <- answer{err: consent.Forgotten(0)}
			continue
		default:
			ids[e.mark] = true
		}
		fresh = append(fresh, r)
	}
	b.mu.Unlock()
	for _, r := range fresh {
		r.new = b.isNew(r)
	}
	fresh, entries, heads := b.chain(fresh)
	if len(entries) > 0 {
		// What is signed while the disk works leaves this node once it is safe.
		var signing sync.WaitGroup
		signing.Go(func() { b.receipts(fresh) })
		err := b.log.append(entries)
		signing.Wait()
		if err != nil {
			for _, r := range append(fresh, again...) {
				r.done <- answer{err: untaken(err)}
			}
			return
		}
	}
	b.publish(fresh, again, heads)
}

// chain gives each request its place behind what is safe, and drops those that
// cannot have one. Heads change only in publish, so the writer reads them freely.
func (b *Outbox) chain(fresh []*request) (kept []*request, entries []*entry, heads map[string]consent.Head) {
	heads = map[string]consent.Head{}
	for _, r := range fresh {
		e := r.entry
		h, ok := heads[r.site]
		if !ok {
			h = b.chains.Heads[r.site]
		}
		if r.record == nil {
			h = e.forgets(r.site, r.subject, r.wide, b.chains.Name, h)
		} else {
			var err error
			if h, err = e.chained(&b.packer, b.chains.Name, h); err != nil {
				r.done <- answer{err: err}
				continue
			}
		}
		heads[r.site] = h
		kept, entries = append(kept, r), append(entries, e)
	}
	return kept, entries, heads
}

// mayBeOld reports whether the store may know an id that the log does not. Once
// entries have been deleted, any id may be one of theirs. The caller holds mu.
func (b *Outbox) mayBeOld(h *head) bool {
	return b.index.first > 1 || h.clock < b.horizon || h.time-h.clock >= retryAge.Milliseconds()
}

// isNew asks a store in one file whether it knows the id of a record that the
// log does not know. Entries are deleted when the store has had them, so what
// neither knows at this moment, the log first, never came.
func (b *Outbox) isNew(r *request) bool {
	if r.record == nil || !b.own {
		return false
	}
	b.mu.Lock()
	old := b.mayBeOld(&r.entry.head)
	b.mu.Unlock()
	if !old {
		return false
	}
	_, err := b.inner.Find(r.ctx, r.record.Site, r.record.ID)
	return consent.CodeOf(err) == consent.NotFound
}

// publish takes what is safe into the index and answers.
func (b *Outbox) publish(fresh, again []*request, heads map[string]consent.Head) {
	b.mu.Lock()
	for site, h := range heads {
		b.chains.Heads[site], b.chains.changed[site] = h, true
	}
	for _, r := range fresh {
		e := r.entry
		old := !r.new && b.mayBeOld(&e.head)
		b.index.add(e.head, headSize+len(e.body))
		b.recent = append(b.recent, e)
		a := answer{position: e.position, fresh: true, receipt: r.receipt}
		if r.record != nil && (old || b.o.Ack != consent.StoredLocal) {
			outcome := make(chan result, 1)
			b.waiting[e.position] = append(b.waiting[e.position], outcome)
			a.applied = outcome
		}
		r.done <- a
	}
	for _, r := range again {
		position, _ := b.index.lookup(r.entry.mark)
		r.done <- answer{position: position}
	}
	b.letGo()
	enough := len(b.waiting) > 0 || b.index.last()-b.applied >= maxStep
	b.mu.Unlock()
	select {
	case b.news <- struct{}{}:
	default:
	}
	if enough && b.inOrder {
		b.hasten()
	}
}

// letGo drops from memory what the store has had, save the newest, which may be
// asked for again, and the oldest when too many wait. The caller holds mu.
func (b *Outbox) letGo() {
	n := len(b.recent)
	if n == 0 {
		return
	}
	gone := max(0, n-maxRecent, n-keptRecent-int(b.index.last()-b.applied))
	if gone > n/4 {
		b.recent = append(make([]*entry, 0, n), b.recent[gone:]...)
	}
}
