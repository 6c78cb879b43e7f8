package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
)

// examined is the size up to which a file is looked through at every start. The
// library walks through each anyway, but where a page is damaged it ends the
// process from a goroutine of its own, or reads behind the end of the file. A
// larger one is looked through after a start that ended like that.
const examined = 64 << 20

// examine looks through the pages of a file that is there, before the library
// does, and leaves a mark while that opens it; opened takes it away.
func examine(path string, o *bbolt.Options) (opened func(), err error) {
	mark := path + ".opening"
	opened = func() { _ = os.Remove(mark) }
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return opened, nil
	}
	if err != nil {
		return opened, err
	}
	if info.Size() < int64(2*os.Getpagesize()) {
		return opened, fmt.Errorf("%w: it is too short", errPage)
	}
	if _, err := os.Stat(mark); err == nil || info.Size() <= examined {
		// Nobody writes to it meanwhile.
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: o.Timeout, ReadOnly: true})
		if err != nil {
			return opened, err
		}
		err = look(path, info.Size(), int64(db.Info().PageSize))
		if err = errors.Join(err, db.Close()); err != nil {
			return opened, err
		}
	}
	// On a full disk there is no mark.
	_ = os.WriteFile(mark, nil, 0o600)
	return opened, nil
}

var errPage = errors.New("a page is damaged")

// What a page and its elements are, in the byte order of the machine.
const (
	headSize, elementSize = 16, 16
	branchPage, leafPage  = 1, 2
	bucketLeaf            = 1
	maxDepth              = 64
)

// pages are those of a file.
type pages struct {
	file  io.ReaderAt
	size  int64
	count uint64
	seen  map[uint64]bool
}

func look(path string, fileSize, pageSize int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	p := &pages{file: f, size: pageSize, count: uint64(fileSize / pageSize), seen: map[uint64]bool{}}
	root, err := p.root()
	if err == nil {
		err = p.tree(root, nil, nil, 0)
	}
	return errors.Join(err, f.Close())
}

// root finds the newest state of the file.
func (p *pages) root() (root uint64, err error) {
	newest := int64(-1)
	for id := range int64(2) {
		b := make([]byte, headSize+64)
		if _, err := p.file.ReadAt(b, id*p.size); err != nil {
			return 0, err
		}
		meta, sum := b[headSize:], fnv.New64a()
		_, _ = sum.Write(meta[:56])
		at := func(n int) uint64 { return binary.NativeEndian.Uint64(meta[n:]) }
		if at(56) == sum.Sum64() && int64(at(48)) > newest {
			newest, root = int64(at(48)), at(16)
		}
	}
	if newest < 0 {
		return 0, fmt.Errorf("%w: no state of it is whole", errPage)
	}
	return root, nil
}

// tree looks through what hangs on a page, all keys of which are from least on
// and below most.
func (p *pages) tree(id uint64, least, most []byte, depth int) error {
	if id < 2 || id >= p.count || depth > maxDepth {
		return fmt.Errorf("%w: there is none of the number %d", errPage, id)
	}
	head := make([]byte, headSize)
	if _, err := p.file.ReadAt(head, int64(id)*p.size); err != nil {
		return err
	}
	over := uint64(binary.NativeEndian.Uint32(head[12:]))
	if binary.NativeEndian.Uint64(head) != id || over >= p.count-id {
		return fmt.Errorf("%w: number %d", errPage, id)
	}
	for n := id; n <= id+over; n++ {
		if p.seen[n] {
			return fmt.Errorf("%w: number %d is in two places", errPage, n)
		}
		p.seen[n] = true
	}
	b := make([]byte, int64(over+1)*p.size)
	if _, err := p.file.ReadAt(b, int64(id)*p.size); err != nil {
		return err
	}
	if err := p.elements(b, least, most, depth); err != nil {
		return fmt.Errorf("%w, in number %d", err, id)
	}
	return nil
}

// elements looks through a page: its keys rise, and what it says lies within it.
func (p *pages) elements(b, least, most []byte, depth int) error {
	if len(b) < headSize {
		return errPage
	}
	kind, count := binary.NativeEndian.Uint16(b[8:]), int(binary.NativeEndian.Uint16(b[10:]))
	if kind != leafPage && (kind != branchPage || count == 0) || headSize+count*elementSize > len(b) {
		return errPage
	}
	keys, rest := make([][]byte, count), make([][]byte, count)
	for i := range count {
		at := headSize + i*elementSize
		e := b[at:]
		pos, size, more := binary.NativeEndian.Uint32(e), binary.NativeEndian.Uint32(e[4:]), uint32(0)
		if kind == leafPage {
			pos, size, more = size, binary.NativeEndian.Uint32(e[8:]), binary.NativeEndian.Uint32(e[12:])
		}
		from := uint64(at) + uint64(pos)
		if from+uint64(size)+uint64(more) > uint64(len(b)) {
			return errPage
		}
		keys[i], rest[i] = b[from:from+uint64(size)], b[from+uint64(size):from+uint64(size)+uint64(more)]
		if i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0 || least != nil && bytes.Compare(keys[i], least) < 0 || most != nil && bytes.Compare(keys[i], most) >= 0 {
			return fmt.Errorf("%w: its keys are in no order", errPage)
		}
	}
	for i := range count {
		e := b[headSize+i*elementSize:]
		var err error
		switch {
		case kind == branchPage:
			end := most
			if i+1 < count {
				end = keys[i+1]
			}
			err = p.tree(binary.NativeEndian.Uint64(e[8:]), keys[i], end, depth+1)
		case binary.NativeEndian.Uint32(e)&bucketLeaf == 0:
		case len(rest[i]) < headSize:
			err = errPage
		case binary.NativeEndian.Uint64(rest[i]) == 0:
			// A small bucket is a page within its value.
			err = p.elements(rest[i][headSize:], nil, nil, depth+1)
		default:
			err = p.tree(binary.NativeEndian.Uint64(rest[i]), nil, nil, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
