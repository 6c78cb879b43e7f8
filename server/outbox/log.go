package outbox

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"

	"github.com/leadiumx/consent/consent"
)

const (
	keyNode     = "node"
	keyApplied  = "applied"
	reserveName = "reserve"
)

// walLog is the log on disk: one writer, many readers.
type walLog struct {
	dir         string
	segmentSize int
	reserve     int64
	log         *slog.Logger
	fence       fence
	disk        *disk
	locked      *os.File
	meta        *metadb.BoltMetaDB
	// node names this log for as long as its folder lives.
	node string

	// mu guards wal against being opened again.
	mu  sync.RWMutex
	wal *wal.WAL
	// reading holds those who read for somebody who does not wait for the disk.
	reading chan struct{}

	// stale says that the library cannot go on, since a write of it failed.
	stale bool
	// refused is why nothing is taken at the moment, nil while all is.
	refused atomic.Pointer[consent.Error]
	// short says that there was no room for the reserve.
	short bool
	// last and batch count entries and fsyncs; the writer alone uses them
	// after the start.
	last, batch uint64
}

// openLog opens the folder and gives each entry of the log to visit, in order.
func openLog(o Options, visit func(entry, int)) (l *walLog, err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, &consent.Error{Code: consent.Unavailable, Cause: "the folder of the node log " + o.Dir + " cannot be made", Fix: "check its owner and rights", Err: err}
	}
	l = &walLog{dir: o.Dir, segmentSize: o.SegmentSize, reserve: o.Reserve, log: o.Log, meta: &metadb.BoltMetaDB{}, reading: make(chan struct{}, maxReading)}
	if l.locked, err = lock(o.Dir); err != nil {
		return nil, coded(err)
	}
	l.disk = &disk{VFS: o.files, fence: &l.fence, segmentSize: o.SegmentSize, spare: newSpare(o.files, o.Dir)}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
			l = nil
		}
	}()
	state, err := l.meta.Load(o.Dir)
	if err != nil {
		return l, damaged(metadb.FileName, err)
	}
	// What the store has had was safe before.
	had, err := l.applied()
	if err != nil {
		return l, damaged(metadb.FileName, err)
	}
	state, err = readSegments(o.Dir, state, entry{}, had, func(e entry, size int) {
		l.last, l.batch = e.position, e.batch
		visit(e, size)
	})
	if err != nil {
		return l, err
	}
	if err := l.start(state); err != nil {
		return l, unread(err)
	}
	// The folder may have been made by a process that died before this.
	if err := errors.Join(syncDir(o.Dir), syncDir(filepath.Dir(o.Dir))); err != nil {
		return l, unread(err)
	}
	if err := l.name(o.Random); err != nil {
		return l, unread(err)
	}
	l.refill()
	return l, nil
}

// start hands the folder to the library. State is what it is to believe.
func (l *walLog) start(state types.PersistentState) error {
	if len(state.Segments) > 0 {
		if err := l.meta.CommitState(state); err != nil {
			return err
		}
	}
	c, err := newCodec()
	if err != nil {
		return err
	}
	w, err := wal.Open(l.dir, wal.WithCodec(c),
		wal.WithMetaStore(codedMeta{l.meta}), wal.WithSegmentFiler(codedFiles{segment.NewFiler(l.dir, l.disk)}),
		wal.WithSegmentSize(l.segmentSize), wal.WithLogger(hclog.NewNullLogger()))
	if err != nil {
		return err
	}
	last, err := w.LastIndex()
	if err == nil && last != l.last {
		err = fmt.Errorf("the log ends at entry %d for the library and at %d for us", last, l.last)
	}
	if err != nil {
		return errors.Join(err, w.Close())
	}
	l.wal = w
	return nil
}

// name reads the name of the log, or gives it one.
func (l *walLog) name(random io.Reader) error {
	b, err := l.meta.GetStable([]byte(keyNode))
	if err != nil {
		return err
	}
	if len(b) != 16 {
		b = make([]byte, 16)
		if _, err := io.ReadFull(random, b); err != nil {
			return err
		}
		if err := l.meta.SetStable([]byte(keyNode), b); err != nil {
			return err
		}
	}
	l.node = hex.EncodeToString(b)
	return nil
}

