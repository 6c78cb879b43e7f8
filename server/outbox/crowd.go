package outbox

import (
	"sync/atomic"
	"time"
)

const (
	// few is how many requests never wait for more: one fsync more costs less than
	// their time.
	few = 8
	// crowdWait is how long many wait for those who are about to come again.
	crowdWait = time.Millisecond
)

// crowd brings together those who write at the same time. Left alone, they fall
// into two halves that take turns, one making requests while the other waits for
// its fsync, and everything that is done once per fsync is done twice.
type crowd struct {
	// answered is how many requests the last fsync answered; the writer's.
	answered int
	timer    *time.Timer
	// wanted is how many waiting requests the writer waits for, 0 when it does
	// not; there tells it that they wait.
	wanted atomic.Int64
	there  chan struct{}
}

func newCrowd() *crowd {
	c := &crowd{there: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	c.timer.Stop()
	return c
}

// size is how many requests an fsync may hope for, when so many wait now: they,
// and those who were just answered. Some of these will not come again.
func (c *crowd) size(waiting int) int { return min((c.answered+waiting)*15/16, maxBatch) }

// wait waits a moment for so many requests more.
func (c *crowd) wait(more int, stop <-chan struct{}) {
	select {
	case <-c.there:
	default:
	}
	c.wanted.Store(int64(more))
	c.timer.Reset(crowdWait)
	select {
	case <-c.there:
	case <-c.timer.C:
	case <-stop:
	}
	c.timer.Stop()
	c.wanted.Store(0)
}

// came tells the writer when as many requests wait as it wants.
func (c *crowd) came(waiting int) {
	if wanted := c.wanted.Load(); wanted > 0 && int64(waiting) >= wanted && c.wanted.CompareAndSwap(wanted, 0) {
		select {
		case c.there <- struct{}{}:
		default:
		}
	}
}
