package outbox

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// receipts signs what is safe, all with one signature.
func (b *Outbox) receipts(fresh []*request) {
	if b.o.Keys == nil {
		return
	}
	records, of := make([]*consent.Record, 0, len(fresh)), make([]*request, 0, len(fresh))
	for _, r := range fresh {
		if r.record != nil {
			records, of = append(records, r.record), append(of, r)
		}
	}
	signed, err := b.o.Keys.SignReceipts(records)
	if err != nil {
		// Whoever is to answer signs by themselves, and sees why.
		b.o.Log.Error("receipts could not be signed together", "err", err)
	}
	for i := range signed {
		of[i].receipt = signed[i]
	}
}

// receiptAgain makes the receipt of an entry as it was made before, from all
// that shared its fsync.
func (b *Outbox) receiptAgain(ctx context.Context, of entry) (none consent.SignedReceipt, err error) {
	if b.o.Keys == nil {
		return none, nil
	}
	first := of.position
	for first > 1 {
		e, _, err := b.entryAt(ctx, first-1)
		if ctx.Err() != nil {
			return none, late(ctx.Err())
		}
		if err != nil || e.batch != of.batch {
			// What is before may be deleted; a whole batch is never in part.
			break
		}
		first--
	}
	b.mu.Lock()
	last := b.index.last()
	b.mu.Unlock()
	var records []*consent.Record
	at := -1
	for p := first; p <= last; p++ {
		e, _, err := b.entryAt(ctx, p)
		if err != nil {
			return none, err
		}
		if e.batch != of.batch {
			break
		}
		if e.kind != kindRecord {
			continue
		}
		r, err := e.record()
		if err != nil {
			return none, unread(err)
		}
		if p == of.position {
			at = len(records)
		}
		records = append(records, &r)
	}
	signed, err := b.o.Keys.SignReceipts(records)
	if err != nil || at < 0 {
		return none, err
	}
	return signed[at], nil
}