// append numbers entries, writes them and returns once they are fsynced. When
// the disk is full it gives up the reserve and tries again.
func (l *walLog) append(entries []*entry) error { return l.heard(l.write(entries)) }

func (l *walLog) write(entries []*entry) error {
	if err := l.fence.err(); err != nil {
		return err
	}
	if !l.stale {
		err := l.try(entries)
		if err == nil || l.fence.err() != nil {
			return err
		}
		l.release()
	}
	if err := l.restart(); err != nil {
		return err
	}
	return l.try(entries)
}

func (l *walLog) try(entries []*entry) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	logs, all := make([]*raft.Log, len(entries)), make([]raft.Log, len(entries))
	for i, e := range entries {
		e.position, e.batch = l.last+uint64(i)+1, l.batch+1
		all[i] = raft.Log{Index: e.position, Term: e.batch, Data: e.encode()}
		logs[i] = &all[i]
	}
	err := l.wal.StoreLogs(logs)
	l.stale = err != nil
	switch {
	case l.fence.err() != nil:
		return l.fence.err()
	case isFull(err):
		return full(err)
	case errors.Is(err, wal.ErrSealed):
		// The next segment could not be made; the library tells nobody why.
		return full(err)
	case err != nil:
		return l.fence.raise("the disk refused a write", lookAtDisk, err)
	}
	l.last += uint64(len(entries))
	l.batch++
	return nil
}

// restart opens the log again as it was before the write that failed.
func (l *walLog) restart() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wal != nil {
		if err := l.wal.Close(); err != nil {
			return unread(err)
		}
		l.wal = nil
	}
	state, err := l.meta.Load(l.dir)
	if err != nil {
		return unread(err)
	}
	known := entry{head: head{position: l.last, batch: l.batch}}
	if state, err = readSegments(l.dir, state, known, l.last, func(entry, int) {}); err != nil {
		return err
	}
	if err := l.start(state); err != nil {
		if isFull(err) {
			return full(err)
		}
		return unread(err)
	}
	l.stale = false
	return nil
}

// drop deletes the entries before first; whole files of them go.
func (l *walLog) drop(from, first uint64) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.wal == nil || first <= from {
		return nil
	}
	return l.wal.DeleteRange(from, first-1)
}

// applied is up to where the store has had the log, as far as the disk knows.
func (l *walLog) applied() (uint64, error) {
	b, err := l.meta.GetStable([]byte(keyApplied))
	if err != nil || len(b) == 0 {
		return 0, err
	}
	var position uint64
	_, err = fmt.Sscanf(string(b), "%d", &position)
	return position, err
}

func (l *walLog) setApplied(position uint64) error {
	return l.meta.SetStable([]byte(keyApplied), fmt.Appendf(nil, "%d", position))
}

// release gives the reserve back to the disk.
func (l *walLog) release() {
	err := os.Remove(filepath.Join(l.dir, reserveName))
	switch {
	case err == nil:
		l.log.Error("the disk of the data directory is full: the reserve of the node log was given up; free some space", "bytes", l.reserve)
	case !os.IsNotExist(err):
		l.log.Error("the reserve of the node log cannot be given up", "err", err)
	}
}

// refill sets the reserve aside again, if there is room for it.
func (l *walLog) refill() {
	path := filepath.Join(l.dir, reserveName)
	if l.reserve <= 0 || l.reserved() {
		return
	}
	_ = os.Remove(path)
	f, err := l.disk.VFS.Create(l.dir, reserveName, uint64(l.reserve))
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		_ = os.Remove(path)
	}
	if err != nil && !l.short {
		l.log.Warn("there is no room for the reserve of the node log", "bytes", l.reserve, "err", err)
	}
	l.short = err != nil
}

func (l *walLog) reserved() bool {
	info, err := os.Stat(filepath.Join(l.dir, reserveName))
	return err == nil && info.Size() == l.reserve
}

func (l *walLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if l.wal != nil {
		err = l.wal.Close()
		l.wal = nil
	}
	l.disk.spare.close()
	return errors.Join(err, l.meta.Close(), unlock(l.locked))
}
