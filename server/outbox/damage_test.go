package outbox_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// written makes a log of some batches that the store has not had, one record
// each, and returns its folder, its files and where the records end in them.
func written(t testing.TB, count, segment int) (dir string, files []string) {
	t.Helper()
	n := nodeIn(t, t.TempDir(), true, func(o *outbox.Options) { o.SegmentSize = segment })
	for i := range count {
		put(t, n, record(fmt.Sprintf("id-%02d", i), "sub", int64(i)))
	}
	n.close(t)
	dir = filepath.Join(n.dir, "log")
	files, err := filepath.Glob(filepath.Join(dir, "*.wal"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	slices.Sort(files)
	return dir, files
}

// ends are the offsets behind each entry's id in a file.
func ends(b []byte, count int) []int {
	var found []int
	for i := range count {
		if at := bytes.Index(b, fmt.Appendf(nil, "id-%02d", i)); at >= 0 {
			found = append(found, at)
		}
	}
	return found
}

// reopened opens a log and returns what is handed over from it.
func reopened(t *testing.T, dir string) (*outbox.Outbox, map[string]int, error) {
	t.Helper()
	s, err := outbox.Open(t.Context(), small(dir, bolt(t, filepath.Join(t.TempDir(), "store.db"))))
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { _ = s.Close() })
	handedOver(t, s)
	return s, counted(t, s), nil
}

func TestALogThatIsCutAnywhereInItsLastWritesKeepsTheRestAndIsWrittenOn(t *testing.T) {
	t.Parallel()
	const count = 6
	dir, files := written(t, count, 64<<10)
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	end := len(bytes.TrimRight(whole, "\x00"))
	marks := ends(whole, count)
	// Each cut is made twice: the rest missing, and the rest empty.
	for size := marks[count-3]; size < end; size += 7 {
		for _, zeros := range []bool{false, true} {
			b := slices.Clone(whole[:size])
			if zeros {
				b = append(b, make([]byte, len(whole)-size)...)
			}
			log := copyDir(t, dir)
			if err := os.WriteFile(filepath.Join(log, filepath.Base(files[0])), b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, times, err := reopened(t, log)
			if err != nil {
				t.Fatalf("cut at %d: %v", size, err)
			}
			for i := range count {
				id := fmt.Sprintf("id-%02d", i)
				if at := marks[i]; i+1 < count && marks[i+1] < size && times[id] != 1 || at > size && times[id] != 0 {
					t.Fatalf("cut at %d: record %d, which lies at %d, is there %d times", size, i, at, times[id])
				}
			}
			put(t, s, record("one more", "sub", 100))
			once(t, s, "one more")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDamageInTheMiddleIsSaidAndNothingIsChanged(t *testing.T) {
	t.Parallel()
	const count = 12
	for name, segment := range map[string]int{"of the file in use": 64 << 10, "of a full file": 2048} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, files := written(t, count, segment)
			whole, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			marks := ends(whole, count)
			last := marks[min(len(marks)-1, count-4)]
			if segment == 2048 {
				last = len(bytes.TrimRight(whole, "\x00"))
			}
			for at := 40; at < last; at += 61 {
				b := slices.Clone(whole)
				b[at] ^= 0x10
				log := copyDir(t, dir)
				path := filepath.Join(log, filepath.Base(files[0]))
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
				_, _, err := reopened(t, log)
				if consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), "the node log is damaged") {
					t.Fatalf("a flipped bit at %d: Open = %v", at, err)
				}
				if !strings.Contains(err.Error(), filepath.Base(path)) || fixOf(err) == "" {
					t.Fatalf("the error does not help: %v", err)
				}
				if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
					t.Fatalf("the file was changed: %v", err)
				}
			}
		})
	}
}

func TestALogThatEndsBeforeWhatTheStoreHasHadIsDamaged(t *testing.T) {
	t.Parallel()
	n := newNode(t, false)
	for i := range 3 {
		put(t, n, record(fmt.Sprintf("id-%02d", i), "sub", int64(i)))
	}
	n.close(t)
	files, err := filepath.Glob(filepath.Join(n.dir, "log", "*.wal"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	// By itself, the last of these could be a write that a crash has cut short.
	flipped := slices.Clone(whole)
	flipped[ends(whole, 3)[2]] ^= 0x10
	for what, b := range map[string][]byte{"cut": whole[:100], "with a flipped bit in its last entry": flipped} {
		if err := os.WriteFile(files[0], b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err = reopened(t, filepath.Join(n.dir, "log"))
		if consent.CodeOf(err) != consent.Invalid {
			t.Errorf("%s: Open = %v", what, err)
		}
		if after, err := os.ReadFile(files[0]); err != nil || !bytes.Equal(after, b) {
			t.Errorf("%s: the file was changed: %v", what, err)
		}
	}
}

// short shows whoever opens a file to write on nothing behind an offset.
type short struct {
	types.VFS
	from int64
}

func (d short) OpenWriter(dir, name string) (types.WritableFile, error) {
	f, err := d.VFS.OpenWriter(dir, name)
	return shortFile{f, d.from}, err
}

type shortFile struct {
	types.WritableFile
	from int64
}

func (f shortFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.WritableFile.ReadAt(b, off)
	clear(b[min(max(f.from-off, 0), int64(n)):n])
	return n, err
}

func TestALogWhoseLibrarySeesAnotherEndThanWeDoIsNotWrittenOn(t *testing.T) {
	t.Parallel()
	const count = 4
	dir, files := written(t, count, 64<<10)
	before, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range ends(before, count) {
		store := bolt(t, filepath.Join(t.TempDir(), "store.db"))
		_, err := outbox.Open(t.Context(), small(dir, store).WithFiles(short{fs.New(), int64(at)}))
		if err == nil || !strings.Contains(err.Error(), "for the library and at 4 for us") {
			t.Errorf("nothing from byte %d on: %v", at, err)
		}
		if got := counted(t, store); len(got) > 0 {
			t.Errorf("the store was given %v", got)
		}
	}
	if after, err := os.ReadFile(files[0]); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the log was changed, or %v", err)
	}
	if _, got, err := reopened(t, dir); err != nil || len(got) != count {
		t.Errorf("afterwards %v, %v", got, err)
	}
}

func TestAFullFileThatIsMissingIsDamage(t *testing.T) {
	t.Parallel()
	dir, files := written(t, 12, 2048)
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	_, _, err := reopened(t, dir)
	wantCode(t, "Open", err, consent.Invalid)
}

func TestAFolderThatIsNoLogIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "wal-meta.db"), bytes.Repeat([]byte("junk"), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := reopened(t, dir)
	wantCode(t, "Open", err, consent.Invalid)
}

func TestALogThatALaterVersionWroteIsRefusedInWordsAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	dir, _ := written(t, 2, 64<<10)
	name := filepath.Join(dir, "chains.json")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	later := append([]byte(`{"format":2,"what nobody knows yet":1,`), b[1:]...)
	if err := os.WriteFile(name, later, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := reopened(t, dir); consent.CodeOf(err) != consent.Invalid || !strings.Contains(err.Error(), "later version") {
		t.Errorf("%v", err)
	}
	if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, later) {
		t.Errorf("%s, %v", now, err)
	}
	if err := os.WriteFile(name, append([]byte(`{"format":1,`), b[1:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, times, err := reopened(t, dir); err != nil || len(times) != 2 {
		t.Errorf("%v, %v", times, err)
	}
}
