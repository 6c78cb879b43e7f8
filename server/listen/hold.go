package listen

import (
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a look for the end of a connection is held back, at the
// least; at the most it is twice that.
const patience = 5 * time.Millisecond

// holds keeps back the one-byte reads by which net/http notices, while it makes
// an answer, that the client has left. Most answers are there sooner, and then
// the connection was asked, put to sleep and woken for nothing.
type holds struct {
	mu    sync.Mutex
	clock *time.Timer
	// young began in this period of patience, old in the one before.
	young, old []held
	ticking    bool
}

// held is one read that is kept back: the n-th of its connection.
type held struct {
	c *conn
	n uint64
}

func newHolds() *holds {
	h := &holds{}
	h.clock = time.AfterFunc(time.Hour, h.tick)
	h.clock.Stop()
	return h
}

func (h *holds) add(one held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.young = append(h.young, one)
	if !h.ticking {
		h.ticking = true
		h.clock.Reset(patience)
	}
}

// tick lets go on what was held for long enough.
func (h *holds) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, one := range h.old {
		one.c.hold.free(one.n)
	}
	clear(h.old)
	h.old, h.young = h.young, h.old[:0]
	if h.ticking = len(h.old) > 0; h.ticking {
		h.clock.Reset(patience)
	}
}

// hold is where the read of a connection waits, at most one at a time.
type hold struct {
	all *holds
	// last numbers the reads; now is the one that waits, or 0.
	last, now atomic.Uint64
	wake      chan struct{}
}

// free lets a read go on, unless that was done before.
func (h *hold) free(n uint64) {
	if n != 0 && h.now.CompareAndSwap(n, 0) {
		h.wake <- struct{}{}
	}
}

// watch is the one-byte read of net/http.
func (c *conn) watch(p []byte) (int, error) {
	if c.in.wanted.Load() == past {
		return 0, os.ErrDeadlineExceeded
	}
	n := c.hold.last.Add(1)
	if !c.hold.now.CompareAndSwap(0, n) {
		return c.in.do(p, false)
	}
	// Whoever sets a deadline from here on sees that it is held.
	if c.in.over() {
		c.hold.free(n)
	} else {
		c.hold.all.add(held{c, n})
	}
	<-c.hold.wake
	if c.in.over() {
		return 0, os.ErrDeadlineExceeded
	}
	return c.in.do(p, false)
}
