package outbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/leadiumx/consent/consent"
)

// roomName is a file that is made to see whether there is room for one.
const roomName = "room"

// refusal is why nothing is taken at the moment, nil while all is.
func (l *walLog) refusal() error {
	if err := l.fence.err(); err != nil {
		return err
	}
	if e := l.refused.Load(); e != nil {
		return e
	}
	return nil
}

// heard notes what became of a write, and says so when the log begins to refuse,
// and when it goes on.
func (l *walLog) heard(err error) error {
	now, _ := errors.AsType[*consent.Error](coded(err))
	before := l.refused.Swap(now)
	switch {
	case now != nil && (before == nil || before.Cause != now.Cause):
		l.log.Error("this node takes no decision", "err", now, "fix", now.Fix)
	case now == nil && before != nil:
		l.log.Info("this node takes decisions again")
	}
	return err
}

// look sees, between writes, whether what was written is still there, and whether
// a log that refuses can go on: whoever asks nobody to write to a node that takes
// nothing would else never learn that it does again.
func (l *walLog) look() { _ = l.heard(l.looked()) }

func (l *walLog) looked() error {
	if err := l.fence.err(); err != nil {
		return err
	}
	if f := l.disk.newest.Load(); f != nil && !l.stale {
		if gone := f.gone(); gone != "" {
			return l.fence.raise(gone, putBack, nil)
		}
	}
	if l.refused.Load() == nil {
		return nil
	}
	if l.stale {
		if err := l.restart(); err != nil {
			return err
		}
	}
	return l.room()
}

// illegible is what to do with a log that cannot be read where it is to be handed
// over. It reports whether there may be more.
func (a *applier) illegible(err error) bool {
	damaged := consent.CodeOf(err) == consent.Invalid
	if damaged {
		_ = a.log.fence.raise("an entry that was safe is damaged", putBack, err)
	}
	if damaged && a.cursor >= a.last() {
		// The store has had it once, and gets again what stands behind it.
		a.mu.Lock()
		defer a.mu.Unlock()
		a.again = max(a.again, a.index.first-1) + 1
		return true
	}
	if !a.unread {
		a.o.Log.Error("the node log cannot be handed over", "err", err, "fix", fixOf(err))
	}
	a.unread, a.pause = true, lastPause
	a.setDown(true, untaken(err))
	return true
}

// gone says what became of the file behind our back, and nothing while it is there.
// The disk goes on to take what is written to a file that has no name any more.
func (f *file) gone() string {
	now, err := os.Stat(filepath.Join(f.dir, f.name))
	switch {
	case f.is == nil:
	case os.IsNotExist(err):
		return fmt.Sprintf("the file %s was removed", f.name)
	case err != nil:
		// A write tells more of a disk that answers nothing.
	case !os.SameFile(f.is, now):
		return fmt.Sprintf("another file stands in the place of %s", f.name)
	case now.Size() < f.end.Load():
		return fmt.Sprintf("the file %s was cut to %d bytes", f.name, now.Size())
	}
	return ""
}

// room reports whether there is room for more: the reserve, which the next write
// may have, or what a new file takes.
func (l *walLog) room() error {
	if l.reserve > 0 && l.reserved() {
		return nil
	}
	path := filepath.Join(l.dir, roomName)
	// A process may have died before it removed it.
	_ = os.Remove(path)
	f, err := l.disk.VFS.Create(l.dir, roomName, uint64(l.segmentSize))
	if err == nil {
		err = f.Close()
	}
	_ = os.Remove(path)
	if isFull(err) {
		return full(err)
	}
	return coded(err)
}
