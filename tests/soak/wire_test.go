//go:build unix

package soak_test

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire stands between the server and Redis, and can do to what goes over it what
// a network does.
type wire struct {
	net.Listener
	target string

	mu sync.Mutex
	// open is closed while anything passes, late is how long each answer takes more.
	open  chan struct{}
	late  time.Duration
	conns map[net.Conn]bool
	ended bool
}

func newWire(t *testing.T, url string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l, target: strings.TrimPrefix(url, "redis://"), open: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(w.open)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			if w.holds(near) {
				running.Go(func() { w.join(near) })
			}
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		w.ended = true
		w.mu.Unlock()
		w.heal()
		w.cut()
		running.Wait()
	})
	return w
}

func (w *wire) url() string { return "redis://" + w.Addr().String() }

// holds notes a connection, so that it can be cut.
func (w *wire) holds(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		_ = c.Close()
		return false
	}
	w.conns[c] = true
	return true
}

func (w *wire) join(near net.Conn) {
	defer near.Close()
	w.passes(false)
	far, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer far.Close()
	if !w.holds(far) {
		return
	}
	var answers sync.WaitGroup
	answers.Go(func() { w.carry(near, far, true) })
	w.carry(far, near, false)
	_ = far.Close()
	answers.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, near)
	delete(w.conns, far)
}

func (w *wire) carry(to, from net.Conn, answers bool) {
	defer to.Close()
	for buf := make([]byte, 1<<16); ; {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		w.passes(answers)
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// passes waits until something may go on.
func (w *wire) passes(answer bool) {
	w.mu.Lock()
	open, late := w.open, w.late
	w.mu.Unlock()
	<-open
	if answer && late > 0 {
		time.Sleep(late)
	}
}

// swallow lets nothing through in either direction, and accepts whoever dials.
func (w *wire) swallow() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = make(chan struct{})
}

// heal lets all through again, and without delay.
func (w *wire) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = 0
	select {
	case <-w.open:
	default:
		close(w.open)
	}
}

// slow makes each answer late.
func (w *wire) slow(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = by
}

// cut ends all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		_ = c.Close()
	}
}
