package outbox

import (
	"os"
	"path/filepath"
	"sync"

	"github.com/hashicorp/raft-wal/types"
)

const (
	spareName = "spare"
	// sparePart is how much of a spare is written at a time: less than others
	// notice. It is told to the disk spareSync at a time.
	sparePart, spareSync = 128 << 10, 1 << 20
)

// spare is a file of zeros for the next segment, made while there is room in the
// one before. Where the disk has only promised the room, each fsync also writes which
// of it holds something by now: that takes two to four times as long.
//
// What stands in it is what the disk would promise, so nothing depends on it: where
// there is none, a segment is made without.
type spare struct {
	vfs  types.VFS
	dir  string
	stop chan struct{}

	mu sync.Mutex
	// busy says that one is being made, size is that of the one which is ready.
	busy   bool
	size   uint64
	making sync.WaitGroup
}

// newSpare removes what is left of one: it may be a part, or be in use.
func newSpare(vfs types.VFS, dir string) *spare {
	s := &spare{vfs: vfs, dir: dir, stop: make(chan struct{})}
	_ = os.Remove(s.path())
	return s
}

func (s *spare) path() string { return filepath.Join(s.dir, spareName) }

// prepare begins to make one, unless there is one. It does not wait.
func (s *spare) prepare(size uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stop:
		return
	default:
	}
	if s.busy || s.size == size {
		return
	}
	s.busy = true
	s.making.Go(func() {
		_ = os.Remove(s.path())
		made := s.fill(size)
		if !made {
			// It takes room that others may need more.
			_ = os.Remove(s.path())
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.busy, s.size = false, 0; made {
			s.size = size
		}
	})
}

func (s *spare) fill(size uint64) (whole bool) {
	f, err := s.vfs.Create(s.dir, spareName, size)
	if err != nil {
		return false
	}
	zeros := make([]byte, sparePart)
	for at := uint64(0); at < size && err == nil; at += sparePart {
		select {
		case <-s.stop:
			_ = f.Close()
			return false
		default:
		}
		_, err = f.WriteAt(zeros[:min(sparePart, size-at)], int64(at))
		if next := at + sparePart; err == nil && (next%spareSync == 0 || next >= size) {
			err = f.Sync()
		}
	}
	return f.Close() == nil && err == nil
}

// take gives the spare a name that no file has, and reports whether it did.
func (s *spare) take(name string, size uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy || s.size != size {
		return false
	}
	s.size = 0
	err := os.Link(s.path(), filepath.Join(s.dir, name))
	_ = os.Remove(s.path())
	return err == nil
}

func (s *spare) close() {
	s.mu.Lock()
	close(s.stop)
	s.mu.Unlock()
	s.making.Wait()
	_ = os.Remove(s.path())
}
