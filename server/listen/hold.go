package listen

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a look for the end of a connection is put off, at the
// least; at the most it is twice that.
const patience = 5 * time.Millisecond

// holds put off the one-byte reads by which net/http notices, while it makes an
// answer, that the client has left. Most answers are there sooner, and then a
// goroutine was put to sleep and woken for nothing, and the connection asked.
//
// So net/http is told at once that nothing has come, and does not ask again. When
// the answer takes long, the read is made here, and whoever has left is told of
// by the context of the connection, as net/http would.
type holds struct {
	mu    sync.Mutex
	clock *time.Timer
	// young began in this period of patience, old in the one before.
	young, old []held
	ticking    bool
}

// held is one look that is put off: the n-th of its connection.
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

// tick begins what was put off for long enough.
func (h *holds) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, one := range h.old {
		if one.c.look.now.CompareAndSwap(one.n, underWay) {
			go one.c.watch()
		}
	}
	clear(h.old)
	h.old, h.young = h.young, h.old[:0]
	if h.ticking = len(h.old) > 0; h.ticking {
		h.clock.Reset(patience)
	}
}

// look is how a connection finds out that its client has left.
type look struct {
	all *holds
	// leave ends the context of the connection; without it, net/http looks.
	leave context.CancelFunc
	// due says that the next read may be such a look, last numbers them.
	due  atomic.Bool
	last uint64
	// now is the look that is put off, or underWay, or 0.
	now atomic.Uint64
	// aborted says that the look under way is ended, ended holds a value when it has.
	aborted atomic.Bool
	ended   chan struct{}
	// came is what it has read, which comes before all else: empty or room.
	came []byte
	room [1]byte
}

const underWay = 1<<64 - 1

// lookHere lets the connections of a server look for themselves.
func lookHere(s *http.Server) {
	before := s.ConnContext
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if before != nil {
			ctx = before(ctx, c)
		}
		if ours, ok := c.(*conn); ok {
			ctx, ours.look.leave = context.WithCancel(ctx)
		}
		return ctx
	}
}

// putOff answers the one-byte read of net/http.
func (c *conn) putOff() (int, error) {
	c.look.due.Store(false)
	if c.in.wanted.Load() == past {
		return 0, os.ErrDeadlineExceeded
	}
	c.look.last++
	c.look.now.Store(c.look.last)
	c.look.all.add(held{c, c.look.last})
	return 0, nil
}

// watch is the look of an answer that takes long.
func (c *conn) watch() {
	n, err := c.in.do(c.look.room[:], false)
	c.look.came = c.look.room[:n]
	if err != nil && !(c.look.aborted.Load() && errors.Is(err, os.ErrDeadlineExceeded)) {
		c.look.leave()
	}
	c.look.ended <- struct{}{}
}

// unwatch ends the look, if there is one: whoever serves the connection is about to
// read.
func (c *conn) unwatch() {
	c.look.due.Store(false)
	if c.look.now.Load() == 0 || c.look.now.Swap(0) != underWay {
		return
	}
	c.look.aborted.Store(true)
	_ = c.in.note(past)
	<-c.look.ended
	c.look.aborted.Store(false)
	_ = c.in.note(never)
}

// ahead hands on what a look has read.
func (c *conn) ahead(p []byte) int {
	n := copy(p, c.look.came)
	c.look.came = c.look.came[n:]
	return n
}
