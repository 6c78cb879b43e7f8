package outbox_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"

	"github.com/leadiumx/consent/server/outbox"
)

// drive is a file system that knows what a power cut leaves of its segments: what
// was fsynced is there, of the rest any sector or none. A file whose folder was not
// fsynced since may be gone.
type drive struct {
	types.VFS
	mu    sync.Mutex
	files map[string]*image
	// linked are the segments that were files before the library asked for them.
	linked int
}

type image struct {
	safe  []byte
	open  []piece
	named bool
}

type piece struct {
	at int64
	b  []byte
}

func newDrive() *drive { return &drive{VFS: fs.New(), files: map[string]*image{}} }

func (d *drive) Create(dir, name string, size uint64) (types.WritableFile, error) {
	f, err := d.VFS.Create(dir, name, size)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[name] = &image{safe: make([]byte, size)}
	return &driveFile{f, d, d.files[name], true}, err
}

func (d *drive) OpenWriter(dir, name string) (types.WritableFile, error) {
	f, err := d.VFS.OpenWriter(dir, name)
	d.mu.Lock()
	defer d.mu.Unlock()
	if made := d.files["spare"]; d.files[name] == nil && made != nil {
		// It has another name now.
		made.named = false
		d.files[name] = made
		delete(d.files, "spare")
		d.linked++
	}
	return &driveFile{f, d, d.files[name], false}, err
}

func (d *drive) segments() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.linked
}

// SyncDir keeps all names.
func (d *drive) SyncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		f.named = true
	}
	return nil
}

type driveFile struct {
	types.WritableFile
	d *drive
	*image
	// created says that the library keeps its name with its first fsync.
	created bool
}

func (f *driveFile) WriteAt(b []byte, at int64) (int, error) {
	f.d.mu.Lock()
	f.open = append(f.open, piece{at, append([]byte{}, b...)})
	f.d.mu.Unlock()
	return f.WritableFile.WriteAt(b, at)
}

func (f *driveFile) Sync() error {
	err := f.WritableFile.Sync()
	f.d.mu.Lock()
	for _, p := range f.open {
		f.safe = over(f.safe, p)
	}
	f.open = nil
	f.d.mu.Unlock()
	if f.created {
		return f.d.SyncDir("")
	}
	return err
}

func over(b []byte, p piece) []byte {
	if more := int(p.at) + len(p.b) - len(b); more > 0 {
		b = append(b, make([]byte, more)...)
	}
	copy(b[p.at:], p.b)
	return b
}

// cut copies a folder as a power cut may leave it.
func (d *drive) cut(t *testing.T, dir string, chance *rand.Rand) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "log")
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || name == "spare" || filepath.Ext(name) == ".wal" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err := errors.Join(err, os.WriteFile(filepath.Join(to, name), b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, f := range d.files {
		path := filepath.Join(to, name)
		if filepath.Ext(name) != ".wal" || !f.named && chance.IntN(4) > 0 {
			continue
		}
		b := append([]byte{}, f.safe...)
		luck := chance.IntN(5)
		for _, p := range f.open {
			const sector = 512
			for at := 0; at < len(p.b); at += sector {
				if chance.IntN(4) < luck {
					b = over(b, piece{p.at + int64(at), p.b[at:min(at+sector, len(p.b))]})
				}
			}
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestAPowerCutLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	d, chance := newDrive(), rand.New(rand.NewPCG(1, 2))
	n := nodeIn(t, t.TempDir(), true, func(o *outbox.Options) { *o = o.WithFiles(d) })
	log := filepath.Join(n.dir, "log")
	cuts := 0
	// The disk may be slower than these: then the library makes the segments itself.
	for i := 0; d.segments() < 3; i++ {
		if i == 1000 {
			t.Fatal("no segment was made ahead")
		}
		before := d.segments()
		put(t, n, bulky(i))
		// In a new file, its name counts as well.
		if cuts++; cuts > 24 && d.segments() == before {
			continue
		}
		s, times, err := reopened(t, d.cut(t, log, chance))
		if err != nil {
			t.Fatalf("after record %d: %v", i, err)
		}
		for j := range i + 1 {
			if times[fmt.Sprint(j)] != 1 {
				t.Fatalf("after record %d: record %d is there %d times", i, j, times[fmt.Sprint(j)])
			}
		}
		put(t, s, record("one more", "sub", 100))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
