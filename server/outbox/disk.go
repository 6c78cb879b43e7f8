package outbox

import (
	"errors"
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
	// spare is nil where segments are made without.
	spare       *spare
	segmentSize int
	// newest is the file that is written to.
	newest atomic.Pointer[file]
}

func (d *disk) Create(dir, name string, size uint64) (types.WritableFile, error) {
	if d.spare != nil && d.spare.take(name, size) {
		return d.OpenWriter(dir, name)
	}
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
	return d.written(f, dir, name), nil
}

func (d *disk) OpenWriter(dir, name string) (types.WritableFile, error) {
	f, err := d.VFS.OpenWriter(dir, name)
	if err != nil {
		return nil, err
	}
	return d.written(f, dir, name), nil
}

func (d *disk) written(w types.WritableFile, dir, name string) *file {
	f := &file{WritableFile: w, dir: dir, name: name, disk: d}
	// What cannot be told now is not missed later.
	f.is, _ = os.Stat(filepath.Join(dir, name))
	if f.is != nil {
		f.end.Store(f.is.Size())
	}
	d.newest.Store(f)
	return f
}

type file struct {
	types.WritableFile
	dir, name string
	disk      *disk
	// is tells this file from another of its name, end how much of it is to be there.
	is  os.FileInfo
	end atomic.Int64
	// named is set once the folder is known to hold the file's name.
	named atomic.Bool
}

// WriteAt also sees to the next segment when this one is filling.
func (f *file) WriteAt(b []byte, at int64) (int, error) {
	n, err := f.WritableFile.WriteAt(b, at)
	if end := at + int64(len(b)); err == nil && end > f.end.Load() {
		f.end.Store(end)
	}
	if size := f.disk.segmentSize; f.disk.spare != nil && err == nil && at > int64(size/4) {
		f.disk.spare.prepare(uint64(size))
	}
	return n, err
}

func (f *file) Sync() error {
	err := f.sync()
	if err == nil && !f.named.Swap(true) {
		// The process that made the file may have died before this.
		err = f.disk.keepNames(f.dir)
	}
	if err != nil {
		return f.disk.fence.raise("the disk refused to keep a write", lookAtDisk, err)
	}
	return nil
}

// sync lets the library do it the first time, for what it does beside that.
func (f *file) sync() error {
	if f.named.Load() {
		if did, err := datasync(f.WritableFile); did {
			return err
		}
	}
	return f.WritableFile.Sync()
}

// keepNames lets a file system do it that keeps names in a way of its own.
func (d *disk) keepNames(dir string) error {
	if own, ok := d.VFS.(interface{ SyncDir(dir string) error }); ok {
		return own.SyncDir(dir)
	}
	return syncDir(dir)
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

// replaceFile puts a file in the place of another at once, and is done when it
// would be there after a crash.
func replaceFile(path string, b []byte) error {
	if err := writeSynced(path+".new", b); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
