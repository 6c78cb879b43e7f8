package outbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leadiumx/consent/consent"
)

// hand gives a batch to the store. What counts does not depend on the order in
// which a store gets them. It is all to be repeated when one fails.
func (a *applier) hand(ctx context.Context, batch []*entry) error {
	if len(batch) > 1 {
		var err error
		if batch, err = a.together(ctx, batch); err != nil {
			return err
		}
	}
	if len(batch) == 1 {
		return a.one(ctx, batch[0])
	}
	var next atomic.Int64
	errs := make([]error, len(batch))
	var running sync.WaitGroup
	for range min(applyLimit, len(batch)) {
		running.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(batch); i = next.Add(1) - 1 {
				errs[i] = a.one(ctx, batch[i])
			}
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// many is what a store may have that takes many records at once.
type many interface {
	// AppendAll does as Append with each of the records, in any order.
	AppendAll(ctx context.Context, records []consent.Record) []consent.Appended
}

// ordered is what a store may have whose AppendAll keeps the order.
type ordered interface {
	many
	// InOrder reports whether AppendAll stores records in the order given.
	InOrder() bool
}

// together gives the records of a batch to the store at once, if it takes many,
// and returns the entries that want more than that: those that are left, were
// refused, or belong to somebody who was erased, unless that changed the order.
func (a *applier) together(ctx context.Context, batch []*entry) (rest []*entry, err error) {
	store, ok := a.inner.(many)
	if !ok {
		return batch, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	forgotten := make([]bool, len(batch))
	a.mu.Lock()
	for i, e := range batch {
		forgotten[i] = a.index.at(e.position).flags&flagErased != 0
	}
	a.mu.Unlock()
	records, of, gone := make([]consent.Record, 0, len(batch)), make([]*entry, 0, len(batch)), make([]bool, 0, len(batch))
	for i, e := range batch {
		if e.kind != kindRecord || forgotten[i] && !a.inOrder {
			rest = append(rest, e)
			continue
		}
		r, err := e.shared()
		if err != nil {
			return nil, err
		}
		if forgotten[i] {
			r = r.Stripped()
		}
		records, of, gone = append(records, r), append(of, e), append(gone, forgotten[i])
	}
	if len(records) == 0 {
		return rest, nil
	}
	all := store.AppendAll(ctx, records)
	for i := range all {
		r, got := &records[i], &all[i]
		switch code := consent.CodeOf(got.Err); {
		case got.Err == nil && got.Record.Node == r.Node && got.Record.Seq == r.Seq:
			a.heard(of[i], r, gone[i], &got.Record, nil)
		case got.Err != nil && (code == "" || code == consent.Unavailable):
			err = got.Err
		default:
			rest = append(rest, of[i])
		}
	}
	return rest, err
}

// one gives an entry to the store and notes what it said. It returns an error
// only when the entry is to be given again.
func (a *applier) one(ctx context.Context, e *entry) error {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	if e.kind == kindErase {
		subject, at, err := e.erasure()
		if err == nil && e.wide() {
			err = a.family(ctx, at.site, subject, time.UnixMilli(e.clock))
		}
		if err != nil {
			return err
		}
		if err := a.inner.Erase(ctx, at.site, subject, time.UnixMilli(e.clock)); err != nil {
			return err
		}
		return a.state(ctx, consent.Forgot, at, "", e.time)
	}
	r, err := e.record()
	if err != nil {
		return err
	}
	a.mu.Lock()
	gone := a.index.at(e.position).flags&flagErased != 0
	a.mu.Unlock()
	if gone {
		// That there was a record may be known for ever, what it said not for
		// a moment: others may read the store before the erasure follows.
		r = r.Stripped()
	}
	stored, _, err := a.inner.Append(ctx, r)
	if consent.CodeOf(err) == consent.Erased && !gone {
		// Another node knows of the erasure. The chain keeps what is sealed.
		gone = true
		stored, _, err = a.inner.Append(ctx, r.Stripped())
	}
	switch consent.CodeOf(err) {
	case "":
		if err != nil {
			return err
		}
	case consent.Erased, consent.IDReused, consent.Invalid:
	default:
		return err
	}
	// An erasure that came before a record tells of no other one.
	// Of one that is damaged in the store nobody knows whose it is.
	kept := stored.Node == r.Node && stored.Seq == r.Seq || consent.CodeOf(err) == consent.Erased && stored.Node == "" || stored.Damaged
	switch {
	case kept:
	case a.exchanged(&r, &stored):
		a.o.Log.Error("another record stands in the place of one in the store; `lxconsent ledger verify` names them", "entry", e.position)
	default:
		if err := a.state(ctx, consent.Void, placeOf(&r), r.ID, e.time); err != nil {
			return err
		}
	}
	a.heard(e, &r, gone, &stored, err)
	return nil
}

// exchanged reports whether the store has another record of this log under the
// id of one: the log takes each id once, so somebody has put it there. That is
// no reason to state anything.
func (b *Outbox) exchanged(r, stored *consent.Record) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return stored.Node == r.Node && stored.Time.UnixMilli() > b.horizon
}

// heard takes in what the store said to a record.
func (a *applier) heard(e *entry, r *consent.Record, gone bool, stored *consent.Record, err error) {
	got := result{err: err}
	flag := uint8(0)
	switch {
	case gone:
		got.err = consent.Forgotten(0)
	case stored.Damaged:
		a.o.Log.Error("the store holds a damaged record; `lxconsent ledger verify` names it", "entry", e.position)
	case err != nil:
		flag = flagRefused
		a.o.Log.Warn("the store refused a decision", "code", consent.CodeOf(err), "entry", e.position)
	case stored.Node != r.Node || stored.Seq != r.Seq:
		flag, got.foreign = flagForeign, true
	default:
		flag = flagHad
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.index.at(e.position).flags |= flag
	waiting := a.waiting[e.position]
	if len(waiting) == 0 {
		return
	}
	for _, c := range waiting {
		if !gone {
			got.record = cloned(*stored)
		}
		c <- got
	}
	delete(a.waiting, e.position)
}
