package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// disk is a file system whose faults the tests choose.
type disk struct {
	types.VFS
	// room is how many bytes may still be written; an empty file needs none.
	room atomic.Int64
	// badSync fails every fsync; it heals when the test says so.
	badSync atomic.Bool
	// synced hears of every fsync that is done, while the writer waits.
	synced func()
	// stuck keeps reads of files, unless it is nil.
	stuck atomic.Pointer[hang]
}

func newDisk() *disk {
	d := &disk{VFS: fs.New()}
	d.room.Store(1 << 40)
	return d
}

func (d *disk) Create(dir, name string, size uint64) (types.WritableFile, error) {
	if size > 0 && d.room.Load() < int64(size) {
		return nil, &os.PathError{Op: "fallocate", Path: name, Err: syscall.ENOSPC}
	}
	f, err := d.VFS.Create(dir, name, size)
	return &diskFile{f, d}, err
}

func (d *disk) OpenWriter(dir, name string) (types.WritableFile, error) {
	f, err := d.VFS.OpenWriter(dir, name)
	return &diskFile{f, d}, err
}

func (d *disk) OpenReader(dir, name string) (types.ReadableFile, error) {
	f, err := d.VFS.OpenReader(dir, name)
	return readFile{f, d}, err
}

// hang tells met of a read, and lets it go on when over is closed.
type hang struct{ met, over chan struct{} }

type readFile struct {
	types.ReadableFile
	d *disk
}

func (f readFile) ReadAt(b []byte, off int64) (int, error) {
	if h := f.d.stuck.Load(); h != nil {
		select {
		case h.met <- struct{}{}:
		default:
		}
		<-h.over
	}
	return f.ReadableFile.ReadAt(b, off)
}

type diskFile struct {
	types.WritableFile
	d *disk
}

func (f *diskFile) WriteAt(b []byte, off int64) (int, error) {
	room := f.d.room.Add(-int64(len(b)))
	if room >= 0 {
		return f.WritableFile.WriteAt(b, off)
	}
	f.d.room.Add(int64(len(b)))
	// A full disk takes the beginning of a write.
	n, err := f.WritableFile.WriteAt(b[:len(b)/2], off)
	return n, errors.Join(err, &os.PathError{Op: "write", Err: syscall.ENOSPC})
}

func (f *diskFile) Sync() error {
	if f.d.badSync.Load() {
		return &os.PathError{Op: "fsync", Err: syscall.EIO}
	}
	err := f.WritableFile.Sync()
	if f.d.synced != nil {
		f.d.synced()
	}
	return err
}

func (f *diskFile) ReadAt(b []byte, off int64) (int, error) {
	return readFile{f.WritableFile, f.d}.ReadAt(b, off)
}

func onDisk(t *testing.T, d *disk, reserve int64) node {
	t.Helper()
	return nodeIn(t, t.TempDir(), false, func(o *outbox.Options) {
		*o = o.WithFiles(d)
		o.Reserve = reserve
	})
}

func TestAfterAFailedFsyncNothingIsAcknowledgedUntilANewStart(t *testing.T) {
	t.Parallel()
	d := newDisk()
	n := onDisk(t, d, -1)
	put(t, n, record("before", "sub", 1))
	d.badSync.Store(true)
	_, _, err := n.Append(t.Context(), record("during", "sub", 2))
	wantCode(t, "Append", err, consent.Unavailable)

	// The disk says that all is well again; it may not be believed.
	d.badSync.Store(false)
	for _, id := range []string{"during", "after"} {
		_, _, err = n.Append(t.Context(), record(id, "sub", 3))
		wantCode(t, "Append after it", err, consent.Unavailable)
	}
	wantCode(t, "Erase after it", n.Erase(t.Context(), "shop", "sub", early()), consent.Unavailable)
	wantCode(t, "Ping", n.Ping(t.Context()), consent.Unavailable)
	if !strings.Contains(fixOf(err), "start the server again") || !n.Status().Fenced {
		t.Fatalf("the fix is %q", fixOf(err))
	}
	wantLatest(t, n, "sub", "before")
	n.close(t)

	again := nodeIn(t, n.dir, false, func(*outbox.Options) {})
	if _, _, err := again.Append(t.Context(), record("during", "sub", 2)); err != nil {
		t.Fatal(err)
	}
	once(t, again, "before", "during")
}

