package listen

import (
	"net"
	"sync"
)

// room is for so many connections at a time. Whoever opens more waits, until slow
// and idle ones have had their time: a process that may open no more files could
// not write down what the others send either. The zero room has no bound.
type room struct {
	taken, closed chan struct{}
	close         sync.Once
}

func newRoom(most int) *room {
	r := &room{closed: make(chan struct{})}
	if most > 0 {
		r.taken = make(chan struct{}, most)
	}
	return r
}

// enter waits for a place. Errors: net.ErrClosed when nobody is let in any more.
func (r *room) enter() error {
	if r.taken == nil {
		return nil
	}
	select {
	case r.taken <- struct{}{}:
		return nil
	case <-r.closed:
		return net.ErrClosed
	}
}

func (r *room) leave() {
	if r.taken != nil {
		<-r.taken
	}
}

func (r *room) end() { r.close.Do(func() { close(r.closed) }) }

// roomFor is how many connections a process may hold that may open so many files,
// 0 for any number: a part of them is for files of its own.
func roomFor(files int) int {
	const least, most = 64, 1024
	if files <= 0 {
		return 0
	}
	return max(1, files-min(max(files/4, least), most))
}
