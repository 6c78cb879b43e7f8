// Package listen makes connections whose deadlines cost little.
//
// A server that protects itself against slow clients moves the deadlines of a
// connection eight times per request, and nearly always to a later moment. Each
// move reaches for a timer of the runtime, which is a tenth of the time that a
// small answer takes. Here a deadline that moves to a later moment is only
// noted: when the timer of the earlier one goes off, it is set anew for what is
// left. No call waits longer than its deadline, and none is ended before it.
//
// Nor is an answer sent in more pieces than it needs, see sender, a request
// looked for more often, see Read, or the end of a connection, see holds.
package listen

import (
	"errors"
	"math"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Lazily returns the listener with such connections.
func Lazily(l net.Listener) net.Listener { return listener{l, newHolds()} }

type listener struct {
	net.Listener
	holds *holds
}

// Accept waits for the next connection.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	ours := &conn{Conn: c, more: newSender(c), hold: hold{all: l.holds, wake: make(chan struct{}, 1)}}
	start := time.Now()
	ours.in.open(c.SetReadDeadline, start)
	ours.out.open(c.SetWriteDeadline, start)
	return ours, nil
}

// conn does not embed what it wraps as its own type: no method of a TCP
// connection may pass by the deadlines that are only noted.
type conn struct {
	net.Conn
	in, out side
	// answered says that nothing was read since the last answer.
	answered atomic.Bool
	hold     hold

	// writing guards more, which is nil where the kernel offers nothing. Held
	// says that there may be something to guard.
	writing sync.Mutex
	held    atomic.Bool
	more    *sender
}

// Read lets others go first when an answer has just been sent: a busy client's
// next request comes while they are served. Read at once, the connection would
// nearly always be found empty, put to sleep and woken for a second look.
func (c *conn) Read(p []byte) (int, error) {
	if c.answered.Load() {
		c.answered.Store(false)
		runtime.Gosched()
	}
	if len(p) == 1 {
		return c.watch(p)
	}
	return c.in.do(p, c.Conn.Read)
}

func (c *conn) Write(p []byte) (int, error) {
	if !c.more.takes(p) && !c.held.Load() {
		return c.out.do(p, c.Conn.Write)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.more.takes(p) {
		c.held.Store(true)
		return c.out.do(p, c.more.write)
	}
	c.held.Store(false)
	return c.out.do(p, c.Conn.Write)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	err := c.in.set(t)
	// An abort is heeded at once, and any other deadline when the read goes on.
	if now := c.hold.now.Load(); now != 0 && c.in.over() {
		c.hold.free(now)
	}
	return err
}

// SetWriteDeadline also ends an answer: net/http takes the deadline away when
// it has written all.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if t.IsZero() {
		c.answered.Store(true)
		// Where a write is under way, it is not the end.
		if c.held.Load() && c.writing.TryLock() {
			c.more.end()
			c.held.Store(false)
			c.writing.Unlock()
		}
	}
	return c.out.set(t)
}

func (c *conn) SetDeadline(t time.Time) error { return errors.Join(c.SetReadDeadline(t), c.out.set(t)) }

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.hold.free(c.hold.now.Load())
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

// side is one direction of a connection. Deadlines are counted from the start
// of the connection.
type side struct {
	arm   func(time.Time) error
	start time.Time

	// wanted is the deadline that holds, armed the one of the timer, which never
	// goes off later while a call is under way.
	wanted, armed atomic.Int64
	calls         atomic.Int32
	// mu guards the timer, and armed against two who set it.
	mu sync.Mutex
}

// never is no deadline, past one that was over before the connection began.
const never, past = math.MaxInt64, -1

func (s *side) open(arm func(time.Time) error, start time.Time) {
	s.arm, s.start = arm, start
	s.wanted.Store(never)
	s.armed.Store(never)
}

// set notes a deadline. Either it sees a call that is under way, or that call
// sees the deadline.
func (s *side) set(t time.Time) error {
	at := int64(never)
	if !t.IsZero() {
		at = max(int64(t.Sub(s.start)), past)
	}
	s.wanted.Store(at)
	if s.calls.Load() == 0 {
		return nil
	}
	return s.hurry()
}

// hurry arms the timer when it would go off after the deadline.
func (s *side) hurry() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.wanted.Load()
	if at >= s.armed.Load() {
		return nil
	}
	s.armed.Store(at)
	return s.arm(s.start.Add(time.Duration(at)))
}

func (s *side) over() bool {
	at := s.wanted.Load()
	return at == past || at != never && int64(time.Since(s.start)) >= at
}

func (s *side) begin() error {
	s.calls.Add(1)
	if s.wanted.Load() >= s.armed.Load() {
		return nil
	}
	err := os.ErrDeadlineExceeded
	if !s.over() {
		err = s.hurry()
	}
	if err != nil {
		s.end()
	}
	return err
}

func (s *side) end() { s.calls.Add(-1) }

// again reports whether a call that the timer ended has time left.
func (s *side) again() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over() {
		return false
	}
	at := s.wanted.Load()
	s.armed.Store(at)
	if at == never {
		return s.arm(time.Time{}) == nil
	}
	return s.arm(s.start.Add(time.Duration(at))) == nil
}

func (s *side) do(p []byte, call func([]byte) (int, error)) (done int, err error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	defer s.end()
	for {
		n, err := call(p[done:])
		done += n
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || !s.again() {
			return done, err
		}
	}
}
