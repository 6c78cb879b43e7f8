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
	b.look(ctx)
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

// look lets the applier look now whether the store has lost anything, which it does
// every tick: what a store that was just emptied holds is not what it has had.
func (b *Outbox) look(ctx context.Context) {
	b.mu.Lock()
	down := b.down
	b.mu.Unlock()
	if _, loses := b.inner.(Marked); !loses || down {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	looked := make(chan struct{})
	select {
	case b.looks <- looked:
	case <-ctx.Done():
		return
	case <-b.applierEnded:
		return
	}
	select {
	case <-looked:
	case <-ctx.Done():
	case <-b.applierEnded:
	}
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
