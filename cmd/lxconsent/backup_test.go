package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/backup"
)

// home is where a server keeps what it keeps.
type home struct {
	dir   string
	flags []string
}

func homes(t *testing.T) map[string]func(t *testing.T) home {
	t.Helper()
	return map[string]func(t *testing.T) home{
		"embedded file": func(t *testing.T) home { return home{dir: t.TempDir()} },
		"redis": func(t *testing.T) home {
			return home{t.TempDir(), []string{"--redis", redistest.Start(t).URL()}}
		},
		"cluster": func(t *testing.T) home {
			return home{t.TempDir(), []string{"--redis", strings.Join(redistest.StartCluster(t), ",")}}
		},
	}
}

func (h home) start(t *testing.T, more ...string) *server {
	t.Helper()
	return startIn(t, h.dir, append(h.flags, more...)...)
}

func (h home) restore(t *testing.T, file string, more ...string) backup.Report {
	t.Helper()
	status, out := lx(t, append(append([]string{"restore", file, "--json", "--data-dir", h.dir}, h.flags...), more...)...)
	var r backup.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || status != 0 {
		t.Fatalf("%d %s", status, out)
	}
	return r
}

func (s *server) backup(file string) {
	s.t.Helper()
	if status, out := s.command("backup", "--out", file); status != 0 {
		s.t.Fatal(out)
	}
}

// exported is the export as a set of lines.
func (s *server) exported() map[string]bool {
	s.t.Helper()
	status, out := s.command("ledger", "export", "--site", "demo")
	if status != 0 {
		s.t.Fatal(out)
	}
	all := map[string]bool{}
	for line := range strings.Lines(out) {
		// A cursor is the place in one store.
		line, _, _ = strings.Cut(line, `,"cursor":`)
		all[line] = true
	}
	return all
}

func TestABackupComesBackWholeInEveryKindOfStore(t *testing.T) {
	t.Parallel()
	for fromName, from := range homes(t) {
		for toName, to := range homes(t) {
			if fromName != "embedded file" && toName != "embedded file" {
				continue
			}
			t.Run("from "+fromName+" to "+toName, func(t *testing.T) {
				t.Parallel()
				old := from(t)
				s := old.start(t)
				keys := filepath.Join(old.dir, "keys")
				granted := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
				s.write(write{"id": id(2), "action": "reject_all"})
				gone := s.write(write{"id": id(3), "action": "accept_all", "levels": acceptAll})
				if a := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(gone.text(t, "subject"))); a.status != http.StatusOK {
					t.Fatalf("%d %s", a.status, a.body)
				}
				phone, as := &device{server: s}, s.account("ann")
				phone.chooses(id(4), write{"action": "accept_all", "levels": acceptAll})
				phone.identifies(as)
				before := s.exported()
				sites := string(s.do(http.MethodGet, "/v1/sites/demo/editions", "", operator).body)
				file := filepath.Join(t.TempDir(), "backup")
				s.backup(file)
				s.stop()

				fresh := to(t)
				r := fresh.restore(t, file)
				if r.Records != len(before) || r.Tombstones == 0 || r.Editions != 1 || r.Erased+r.Damaged != 0 {
					t.Errorf("%+v for %d records", r, len(before))
				}
				n := fresh.start(t, "--key-file", keys)
				if got := string(n.do(http.MethodGet, "/v1/sites/demo/editions", "", operator).body); !sameEdition(t, got, sites) {
					t.Errorf("editions\n%s\nwant\n%s", got, sites)
				}
				after := n.exported()
				for line := range before {
					if !after[line] {
						t.Errorf("missing: %s", line)
					}
				}
				if len(after) != len(before) {
					t.Errorf("%d records, want %d", len(after), len(before))
				}
				for what, c := range map[string]struct {
					a    answer
					want string
				}{
					"a grant":   {granted, "granted"},
					"an erased": {gone, "erased"},
				} {
					if _, why := n.decision("marketing", cookie("lx_consent", c.a.text(t, "consent")), cookie("lx_subject", c.a.text(t, "subject"))); why != c.want {
						t.Errorf("%s: %s", what, why)
					}
				}
				if why := n.byName(as, "marketing"); why != "granted" {
					t.Errorf("the account: %s", why)
				}
				if a := n.write(write{"id": id(3), "action": "accept_all", "levels": acceptAll, "subject": gone.text(t, "subject"), "age": 60000}); a.status != http.StatusGone {
					t.Errorf("the retry of an erased decision: %d %s", a.status, a.body)
				}
			})
		}
	}
}

// sameEdition compares the newest editions; the port of the demo differs.
func sameEdition(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y struct{ Editions []struct{ Number int } }
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		t.Fatalf("%s\n%s", a, b)
	}
	return len(x.Editions) >= len(y.Editions)
}

