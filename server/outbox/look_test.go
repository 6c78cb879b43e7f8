package outbox_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

func TestANodeThatRefusesSaysSoOnceAndGoesOnWhenThereIsRoomAlthoughNobodyWrites(t *testing.T) {
	t.Parallel()
	for name, reserve := range map[string]int64{"with a reserve": 1 << 16, "without": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, said := newDisk(), &told{}
			n := nodeIn(t, t.TempDir(), false, func(o *outbox.Options) {
				*o = o.WithFiles(d)
				o.Reserve, o.Log = reserve, said.log()
			})
			put(t, n, record("a", "sub", 1))
			if err := n.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			d.room.Store(100)
			for range 3 {
				_, _, err := n.Append(t.Context(), record("b", "sub", 2))
				wantCode(t, "Append on a full disk", err, consent.Unavailable)
			}
			err := n.Ping(t.Context())
			wantCode(t, "Ping", err, consent.Unavailable)
			if now := n.Status(); now.Refused == nil || now.Fenced || !strings.Contains(err.Error(), "is full") || !strings.Contains(fixOf(err), "free some space") {
				t.Errorf("Ping = %v, %q; the status is %+v", err, fixOf(err), now)
			}
			if said.times("this node takes no decision") != 1 || said.times("free some space; the server goes on by itself") != 1 {
				t.Errorf("it was said: %s", said.all.String())
			}
			wantLatest(t, n, "sub", "a")

			d.room.Store(1 << 40)
			eventually(t, "it takes decisions again", func() bool { return n.Ping(t.Context()) == nil })
			if n.Status().Refused != nil || said.times("this node takes decisions again") != 1 {
				t.Errorf("the status is %+v; it was said: %s", n.Status(), said.all.String())
			}
			put(t, n, record("b", "sub", 2))
			once(t, n, "a", "b")
		})
	}
}

func TestALogWhoseNewestFileIsNotThereAnyMoreTakesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(path string) error
		says  string
	}{
		"removed": {os.Remove, "was removed"},
		"cut":     {func(path string) error { return os.Truncate(path, 100) }, "was cut to 100 bytes"},
		"replaced": {func(path string) error {
			b, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path+".copy", b, 0o600)
			}
			if err == nil {
				err = os.Rename(path+".copy", path)
			}
			return err
		}, "another file stands in the place"},
		"moved with its folder": {func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+".old") }, "was removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := &told{}
			n := nodeIn(t, t.TempDir(), false, func(o *outbox.Options) { o.Log = said.log() })
			put(t, n, record("a", "sub", 1))
			files, err := filepath.Glob(filepath.Join(n.dir, "log", "*.wal"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			if err := c.spoil(files[0]); err != nil {
				t.Fatal(err)
			}
			// Nobody needs to write for that.
			eventually(t, "the log takes no more", func() bool { return n.Status().Fenced })
			err = n.Ping(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(fixOf(err), "restore the file") {
				t.Errorf("Ping = %v, %q", err, fixOf(err))
			}
			_, _, err = n.Append(t.Context(), record("b", "sub", 2))
			wantCode(t, "Append", err, consent.Unavailable)
			eventually(t, "it is said", func() bool { return said.times("this node takes no decision") == 1 })
			wantLatest(t, n, "sub", "a")
			once(t, n, "a")
		})
	}
}

func TestWhatStandsBeforeADamagedEntryIsHandedOverAndTheStatusNamesTheDamage(t *testing.T) {
	t.Parallel()
	dir, said := t.TempDir(), &told{}
	first := nodeIn(t, dir, true, func(*outbox.Options) {})
	for i := range 6 {
		put(t, first, record(fmt.Sprintf("id-%02d", i), "sub", int64(i)))
	}
	first.close(t)
	// What a start has read is not in memory.
	n := nodeIn(t, dir, true, func(o *outbox.Options) { o.Log = said.log() })
	files, err := filepath.Glob(filepath.Join(dir, "log", "*.wal"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	spoilAt(t, files[0], "id-03")
	n.inner.set(false)
	eventually(t, "the log takes no more", func() bool { return n.Status().Fenced && n.Status().Applied == 3 })
	eventually(t, "the damage is named", func() bool {
		e := n.Status().Trouble
		return n.Status().Down && e != nil && strings.Contains(e.Error(), "entry 4")
	})
	wantCode(t, "Trouble", n.Status().Trouble, consent.Unavailable)
	once(t, n.inner.Store, "id-00", "id-01", "id-02")
	if got := said.times("the node log cannot be handed over"); got != 1 {
		t.Errorf("it was said %d times: %s", got, said.all.String())
	}
}

func TestALongOutageIsNotFollowedAgainByTheNextStart(t *testing.T) {
	t.Parallel()
	n := nodeIn(t, t.TempDir(), true, func(o *outbox.Options) { o.Keys = keyring(t) })
	for i := range 3 {
		put(t, n, record(fmt.Sprint(i), "sub", int64(i)))
		eventually(t, "the disk knows where the chains have come to", func() bool {
			var noted struct{ Position uint64 }
			b, err := os.ReadFile(filepath.Join(n.dir, "log", "chains.json"))
			return err == nil && json.Unmarshal(b, &noted) == nil && noted.Position == uint64(i+1)
		})
	}
	n.close(t)
	again := nodeIn(t, n.dir, false, func(o *outbox.Options) { o.Keys = keyring(t) })
	put(t, again, record("later", "sub", 9))
	handedOver(t, again.Outbox)
	once(t, again, "0", "1", "2", "later")
}
