package outbox

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	// maxBatch bounds how many writes share one fsync.
	maxBatch = 256
	// maxRecent bounds the entries that wait in memory for the store; keptRecent
	// is how many stay there afterwards.
	maxRecent, keptRecent = 2 * maxStep, 512
	// lateWait is how long a decision that may have come before waits to hear
	// what the store knows of it; retryAge is the age from which on it may have
	// come to another node.
	lateWait, retryAge = 250 * time.Millisecond, time.Second
)

// request is one entry that waits for the writer.
type request struct {
	ctx   context.Context
	entry *entry
	// record is nil for an erasure, of the subject on the site. The writer
	// gives it its place.
	record        *consent.Record
	receipt       consent.SignedReceipt
	site, subject string
	// wide asks for an erasure of who is linked to the subject too.
	wide bool
	// new says that the store does not know the id of the record.
	new  bool
	done chan answer
}

// idle are requests that were answered, so that nobody else holds them.
type idle struct{ pool sync.Pool }

func (i *idle) get() *request {
	if r, ok := i.pool.Get().(*request); ok {
		return r
	}
	return &request{done: make(chan answer, 1)}
}

func (i *idle) put(r *request) {
	*r = request{done: r.done}
	i.pool.Put(r)
}

// answer says what became of a request.
type answer struct {
	// position is the entry's own, or that of the entry which has its id.
	position uint64
	fresh    bool
	// applied tells the outcome at the store; nil when it is known already.
	applied <-chan result
	receipt consent.SignedReceipt
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
	own := cloned(r)
	if !r.MadeSubject() {
		own.Secret = nil
	}
	kept, err := b.Keep(ctx, own)
	if err == nil && kept.Level != b.o.Ack {
		return consent.Record{}, false, notApplied(ctx.Err())
	}
	if kept.Fresh {
		// The caller gets their own maps again.
		kept.Record.Levels, kept.Record.Vendors, kept.Record.Over = r.Levels, r.Vendors, r.Over
	}
	return kept.Record, kept.Fresh, err
}

// Keep is Append for callers that can say what was reached: when the level of
// Options.Ack is not reached soon, or before ctx ends, it returns the record
// with the level that was, and no error. The receipts of all that shared an
// fsync share a signature. Nobody may change the maps of the record afterwards.
// Its Secret is the one that consent.NewSubjectFor made with the subject, or nil.
func (b *Outbox) Keep(ctx context.Context, r consent.Record) (consent.Kept, error) {
	if err := named(r.Site, r.ID, r.Subject); err != nil {
		return consent.Kept{}, err
	}
	r.Time, r.Sealed = r.Time.Truncate(time.Millisecond), nil
	if r.Subject != "" && r.Secret == nil {
		r.Secret = make([]byte, consent.SecretSize)
		if _, err := io.ReadFull(b.o.Random, r.Secret); err != nil {
			return consent.Kept{}, unread(err)
		}
	}
	own := r
	q := b.idle.get()
	q.ctx, q.entry, q.record, q.site = ctx, recordEntry(&own, b.now()), &own, r.Site
	a, err := b.submit(ctx, q)
	switch {
	case err != nil:
		return consent.Kept{}, err
	case a.fresh:
		return b.settle(ctx, own, a)
	}
	return b.repeated(ctx, r, a)
}

// settle waits for the store as long as the caller has to.
func (b *Outbox) settle(ctx context.Context, r consent.Record, a answer) (consent.Kept, error) {
	local := consent.Kept{Record: r, Fresh: true, Level: consent.StoredLocal, Receipt: a.receipt}
	if a.applied == nil {
		return local, nil
	}
	wait := b.o.AckWait
	if b.o.Ack == consent.StoredLocal {
		wait = lateWait
	}
	b.mu.Lock()
	if b.down {
		// Who does not answer now would only make the visitor wait.
		wait = 0
	}
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	select {
	case got := <-a.applied:
		switch {
		case got.err != nil:
			return consent.Kept{}, got.err
		case got.foreign:
			return consent.Kept{Record: got.record, Level: b.level(ctx)}, nil
		}
		return consent.Kept{Record: got.record, Fresh: true, Level: b.level(ctx), Receipt: a.receipt}, nil
	case <-ctx.Done():
	case <-b.applierEnded:
	}
	return local, nil
}

// level is what a decision has reached that the store has had.
func (b *Outbox) level(ctx context.Context) consent.Level {
	if b.o.Ack != consent.StoredReplica {
		return b.o.Ack
	}
	if held, err := b.inner.(Replicating).Replicated(ctx); err != nil || !held {
		return b.inner.Level()
	}
	return consent.StoredReplica
}

// repeated answers a write whose id the log has already.
func (b *Outbox) repeated(ctx context.Context, r consent.Record, a answer) (consent.Kept, error) {
	first, m, err := b.entryAt(ctx, a.position)
	if err != nil {
		return consent.Kept{}, err
	}
	stored, err := first.record()
	if err != nil {
		return consent.Kept{}, unread(err)
	}
	switch {
	case m.flags&flagErased != 0:
		return consent.Kept{}, consent.Forgotten(0)
	case stored.Content != r.Content:
		return consent.Kept{}, reused(r.ID)
	case m.flags&flagForeign != 0:
		// Only the store has the first record of this id.
		stored, fresh, err := b.inner.Append(ctx, r)
		return consent.Kept{Record: stored, Fresh: fresh, Level: b.level(ctx)}, err
	}
	kept := consent.Kept{Record: stored, Level: consent.StoredLocal}
	if kept.Receipt, err = b.receiptAgain(ctx, first); err != nil {
		return consent.Kept{}, err
	}
	if b.o.Ack == consent.StoredLocal || b.reached(ctx, a.position, b.o.AckWait) {
		kept.Level = b.level(ctx)
	}
	return kept, nil
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
		b.crowd.came(len(b.requests))
	case <-ctx.Done():
		return answer{}, late(ctx.Err())
	case <-b.stop:
		return answer{}, closed()
	}
	select {
	case a := <-r.done:
		b.idle.put(r)
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