func TestAnOlderBackupOverANewerStoreBringsNobodyBack(t *testing.T) {
	t.Parallel()
	for name, open := range homes(t) {
		if name == "cluster" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			s := h.start(t)
			gone := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
			stays := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll})
			file := filepath.Join(t.TempDir(), "backup")
			s.backup(file)
			if a := s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(gone.text(t, "subject"))); a.status != http.StatusOK {
				t.Fatalf("%d %s", a.status, a.body)
			}
			s.write(write{"id": id(3), "action": "withdraw", "subject": stays.text(t, "subject")})
			before := s.exported()
			s.stop()

			if status, out := lx(t, append([]string{"restore", file, "--data-dir", h.dir}, h.flags...)...); status != 1 || !strings.Contains(out, "--merge") {
				t.Errorf("into a full store: %d %s", status, out)
			}
			for range 2 {
				if r := h.restore(t, file, "--merge"); r.Records != 0 || r.Erased != 1 {
					t.Errorf("%+v", r)
				}
			}
			s = h.start(t)
			if _, why := s.decision("marketing", cookie("lx_subject", gone.text(t, "subject"))); why != "erased" {
				t.Errorf("the erased subject: %s", why)
			}
			if _, why := s.decision("marketing", cookie("lx_subject", stays.text(t, "subject"))); why != "denied" {
				t.Errorf("the later withdrawal: %s", why)
			}
			after := s.exported()
			for line := range after {
				if !before[line] {
					t.Errorf("new after the restore: %s", line)
				}
			}
			if len(after) != len(before) {
				t.Errorf("%d records, want %d", len(after), len(before))
			}
		})
	}
}

func TestABackupIsPipedOutAndInAndNothingOfItStaysBeside(t *testing.T) {
	s := start(t)
	s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	before := s.exported()
	status, whole := s.command("backup", "--out", "-")
	if status != 0 || !strings.HasSuffix(whole, "}\n") {
		t.Fatalf("%d %s", status, whole)
	}
	key := filepath.Join(s.dir, "keys")
	s.stop()
	beside := t.TempDir()
	t.Setenv("TMPDIR", beside)
	into := t.TempDir()
	if status, out := fed(t, strings.NewReader(whole[:len(whole)-9]), "restore", "-", "--data-dir", into); status != 1 || !strings.Contains(out, "backup") {
		t.Errorf("one that was cut: %d %s", status, out)
	}
	if left, err := os.ReadDir(into); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if status, out := fed(t, strings.NewReader(whole), "restore", "-", "--data-dir", into); status != 0 || !strings.Contains(out, "1 record") {
		t.Fatalf("%d %s", status, out)
	}
	if left, err := os.ReadDir(beside); err != nil || len(left) != 0 {
		t.Errorf("%v stays in the folder of temporary files, %v", left, err)
	}
	again := startIn(t, into, "--key-file", key)
	if after := again.exported(); len(after) != 1 || len(before) != 1 {
		t.Errorf("%v, was %v", after, before)
	}
	again.stop()
}

func TestABackupThatIsNotWholeIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := home{dir: t.TempDir()}
	s := h.start(t)
	s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	dir := t.TempDir()
	file := filepath.Join(dir, "backup")
	s.backup(file)
	if a := s.do(http.MethodGet, "/v1/backup", ""); a.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.status)
	}
	s.stop()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v %v", info.Mode(), err)
	}
	if k, err := os.ReadFile(filepath.Join(h.dir, "keys")); err != nil || bytes.Contains(whole, k[40:60]) {
		t.Errorf("the signing keys are in the backup: %v", err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	bad := map[string][]byte{
		"empty":                    {},
		"without end":              bytes.Join(lines[:len(lines)-2], nil),
		"cut in a line":            whole[:len(whole)-10],
		"a line less":              bytes.Join(append(append([][]byte{}, lines[:2]...), lines[3:]...), nil),
		"two lines turned round":   bytes.Join(append([][]byte{lines[0], lines[2], lines[1]}, lines[3:]...), nil),
		"something behind its end": append(bytes.Clone(whole), lines[1]...),
		"no backup":                []byte("hello\n"),
		"of a later version":       bytes.Replace(whole, []byte(`"version":1`), []byte(`"version":2`), 1),
	}
	for i := 100; i < len(whole); i += len(whole) / 20 {
		b := bytes.Clone(whole)
		b[i] ^= 1
		bad["with a bit turned at "+string(rune('a'+len(bad)))] = b
	}
	for name, b := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, into := filepath.Join(t.TempDir(), "backup"), t.TempDir()
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if status, out := lx(t, "restore", path, "--data-dir", into); status != 1 || !strings.Contains(out, "not whole") {
				t.Errorf("%d %s", status, out)
			}
			if left, err := os.ReadDir(into); err != nil || len(left) != 0 {
				t.Errorf("it left behind %v %v", left, err)
			}
			// Only an empty store takes a whole one without --merge.
			if r := (home{dir: into}).restore(t, file); r.Records != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}
