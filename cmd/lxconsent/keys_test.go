package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// signer waits until a server signs with a key.
func (s *server) signer(id string) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if strings.HasPrefix(s.note("FR"), "1."+id+".") {
			return
		}
	}
	s.t.Fatalf("the server does not sign with %s", id)
}

func TestKeysAreRotatedWhileTheServerRunsAndNothingSignedBeforeIsVoid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keyFile := filepath.Join(dir, "keys")
	// Two servers hold the same file.
	s, other := startIn(t, dir), start(t, "--key-file", keyFile)
	w := write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": s.note("FR")}
	before := s.write(w)
	keys := func(args ...string) string {
		t.Helper()
		status, out := lx(t, append([]string{"keys"}, append(args, "--key-file", keyFile)...)...)
		if status != 0 {
			t.Fatal(out)
		}
		return out
	}
	holds := func(a answer, where ...*server) {
		t.Helper()
		for _, s := range where {
			for _, with := range [][]option{
				{cookie("lx_consent", a.text(t, "consent"))},
				{cookie("lx_consent", a.text(t, "consent")), cookie("lx_subject", a.text(t, "subject"))},
			} {
				if allow, why := s.decision("marketing", with...); !allow || why != "granted" {
					t.Errorf("%v %s", allow, why)
				}
			}
		}
	}
	// While keys change, no answer is signed with one that does not verify.
	stop, ended := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				ended <- n
				return
			default:
			}
			a := s.write(write{"id": numbered(n), "action": "accept_all", "levels": acceptAll, "note": w["note"]})
			if allow, why := s.decision("marketing", cookie("lx_consent", a.text(t, "consent"))); !allow {
				t.Errorf("%d: %s", a.status, why)
			}
		}
	}()
	if out := keys("add"); out != "k1       signs\nk2       verifies\n" {
		t.Errorf("add: %s", out)
	}
	if out := keys("promote", "k2"); out != "k2       signs\nk1       verifies\n" {
		t.Errorf("promote: %s", out)
	}
	s.signer("k2")
	other.signer("k2")
	close(stop)
	if n := <-ended; n == 0 {
		t.Error("nothing was written meanwhile")
	}
	holds(before, s)
	after := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll, "subject": before.text(t, "subject")})
	if !strings.HasPrefix(after.text(t, "consent"), "1.k2.") {
		t.Errorf("%s", after.body)
	}
	holds(after, s)
	if allow, why := other.decision("marketing", cookie("lx_consent", after.text(t, "consent"))); !allow {
		t.Errorf("the other server: %s", why)
	}
	if again := s.write(w); again.status != http.StatusCreated {
		t.Errorf("a note of the old key: %d %s", again.status, again.body)
	}

	keys("rotate")
	s.signer("k3")
	keys("retire", "k1", "--server", s.url, "--token", apiToken)
	await(t, "a cookie of a retired key counts no longer", func() bool {
		allow, _ := s.decision("marketing", cookie("lx_consent", before.text(t, "consent")))
		return !allow
	})
	receipt := filepath.Join(dir, "receipt")
	if err := os.WriteFile(receipt, before.body, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out := s.command("receipt", "verify", receipt); status != 0 {
		t.Errorf("a receipt of a retired key: %s", out)
	}
	if status, out := lx(t, "keys", "retire", "k3", "--key-file", keyFile); status != 1 || !strings.Contains(out, "promote another key first") {
		t.Errorf("retiring the signer: %d %s", status, out)
	}
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v %v", info.Mode(), err)
	}
	if out := keys("list"); strings.Contains(out, "k1") {
		t.Errorf("list: %s", out)
	}
	if out := keys("add"); !strings.Contains(out, "k4") {
		t.Errorf("an id was used twice: %s", out)
	}
}

func TestABadKeyFileChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startIn(t, dir)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	if err := os.WriteFile(filepath.Join(dir, "keys"), []byte(`{"keys":[`), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, "the damage is logged", func() bool { return strings.Contains(s.log.String(), "the earlier keys stay in use") })
	if allow, why := s.decision("marketing", cookie("lx_consent", a.text(t, "consent"))); !allow {
		t.Error(why)
	}
}

func TestAHangupReadsTheKeyFileAgainEvenWhenItLooksTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "keys")
	s := startIn(t, dir)
	if status, out := lx(t, "keys", "add", "--data-dir", dir); status != 0 {
		t.Fatal(out)
	}
	await(t, "the second key is known", func() bool {
		return strings.Contains(string(s.do(http.MethodGet, "/v1/keys", "").body), `"k2"`)
	})
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	// The same file of the same size and time: whoever only looks sees no change.
	swapped := strings.NewReplacer(`"k1"`, `"k2"`, `"k2"`, `"k1"`).Replace(string(raw))
	if err := os.WriteFile(name, []byte(swapped), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.signer("k2")
}
