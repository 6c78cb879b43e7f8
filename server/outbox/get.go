package outbox

import (
	"context"
	"fmt"

	"github.com/hashicorp/raft"
)

// maxReading bounds how many reads a disk that hangs can hold.
const maxReading = 256

// by is get for who waits no longer than their context: the disk may hang, or the
// log be opened again.
func (l *walLog) by(ctx context.Context, position uint64) (entry, error) {
	if ctx.Done() == nil {
		return l.get(position)
	}
	select {
	case l.reading <- struct{}{}:
	case <-ctx.Done():
		return entry{}, late(ctx.Err())
	}
	type read struct {
		entry
		err error
	}
	done := make(chan read, 1)
	go func() {
		defer func() { <-l.reading }()
		e, err := l.get(position)
		done <- read{e, err}
	}()
	select {
	case r := <-done:
		return r.entry, r.err
	case <-ctx.Done():
		return entry{}, late(ctx.Err())
	}
}

// get reads one entry.
func (l *walLog) get(position uint64) (entry, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.wal == nil {
		return entry{}, unread(nil)
	}
	var raw raft.Log
	if err := l.wal.GetLog(position, &raw); err != nil {
		return entry{}, unread(err)
	}
	e, err := decodeEntry(raw.Data)
	if err == nil && e.position != position {
		err = fmt.Errorf("entry %d stands where %d should be", e.position, position)
	}
	if err != nil {
		return entry{}, damaged(fmt.Sprintf("entry %d", position), err)
	}
	return e, nil
}
