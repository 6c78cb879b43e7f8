package listen

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"runtime"
	"strings"
	"time"
)

// Serve serves with the server's own deadlines, but keeps them here: net/http
// would read the clock anew for each of them.
//
// Whoever handles a request may move a deadline, as net/http lets them, but must
// not take one away: that is the sign by which the end of an answer is known.
//
// Built with a Go whose signs were not tested, the server keeps its deadlines itself.
func Serve(s *http.Server, l net.Listener) error {
	room := newRoom(roomFor(mayOpen()))
	if !tested(runtime.Version()) {
		return s.Serve(listener{l, newHolds(), limits{}, room})
	}
	lookHere(s)
	all := limits{
		head: cmp.Or(s.ReadHeaderTimeout, s.ReadTimeout), request: s.ReadTimeout,
		answer: s.WriteTimeout, idle: cmp.Or(s.IdleTimeout, s.ReadTimeout),
	}
	s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = 0, 0, 0, 0
	return s.Serve(listener{l, newHolds(), all, room})
}

// tested reports whether net/http of this version of Go is known to take
// deadlines away as phase says. Whoever adds one runs this package's tests with it.
func tested(version string) bool { return version == "go1.26" || strings.HasPrefix(version, "go1.26.") }

// limits are those of an http.Server. Zero is none.
type limits struct{ head, request, answer, idle time.Duration }

// phase is what a connection of an HTTP server is for now. It begins with the
// head of a request. Net/http without deadlines of its own takes deadlines away
// that nobody set, always at the same moments: the read deadline behind a head,
// before and behind its look for a client that leaves, behind an answer, and
// when something of the next request is there; the write deadline when all of
// an answer is written.
type phase = int32

const (
	// unlimited is no connection of an HTTP server, or no longer one.
	unlimited phase = iota
	answering
	heading
	// answered and waiting wait for the next request, beginning has read the
	// first of it.
	answered
	waiting
	beginning
)

// enter puts a new connection under limits.
func (c *conn) enter(all limits) {
	if all == (limits{}) {
		return
	}
	c.limits = all
	c.phase.Store(heading)
	c.in.wanted.Store(after(0, all.head))
}

// after is a deadline, counted as a side does.
func after(at int64, limit time.Duration) int64 {
	if limit <= 0 {
		return never
	}
	return at + int64(limit)
}

// head begins the head of a request, at most as late as its first bytes are seen.
func (c *conn) head(now int64) {
	c.began, c.seen = now, now
	_ = c.in.note(after(now, c.limits.head))
}

// came notes that something was read.
func (c *conn) came() {
	switch c.phase.Load() {
	case waiting:
		c.head(c.in.now())
		c.phase.Store(beginning)
	case beginning, heading:
		c.seen = c.in.now()
	}
}

// next is what follows when net/http takes the read deadline away.
func (c *conn) next() error {
	switch c.phase.Load() {
	case heading:
		c.phase.Store(answering)
		return errors.Join(c.out.note(after(c.seen, c.limits.answer)), c.in.note(after(c.began, c.limits.request)))
	case answered:
		c.phase.Store(waiting)
	case waiting:
		// Nothing was read: it came together with the request before.
		c.head(c.seen)
		c.phase.Store(heading)
	case beginning:
		c.phase.Store(heading)
	case answering:
		// Before and behind its look.
		c.look.due.Store(c.look.leave != nil)
		return c.in.note(never)
	case unlimited:
		return c.in.note(never)
	}
	return nil
}

// rest is what follows an answer.
func (c *conn) rest() error {
	c.unwatch()
	now := c.in.now()
	c.seen = now
	c.phase.Store(answered)
	return c.in.note(after(now, c.limits.idle))
}

// refuse bounds a write that is no answer: net/http refuses a head that it
// cannot read.
func (c *conn) refuse() {
	_ = c.out.note(after(c.in.now(), c.limits.answer))
}