func TestAFullDiskGivesUpTheReserveThenRefusesAndGoesOnByItself(t *testing.T) {
	t.Parallel()
	d := newDisk()
	n := onDisk(t, d, 1<<16)
	reserve := filepath.Join(n.dir, "log", "reserve")
	if info, err := os.Stat(reserve); err != nil || info.Size() != 1<<16 {
		t.Fatalf("the reserve is %v, %v", info, err)
	}
	put(t, n, record("a", "sub", 1))

	d.room.Store(100)
	_, _, err := n.Append(t.Context(), record("b", "sub", 2))
	wantCode(t, "Append on a full disk", err, consent.Unavailable)
	if !strings.Contains(err.Error(), "disk of the data directory is full") {
		t.Fatalf("Append = %v", err)
	}
	if _, err := os.Stat(reserve); !os.IsNotExist(err) {
		t.Fatalf("the reserve is still there: %v", err)
	}
	wantLatest(t, n, "sub", "a")

	d.room.Store(1 << 40)
	put(t, n, record("b", "sub", 2))
	put(t, n, record("c", "sub", 3))
	once(t, n, "a", "b", "c")
	n.close(t)
	again := nodeIn(t, n.dir, false, func(*outbox.Options) {})
	once(t, again, "a", "b", "c")
	if got := len(counted(t, again)); got != 3 {
		t.Fatalf("the store holds %d records, want 3", got)
	}
}

