package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Erase forgets a subject; see consent.Records. On this node it counts at once
// and for good: what the log holds of the subject is never handed over again
// under its name. The log's files keep the old entries until they are deleted,
// after Options.Retain.
func (b *Outbox) Erase(ctx context.Context, site, subject string, at time.Time) error {
	level, err := b.EraseLevel(ctx, site, subject, at, false)
	if err == nil && level != b.o.Ack {
		return notApplied(ctx.Err())
	}
	return err
}

// EraseLevel is Erase for callers that can say what was reached. Wide forgets
// the account that the subject is or was linked to as well, and the account's
// devices: the store alone knows those, so they are forgotten there once it has
// the erasure.
func (b *Outbox) EraseLevel(ctx context.Context, site, subject string, at time.Time, wide bool) (consent.Level, error) {
	if subject == "" {
		return "", consent.Fail(consent.Invalid, "no subject is named", "name the subject to be forgotten")
	}
	if err := named(site, "-", subject); err != nil {
		return "", err
	}
	e := eraseEntry(site, subject, at.UnixMilli(), b.now())
	a, err := b.submit(ctx, &request{ctx: ctx, entry: e, site: site, subject: subject, wide: wide, done: make(chan answer, 1)})
	if err != nil {
		return "", err
	}
	if b.o.Ack == consent.StoredLocal || !b.reached(ctx, a.position, b.ackPatience()) {
		return consent.StoredLocal, nil
	}
	return b.level(ctx), nil
}

// ackPatience is how long a promised level is waited for: whoever does not
// answer now would only make the visitor wait.
func (b *Outbox) ackPatience() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return 0
	}
	return b.o.AckWait
}

// family forgets in the store the account of a subject and the account's other
// devices. The subject itself comes last, by the caller: as long as it stands,
// trying again finds the others.
func (a *applier) family(ctx context.Context, site, subject string, at time.Time) error {
	holder := subject
	switch r, err := a.inner.Latest(ctx, site, subject); {
	case errors.Is(err, consent.ErrDamaged):
		// Nobody can tell any more; the subject itself is forgotten all the same.
	case consent.CodeOf(err) == consent.Unavailable:
		return err
	case err == nil && r.Action == consent.Joined:
		holder = r.Peer
	}
	gone, err := a.inner.Devices(ctx, site, holder)
	if err != nil {
		return err
	}
	if holder != subject {
		gone = append(gone, holder)
	}
	for _, one := range gone {
		if err := a.inner.Erase(ctx, site, one, at); err != nil {
			return err
		}
	}
	return nil
}
