package outbox

import (
	"context"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	// maxBatch bounds how many writes share one fsync.
	maxBatch = 256
	// maxRecent bounds the entries that wait in memory for the store.
	maxRecent = 4096
	// lateWait is how long a decision that may have come before waits to hear
	// what the store knows of it; retryAge is the age from which on it may have
	// come to another node.
	lateWait, retryAge = 250 * time.Millisecond, time.Second
	// ackWait is how long a write waits for the store when the store's level
	// is promised.
	ackWait = time.Second
)

// request is one entry that waits for the writer.
type request struct {
	ctx   context.Context
	entry entry
	// record is nil for an erasure.
	record *consent.Record
	done   chan answer
}

// answer says what became of a request.
type answer struct {
	// position is the entry's own, or that of the entry which has its id.
	position uint64
	fresh    bool
	// applied tells the outcome at the store; nil when it is known already.
	applied <-chan result
	err     error
}

// result is what the store said to an entry.
type result struct {
	record  consent.Record
	foreign bool
	err     error
}

// Append stores a record; see consent.Records. It returns once the record is
// as safe as Level says. A decision that was made before the log began, or some
// time ago, may be the retry of one that only the store knows, so it waits a
// moment for what the store says. When the store is away it is taken all the
// same, and settled later: there, the first content of an id wins.
func (b *Outbox) Append(ctx context.Context, r consent.Record) (consent.Record, bool, error) {
	stored, fresh, level, err := b.AppendLevel(ctx, r)
	if err == nil && level != b.o.Ack {
		return consent.Record{}, false, notApplied(ctx.Err())
	}
	return stored, fresh, err
}

// AppendLevel is Append for callers that can say what was reached: when ctx
// ends before the level of Options.Ack is reached, it returns the record with
// StoredLocal and no error.
func (b *Outbox) AppendLevel(ctx context.Context, r consent.Record) (stored consent.Record, fresh bool, level consent.Level, err error) {
	if err := named(r.Site, r.ID, r.Subject); err != nil {
		return stored, false, "", err
	}
	e, err := recordEntry(r, b.now())
	if err != nil {
		return stored, false, "", err
	}
	a, err := b.submit(ctx, &request{ctx: ctx, entry: e, record: &r, done: make(chan answer, 1)})
	if err != nil {
		return stored, false, "", err
	}
	if a.fresh {
		return b.settle(ctx, r, a)
	}
	return b.repeated(ctx, r, a)
}

// settle waits for the store as long as the caller has to.
func (b *Outbox) settle(ctx context.Context, r consent.Record, a answer) (consent.Record, bool, consent.Level, error) {
	if a.applied == nil {
		return r, true, consent.StoredLocal, nil
	}
	wait := ackWait
	if b.o.Ack == consent.StoredLocal {
		wait = lateWait
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case got := <-a.applied:
		if got.err != nil {
			return consent.Record{}, false, "", got.err
		}
		return got.record, !got.foreign, b.o.Ack, nil
	case <-ctx.Done():
	case <-b.applierEnded:
	}
	return r, true, consent.StoredLocal, nil
}

// repeated answers a write whose id the log has already.
func (b *Outbox) repeated(ctx context.Context, r consent.Record, a answer) (stored consent.Record, fresh bool, level consent.Level, err error) {
	first, m, err := b.entryAt(a.position)
	if err != nil {
		return stored, false, "", err
	}
	if stored, err = first.record(); err != nil {
		return stored, false, "", unread(err)
	}
	switch {
	case m.flags&flagErased != 0:
		return consent.Record{}, false, "", erased()
	case stored.Content != r.Content:
		return consent.Record{}, false, "", reused(r.ID)
	case m.flags&flagForeign != 0:
		// Only the store has the first record of this id.
		stored, fresh, err = b.inner.Append(ctx, r)
		return stored, fresh, b.o.Ack, err
	}
	if b.o.Ack != consent.StoredLocal && !b.reached(ctx, a.position, ackWait) {
		return stored, false, consent.StoredLocal, nil
	}
	return stored, false, b.o.Ack, nil
}

// Erase forgets a subject; see consent.Records. On this node it counts at once
// and for good: what the log holds of the subject is never handed over again
// under its name. The log's files keep the old entries until they are deleted,
// after Options.Retain.
func (b *Outbox) Erase(ctx context.Context, site, subject string, at time.Time) error {
	if subject == "" {
		return consent.Fail(consent.Invalid, "no subject is named", "name the subject to be forgotten")
	}
	if err := named(site, "-", subject); err != nil {
		return err
	}
	e, err := eraseEntry(site, subject, at.UnixMilli(), b.now())
	if err != nil {
		return err
	}
	a, err := b.submit(ctx, &request{ctx: ctx, entry: e, done: make(chan answer, 1)})
	if err != nil {
		return err
	}
	if b.o.Ack != consent.StoredLocal && !b.reached(ctx, a.position, ackWait) {
		return notApplied(ctx.Err())
	}
	return nil
}

func (b *Outbox) submit(ctx context.Context, r *request) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, late(err)
	}
	select {
	case <-b.stop:
		return answer{}, closed()
	default:
	}
	select {
	case b.requests <- r:
	case <-ctx.Done():
		return answer{}, late(ctx.Err())
	case <-b.stop:
		return answer{}, closed()
	}
	select {
	case a := <-r.done:
		return a, a.err
	case <-ctx.Done():
		return answer{}, late(ctx.Err())
	case <-b.writerEnded:
	}
	select {
	case a := <-r.done:
		return a, a.err
	default:
		return answer{}, closed()
	}
}

// write is the one writer: what waits while an fsync is under way shares the next.
func (b *Outbox) write() {
	defer close(b.writerEnded)
	batch := make([]*request, 0, maxBatch)
	for {
		select {
		case <-b.stop:
			b.commit(b.gather(batch[:0]))
			return
		case r := <-b.requests:
			b.commit(b.gather(append(batch[:0], r)))
		}
	}
}

// gather takes what waits now, without waiting for more.
func (b *Outbox) gather(batch []*request) []*request {
	for len(batch) < maxBatch {
		select {
		case r := <-b.requests:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// commit logs a batch with one fsync and answers.
func (b *Outbox) commit(batch []*request) {
	var entries []*entry
	var fresh, again []*request
	ids, tombs := map[digest]bool{}, map[digest]int64{}
	b.mu.Lock()
	for _, r := range batch {
		e := &r.entry
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
			r.done <- answer{err: erased()}
			continue
		default:
			ids[e.mark] = true
		}
		fresh, entries = append(fresh, r), append(entries, e)
	}
	b.mu.Unlock()
	if len(entries) > 0 {
		if err := b.log.append(entries); err != nil {
			for _, r := range append(fresh, again...) {
				r.done <- answer{err: coded(err)}
			}
			return
		}
	}
	b.publish(fresh, again)
}

// publish takes what is safe into the index and answers.
func (b *Outbox) publish(fresh, again []*request) {
	b.mu.Lock()
	for _, r := range fresh {
		e := r.entry
		// Once entries have been deleted, any id may be one of theirs.
		old := b.index.first > 1 || e.clock < b.horizon || e.time-e.clock >= retryAge.Milliseconds()
		b.index.add(e.head, headSize+len(e.body))
		b.recent = append(b.recent, e)
		a := answer{position: e.position, fresh: true}
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
	if n := len(b.recent); n > 2*maxRecent {
		b.recent = append([]entry(nil), b.recent[n-maxRecent:]...)
	}
	b.mu.Unlock()
	select {
	case b.news <- struct{}{}:
	default:
	}
}
