package listen

import (
	"errors"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// side is one direction of a connection. Deadlines are counted from the start
// of the connection.
type side struct {
	arm func(time.Time) error
	// plain reads or writes as the connection does by itself, fast in a way that
	// costs less, where there is one. Fast is for one call at a time.
	plain func([]byte) (int, error)
	fast  *direct
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

func (s *side) open(arm func(time.Time) error, plain func([]byte) (int, error), fast *direct, start time.Time) {
	s.arm, s.plain, s.fast, s.start = arm, plain, fast, start
	s.wanted.Store(never)
	s.armed.Store(never)
}

// set notes a deadline. Either it sees a call that is under way, or that call
// sees the deadline.
func (s *side) set(t time.Time) error {
	if t.IsZero() {
		return s.note(never)
	}
	return s.note(max(int64(t.Sub(s.start)), past))
}

func (s *side) note(at int64) error {
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

// now is the time as deadlines are counted.
func (s *side) now() int64 { return int64(time.Since(s.start)) }

func (s *side) over() bool {
	at := s.wanted.Load()
	return at == past || at != never && s.now() >= at
}

// begin lets a call begin, and reports whether no other is under way.
func (s *side) begin() (alone bool, err error) {
	alone = s.calls.Add(1) == 1
	if s.wanted.Load() >= s.armed.Load() {
		return alone, nil
	}
	err = os.ErrDeadlineExceeded
	if !s.over() {
		err = s.hurry()
	}
	if err != nil {
		s.end()
	}
	return alone, err
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

// do reads or writes. More says that more will be written at once.
func (s *side) do(p []byte, more bool) (done int, err error) {
	if s.wanted.Load() == past {
		return 0, os.ErrDeadlineExceeded
	}
	alone, err := s.begin()
	if err != nil {
		return 0, err
	}
	defer s.end()
	for {
		var n int
		if rest := p[done:]; alone && s.fast.takes(rest) {
			n, err = s.fast.do(rest, more)
		} else {
			n, err = s.plain(rest)
		}
		done += n
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) || !s.again() {
			return done, err
		}
	}
}
