package web

import (
	"context"
	"sync/atomic"
	"time"
)

// deadlines bound the I/O of requests that come at nearly the same time by one
// context: a timer for each of them, and a place among the children of its
// connection, would cost a consent write more than its signatures, and a check
// more than its share of a trip to Redis.
//
// These contexts do not end with the connection, so whoever uses them goes on
// when the sender has left.
type deadlines struct {
	// least is what a context has left when it is given out, more by how much
	// that may be exceeded.
	least, more time.Duration
	last        atomic.Pointer[context.Context]
}

// orLater is for deadlines that may be a little later than asked, orEarlier for
// those that may not.
func orLater(asked time.Duration) *deadlines {
	return &deadlines{least: asked, more: asked / 20}
}

func orEarlier(asked time.Duration) *deadlines {
	return &deadlines{least: asked - asked/20, more: asked / 20}
}

// next is a context that ends in time.
func (d *deadlines) next() context.Context {
	if known := d.last.Load(); known != nil {
		if at, ok := (*known).Deadline(); ok && time.Until(at) >= d.least {
			return *known
		}
	}
	ctx, end := context.WithTimeout(context.Background(), d.least+d.more)
	context.AfterFunc(ctx, end)
	d.last.Store(&ctx)
	return ctx
}
