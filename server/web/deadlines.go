package web

import (
	"context"
	"sync/atomic"
	"time"
)

// deadlines bound the I/O of requests that come at nearly the same time by one
// context: a timer for each of them, and a place among the children of its
// connection, would cost a consent write more than its signatures.
//
// These contexts do not end with the connection, so whoever uses them goes on
// when the sender has left.
type deadlines struct {
	last atomic.Pointer[context.Context]
}

// within is how much later than asked a shared deadline may be.
const within = deadline / 20

// next is a context that ends after deadline, or a little later.
func (d *deadlines) next() context.Context {
	if known := d.last.Load(); known != nil {
		if at, ok := (*known).Deadline(); ok && time.Until(at) >= deadline {
			return *known
		}
	}
	ctx, end := context.WithTimeout(context.Background(), deadline+within)
	context.AfterFunc(ctx, end)
	d.last.Store(&ctx)
	return ctx
}
