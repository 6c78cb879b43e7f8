package outbox

import (
	"context"

	"github.com/leadiumx/consent/consent"
)

// handedOver waits until the store has had what was acknowledged before.
func (b *Outbox) handedOver(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return late(err)
	}
	b.mu.Lock()
	last, down, trouble := b.index.last(), b.down, b.trouble
	b.mu.Unlock()
	if down && trouble != nil {
		// Whoever asks learns why it takes none.
		return coded(trouble)
	}
	if down || !b.reached(ctx, last, callWait) {
		return consent.Fail(consent.Unavailable, "the store has not yet had all decisions of this node", "try again once it answers")
	}
	return nil
}

// Tombstones tells who was erased; see consent.Archive. It waits as Export does.
func (b *Outbox) Tombstones(ctx context.Context, each func(consent.Tombstone) error) error {
	if err := b.handedOver(ctx); err != nil {
		return err
	}
	return b.inner.Tombstones(ctx, each)
}

// Bury erases by a tombstone in the store behind; see consent.Archive. The log
// does not know whose it is, so a backup is restored while no server runs.
func (b *Outbox) Bury(ctx context.Context, t consent.Tombstone) error {
	if err := b.handedOver(ctx); err != nil {
		return err
	}
	return b.inner.Bury(ctx, t)
}

// Contents names what documents and journals there are; see consent.Archive.
func (b *Outbox) Contents(ctx context.Context) (kinds, journals []string, err error) {
	return b.inner.Contents(ctx)
}
