package outbox

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// Latest returns the subject's current record; see consent.Records. While the
// store does not answer, it answers from the log alone what cannot let anything
// run that must not: a decision that the store has not had, a refusal, or an
// erasure. A grant that the store has had may have been withdrawn on another
// node since, so it is Unavailable then. All of that holds too while the store
// answers less than it has had.
func (b *Outbox) Latest(ctx context.Context, site, subject string) (r consent.Record, err error) {
	if err := ctx.Err(); err != nil {
		return r, late(err)
	}
	if subject == "" {
		return b.inner.Latest(ctx, site, subject)
	}
	if since, ok := b.trusted(site, subject); ok {
		if r, err = b.inner.Latest(ctx, site, subject); whole(err, r.Clock, since) {
			return r, err
		}
	}
	if !b.own {
		b.settled(ctx, site, subject)
	}
	r, err = b.laidOver(ctx, site, subject)
	if b.own && consent.CodeOf(err) == consent.Erased {
		// The store may know of an erasure which the log has no more, and what
		// came after it may wait here.
		b.mu.Lock()
		newest := b.index.heads.get(digestOf(site, subject))
		b.mu.Unlock()
		b.reached(ctx, newest, callWait)
		r, err = b.laidOver(ctx, site, subject)
	}
	return r, err
}

// Standing is what counts of Latest; see consent.Records.
func (b *Outbox) Standing(ctx context.Context, site, subject string, out *consent.Standing) error {
	if ctx.Err() == nil && subject != "" {
		if since, ok := b.trusted(site, subject); ok {
			if err := b.inner.Standing(ctx, site, subject, out); whole(err, out.At, since) {
				return err
			}
		}
	}
	r, err := b.Latest(ctx, site, subject)
	*out = consent.Standing{}
	switch {
	case err == nil:
		*out = r.Standing()
	case consent.CodeOf(err) == consent.Unavailable:
		b.mu.Lock()
		out.At = max(0, b.index.newest(digestOf(site, subject)))
		b.mu.Unlock()
	}
	return err
}

// laidOver returns what counts of the store's record and those that it has not had.
func (b *Outbox) laidOver(ctx context.Context, site, subject string) (consent.Record, error) {
	l, err := b.local(ctx, site, subject)
	if err != nil {
		return consent.Record{}, err
	}
	if l.down {
		if r, err, ok := l.alone(); ok {
			return r, err
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, awayWait)
		defer cancel()
	}
	r, err := b.inner.Latest(ctx, site, subject)
	if l.isErased && (err == nil && r.Clock <= l.tomb || consent.CodeOf(err) == consent.Erased && consent.ErasedAt(err) < l.tomb) {
		err = consent.Forgotten(l.tomb)
	}
	if !l.fresh && !whole(err, r.Clock, l.since) && consent.CodeOf(err) != consent.Unavailable {
		err = lost()
	}
	switch code := consent.CodeOf(err); {
	case err == nil:
		r, _ = consent.Current(append(l.pending, r))
		return r, nil
	case code == consent.NotFound && l.isErased && !l.fresh:
		return consent.Record{}, consent.Forgotten(l.tomb)
	case l.fresh && (code == consent.NotFound || code == consent.Erased && l.isErased):
		return *l.current, nil
	case code == consent.Unavailable:
		if r, err, ok := l.alone(); ok {
			return r, err
		}
	}
	return consent.Record{}, err
}

// alone is what may be said without the store.
func (l *local) alone() (r consent.Record, err error, ok bool) {
	switch {
	case l.current == nil && l.isErased:
		return r, consent.Forgotten(l.tomb), true
	case l.current == nil:
		return r, nil, false
	}
	return *l.current, nil, l.fresh || !grants(l.current)
}

func grants(r *consent.Record) bool {
	for _, levels := range []map[string]int{r.Levels, r.Vendors} {
		for _, n := range levels {
			if n > 0 {
				return true
			}
		}
	}
	return false
}
