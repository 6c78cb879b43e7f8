package outbox

import (
	"cmp"
	"time"
)

// Status is what an operator wants to know of the log.
type Status struct {
	// Last is the newest entry, Applied the newest that the store has had
	// together with all before it.
	Last, Applied uint64
	// Waiting is when the oldest entry came that the store has not had; zero
	// when there is none.
	Waiting time.Time
	// Entries and Bytes are what is kept.
	Entries int
	Bytes   int64
	// Down says that the store behind does not take decisions, Trouble why, or
	// why it may not keep them although it does.
	Down    bool
	Trouble error
	// Ahead is by how much this node's clock is ahead of the store's, less than 0 when
	// it is behind, and 0 while they agree or nobody can tell.
	Ahead time.Duration
	// Refused is why nothing is taken at the moment, nil while all is. Fenced says
	// that nothing is before a new start: the disk failed, or the log is damaged.
	Refused error
	Fenced  bool
}

// Node names the log for as long as its folder lives.
func (b *Outbox) Node() string { return b.log.node }

// Status returns the state of the log at this moment.
func (b *Outbox) Status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	var waiting time.Time
	if m := b.index.at(b.applied + 1); m != nil {
		waiting = time.UnixMilli(m.time)
	}
	return Status{
		Waiting: waiting,
		Last:    b.index.last(), Applied: b.applied, Entries: b.index.count(), Bytes: b.index.bytes,
		Down: b.down, Trouble: cmp.Or(b.trouble, b.doubted), Ahead: b.ahead, Refused: b.log.refusal(), Fenced: b.log.fence.err() != nil,
	}
}
