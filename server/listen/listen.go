// Package listen makes connections whose deadlines cost little.
//
// A server that protects itself against slow clients moves the deadlines of a
// connection eight times per request, and nearly always to a later moment. Each
// move reaches for a timer of the runtime, which is a tenth of the time that a
// small answer takes. Here a deadline that moves to a later moment is only
// noted: when the timer of the earlier one goes off, it is set anew for what is
// left. No call waits longer than its deadline, and none is ended before it. The
// deadlines of requests and answers are kept here too, see Serve.
//
// Nor is an answer sent in more pieces than it needs, see begins, a request
// looked for more often, see Read, or the end of a connection, see holds.
package listen

import (
	"errors"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// listener makes connections under limits.
type listener struct {
	net.Listener
	holds  *holds
	limits limits
	room   *room
}

// Accept waits for the next connection, and before for room for it.
func (l listener) Accept() (net.Conn, error) {
	if err := l.room.enter(); err != nil {
		return nil, err
	}
	c, err := l.Listener.Accept()
	if err != nil {
		l.room.leave()
		return nil, err
	}
	start := time.Now()
	ours := &conn{Conn: c, room: l.room, look: look{all: l.holds, ended: make(chan struct{}, 1)}}
	reads, writes := directly(c)
	ours.in.open(c.SetReadDeadline, c.Read, reads, start)
	ours.out.open(c.SetWriteDeadline, c.Write, writes, start)
	ours.enter(l.limits)
	return ours, nil
}

// Close ends the waiting for a connection, and for room.
func (l listener) Close() error {
	l.room.end()
	return l.Listener.Close()
}

// conn does not embed what it wraps as its own type: no method of a TCP
// connection may pass by the deadlines that are only noted.
type conn struct {
	net.Conn
	in, out side
	look    look
	// room is left once.
	room *room
	left atomic.Bool

	limits limits
	// These belong to whoever serves the connection; net/http hands them on to
	// those who read and write for it. Where it closes a connection over a body that
	// nobody read, it may look for a next request beside the end of the answer: what
	// a look meets then is atomic.
	phase atomic.Int32
	// quiet says that nothing was read since the last answer.
	quiet atomic.Bool
	// began is when the head of the request began, seen when something was last
	// known to happen, both as deadlines are counted.
	began, seen int64

	// writing guards that what is held back is sent before what follows it. Held
	// says that something may be.
	writing sync.Mutex
	held    atomic.Bool
}

// Read lets others go first when an answer has just been sent: a busy client's
// next request comes while they are served. Read at once, the connection would
// nearly always be found empty, put to sleep and woken for a second look.
func (c *conn) Read(p []byte) (int, error) {
	if c.quiet.Load() {
		c.quiet.Store(false)
		runtime.Gosched()
	}
	if len(p) == 1 && c.look.due.Load() {
		return c.putOff()
	}
	if len(c.look.came) > 0 {
		n := c.ahead(p)
		c.came()
		return n, nil
	}
	n, err := c.in.do(p, false)
	if n > 0 {
		c.came()
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	if c.phase.Load() > answering {
		c.refuse()
	}
	more := c.out.fast.begins(p)
	if !more && !c.held.Load() {
		return c.out.do(p, false)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	c.held.Store(more)
	return c.out.do(p, more)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	if t.IsZero() {
		return c.next()
	}
	return c.in.set(t)
}

// SetWriteDeadline also ends an answer: net/http takes the deadline away when
// it has written all.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() || c.phase.Load() == unlimited {
		return c.out.set(t)
	}
	c.quiet.Store(true)
	// Where a write is under way, it is not the end.
	if c.held.Load() && c.writing.TryLock() {
		c.out.fast.push()
		c.held.Store(false)
		c.writing.Unlock()
	}
	return c.rest()
}

// SetDeadline also takes the connection from net/http, which calls it for
// whoever hijacks it.
func (c *conn) SetDeadline(t time.Time) error {
	if c.phase.Load() != unlimited {
		c.phase.Store(unlimited)
		c.unwatch()
	}
	return errors.Join(c.SetReadDeadline(t), c.out.set(t))
}

func (c *conn) Close() error {
	err := c.Conn.Close()
	if !c.left.Swap(true) {
		c.room.leave()
	}
	if c.look.leave != nil {
		c.look.leave()
	}
	return err
}

// CloseWrite says that nothing follows, so that a client which still sends
// reads the last answer; see net/http.
func (c *conn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}
