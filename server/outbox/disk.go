package outbox

import (
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/hashicorp/raft-wal/types"
)

// disk is the file system as the log sees it. It raises the fence at a failed
// fsync, and makes a segment without its space on a full disk, so that the log
// can still be read and goes on as soon as there is room.
type disk struct {
	types.VFS
	fence *fence
}

func (d *disk) Create(dir, name string, size uint64) (types.WritableFile, error) {
	f, err := d.VFS.Create(dir, name, size)
	if isFull(err) {
		// What is left of the attempt stands in the way.
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		f, err = d.VFS.Create(dir, name, 0)
	}
	if err != nil {
		return nil, err
	}
	return &file{WritableFile: f, dir: dir, fence: d.fence}, nil
}

func (d *disk) OpenWriter(dir, name string) (types.WritableFile, error) {
	f, err := d.VFS.OpenWriter(dir, name)
	if err != nil {
		return nil, err
	}
	return &file{WritableFile: f, dir: dir, fence: d.fence}, nil
}

type file struct {
	types.WritableFile
	dir   string
	fence *fence
	// named is set once the folder is known to hold the file's name.
	named atomic.Bool
}

func (f *file) Sync() error {
	err := f.WritableFile.Sync()
	if err == nil && !f.named.Swap(true) {
		// The process that made the file may have died before this.
		err = syncDir(f.dir)
	}
	if err != nil {
		return f.fence.raise("the disk refused to keep a write", err)
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