func TestALogThatCannotBeReadAgainForNowIsNoFaultOfWhoWrites(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"it is gone": func(path string) error { return nil },
		// As where the process may open no more files.
		"it cannot be opened": func(path string) error { return os.Mkdir(path, 0o700) },
		"it is damaged": func(path string) error {
			b, err := os.ReadFile(path + ".away")
			return errors.Join(err, os.WriteFile(path, append([]byte("damaged!"), b[8:]...), 0o600))
		},
		// All that was safe seems to be a write that was cut short then.
		"what was safe is damaged from its beginning": func(path string) error {
			b, err := os.ReadFile(path + ".away")
			b[40] ^= 0x10
			return errors.Join(err, os.WriteFile(path, b, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisk()
			n := onDisk(t, d, -1)
			put(t, n, record("a", "sub", 1))
			d.room.Store(100)
			_, _, err := n.Append(t.Context(), record("b", "sub", 2))
			wantCode(t, "Append on a full disk", err, consent.Unavailable)
			d.room.Store(1 << 40)

			files, err := filepath.Glob(filepath.Join(n.dir, "log", "*.wal"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			if err := errors.Join(os.Rename(files[0], files[0]+".away"), spoil(files[0])); err != nil {
				t.Fatal(err)
			}
			// It cannot be read where it is none.
			before, _ := os.ReadFile(files[0])
			wantCode(t, "Ping", n.Ping(t.Context()), consent.Unavailable)
			// Whoever hears of anything else sends it never again.
			_, _, err = n.Append(t.Context(), record("b", "sub", 2))
			wantCode(t, "Append to what cannot be read", err, consent.Unavailable)
			wantCode(t, "Erase", n.Erase(t.Context(), "shop", "sub", early()), consent.Unavailable)
			if after, _ := os.ReadFile(files[0]); !bytes.Equal(after, before) {
				t.Error("the file was changed")
			}
			if err := n.Ping(t.Context()); err == nil || n.Status().Refused == nil || n.Status().Fenced {
				t.Errorf("Ping = %v, the status is %+v", err, n.Status())
			}

			if err := errors.Join(os.RemoveAll(files[0]), os.Rename(files[0]+".away", files[0])); err != nil {
				t.Fatal(err)
			}
			eventually(t, "it goes on by itself", func() bool { return n.Ping(t.Context()) == nil })
			put(t, n, record("b", "sub", 2))
			once(t, n, "a", "b")
		})
	}
}

func TestASegmentIsMadeOnADiskThatIsFull(t *testing.T) {
	t.Parallel()
	d := newDisk()
	n := onDisk(t, d, -1)
	big := record("", "sub", 1)
	big.Laws = slices.Repeat([]string{strings.Repeat("x", 4000)}, 5)
	// Less than a whole segment is left, yet each record fits.
	for i := range 10 {
		d.room.Store(60_000)
		big.ID, big.Clock = fmt.Sprint(i), early().UnixMilli()+int64(i)
		big.Content = big.ID
		put(t, n, big)
	}
	handedOver(t, n.Outbox)
	if got := len(counted(t, n)); got != 10 {
		t.Fatalf("the store holds %d records, want 10", got)
	}
}

// At each fsync the folder is copied as it is: that is what a crash would
// leave, also between a full segment and the next one.
func TestACrashAtAnyFsyncLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	d := newDisk()
	var mu sync.Mutex
	var copies []string
	var acknowledged []int
	dir, count := t.TempDir(), 0
	d.synced = func() {
		mu.Lock()
		defer mu.Unlock()
		copies, acknowledged = append(copies, copyDir(t, filepath.Join(dir, "log"))), append(acknowledged, count)
	}
	n := nodeIn(t, dir, true, func(o *outbox.Options) {
		*o = o.WithFiles(d)
		o.SegmentSize = 2048
	})
	const total = 15
	for i := range total {
		put(t, n, record(fmt.Sprintf("id-%02d", i), "sub", int64(i)))
		mu.Lock()
		count = i + 1
		mu.Unlock()
	}
	n.close(t)
	if len(copies) < total {
		t.Fatalf("%d fsyncs for %d records", len(copies), total)
	}
	for i, log := range copies {
		s := open(t, small(log, bolt(t, filepath.Join(t.TempDir(), "store.db"))))
		put(t, s, record("one more", "sub", 100))
		handedOver(t, s)
		times := counted(t, s)
		for j := range acknowledged[i] {
			if times[fmt.Sprintf("id-%02d", j)] != 1 {
				t.Fatalf("after fsync %d: record %d of %d is there %d times", i, j, acknowledged[i], times[fmt.Sprintf("id-%02d", j)])
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNobodyWaitsForADiskThatHangsLongerThanTheyWould(t *testing.T) {
	t.Parallel()
	d := newDisk()
	n := onDisk(t, d, -1)
	refusal := record("refusal", "sub", 1)
	refusal.Levels = map[string]int{"analytics": 0}
	put(t, n, refusal)
	// Those that came last are in memory.
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for i := range 100 {
				put(t, n, record(fmt.Sprint(w, "-", i), "", 1))
			}
		})
	}
	group.Wait()
	handedOver(t, n.Outbox)
	put(t, n, record("last", "", 1))
	n.inner.set(true)
	wantLatest(t, n, "sub", "refusal")

	hangs := &hang{make(chan struct{}, 1), make(chan struct{})}
	d.stuck.Store(hangs)
	goesOn := sync.OnceFunc(func() { close(hangs.over) })
	defer goesOn()
	ctx, cancel := context.WithCancel(t.Context())
	said := make(chan error)
	go func() {
		_, err := n.Latest(ctx, "shop", "sub")
		said <- err
	}()
	<-hangs.met
	cancel()
	select {
	case err := <-said:
		wantCode(t, "Latest", err, consent.Unavailable)
	case <-time.After(20 * time.Second):
		t.Error("who has gone still waits for the disk")
		goesOn()
		<-said
	}
	goesOn()
	wantLatest(t, n, "sub", "refusal")
}
