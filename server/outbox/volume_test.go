package outbox_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/leadiumx/consent/server/outbox"
)

// A volume that is put back brings its files back as they were, so that nothing
// on it tells. What was noted beside it is what is left of the time since.
func TestAVolumeThatIsPutBackWithinOneOutageBeginsNewChains(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere every start in an outage begins new chains")
	}
	for name, c := range map[string]struct {
		since func(t *testing.T, witness string)
		nodes int
	}{
		"and goes on when nothing was noted since": {func(*testing.T, string) {}, 1},
		"when more was noted since": {func(t *testing.T, witness string) {
			if err := os.WriteFile(witness, []byte("a later note"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, 2},
		"when what was noted is gone": {func(t *testing.T, witness string) {
			if err := os.Remove(witness); err != nil {
				t.Fatal(err)
			}
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, beside := t.TempDir(), t.TempDir()
			away := func() node {
				return nodeIn(t, dir, true, func(o *outbox.Options) { o.Keys, o.Beside = keyring(t), beside })
			}
			n := away()
			put(t, n, record("a", "sub", 1))
			n.close(t)
			all, err := filepath.Glob(filepath.Join(beside, "*"))
			if err != nil || len(all) != 1 {
				t.Fatalf("beside the volume lies %v: %v", all, err)
			}
			c.since(t, all[0])
			n = away()
			put(t, n, record("b", "sub", 2))
			n.inner.set(false)
			handedOver(t, n.Outbox)
			distinct(t, n, 2)
			nodes := map[string]bool{}
			for _, r := range exported(t, n, "shop") {
				nodes[r.Node] = true
			}
			if len(nodes) != c.nodes {
				t.Errorf("%d chains; want %d", len(nodes), c.nodes)
			}
			audited(t, n)
			eventually(t, "what lay beside the volume is gone", func() bool {
				all, err := filepath.Glob(filepath.Join(beside, "*"))
				return err == nil && len(all) == 0
			})
			n.close(t)
		})
	}
}

// Containers that share /dev/shm mostly have their volumes under one path, too.
func TestNodesWhoseFoldersBearOneNameKeepTheirNotesApart(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere every start in an outage begins new chains")
	}
	beside, all := t.TempDir(), t.TempDir()
	mounted := filepath.Join(all, "data")
	away := func(volume string) node {
		t.Helper()
		if err := os.Rename(filepath.Join(all, volume), mounted); err != nil {
			t.Fatal(err)
		}
		return nodeIn(t, mounted, true, func(o *outbox.Options) { o.Keys, o.Beside = keyring(t), beside })
	}
	ended := func(n node, volume string) {
		t.Helper()
		n.close(t)
		if err := os.Rename(mounted, filepath.Join(all, volume)); err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]string{}
	for _, volume := range []string{"one", "two"} {
		if err := os.Mkdir(filepath.Join(all, volume), 0o700); err != nil {
			t.Fatal(err)
		}
		n := away(volume)
		put(t, n, record("a", "sub", 1))
		names[volume] = n.Node()
		ended(n, volume)
	}
	n := away("one")
	if n.Node() != names["one"] || n.Node() == names["two"] {
		t.Errorf("it is %s; before, %v", n.Node(), names)
	}
	put(t, n, record("b", "sub", 2))
	n.inner.set(false)
	handedOver(t, n.Outbox)
	nodes := map[string]bool{}
	for _, r := range exported(t, n, "shop") {
		nodes[r.Node] = true
	}
	if len(nodes) != 1 {
		t.Errorf("%d chains; want one", len(nodes))
	}
	n.close(t)
}
