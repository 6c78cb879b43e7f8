package outbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// shelf is a file system that counts which segments were there before the library
// asked for them.
type shelf struct {
	types.VFS
	ready atomic.Int64
}

func (s *shelf) OpenWriter(dir, name string) (types.WritableFile, error) {
	s.ready.Add(1)
	return s.VFS.OpenWriter(dir, name)
}

// bulky is a record of which three fill a segment.
func bulky(i int) consent.Record {
	r := record(fmt.Sprint(i), "sub", int64(i))
	r.Laws = slices.Repeat([]string{strings.Repeat("x", 4000)}, 5)
	return r
}

func shelved(t *testing.T, dir string, s *shelf) node {
	t.Helper()
	return nodeIn(t, dir, false, func(o *outbox.Options) { *o = o.WithFiles(s) })
}

func TestTheNextSegmentIsAFileThatWasMadeAhead(t *testing.T) {
	t.Parallel()
	s := &shelf{VFS: fs.New()}
	n := shelved(t, t.TempDir(), s)
	var want []string
	// The disk may be slower than these: then the library makes the segment.
	for i := 0; s.ready.Load() < 2; i++ {
		if i == 1000 {
			t.Fatal("no segment was made ahead")
		}
		put(t, n, bulky(i))
		want = append(want, fmt.Sprint(i))
	}
	n.close(t)
	if _, err := os.Stat(filepath.Join(n.dir, "log", "spare")); !os.IsNotExist(err) {
		t.Errorf("a spare is left: %v", err)
	}
	once(t, nodeIn(t, n.dir, false, func(*outbox.Options) {}), want...)
}

func TestWhatIsLeftOfASpareIsNoSegment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left := filepath.Join(dir, "log", "spare")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte(strings.Repeat("left", 16<<10)), 0o600); err != nil {
		t.Fatal(err)
	}
	n := shelved(t, dir, &shelf{VFS: fs.New()})
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	for i := range 7 {
		put(t, n, bulky(i))
	}
	n.close(t)
	once(t, nodeIn(t, dir, false, func(*outbox.Options) {}), "0", "1", "2", "3", "4", "5", "6")
}

func TestWithoutASpareTheLogGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// A folder that is not empty can neither be removed nor be made a file.
	if err := os.MkdirAll(filepath.Join(dir, "log", "spare", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := &shelf{VFS: fs.New()}
	n := shelved(t, dir, s)
	for i := range 7 {
		put(t, n, bulky(i))
	}
	if got := s.ready.Load(); got != 0 {
		t.Errorf("%d segments were made ahead", got)
	}
	n.close(t)
	once(t, nodeIn(t, dir, false, func(*outbox.Options) {}), "0", "1", "2", "3", "4", "5", "6")
}

func TestAFailedFdatasyncIsNoSuccess(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	// A pipe cannot be synced, a closed file neither.
	if did, err := outbox.Datasync(w); did && err == nil {
		t.Error("a pipe was said to be on the disk")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	if did, err := outbox.Datasync(f); did && err != nil {
		t.Errorf("a file: %v", err)
	}
	_ = f.Close()
	if did, err := outbox.Datasync(f); did {
		t.Errorf("a closed file was synced: %v", err)
	}
	if did, _ := outbox.Datasync(syscall.Stdout); did {
		t.Error("a number was synced")
	}
}
