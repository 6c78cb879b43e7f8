package outbox_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/redisstore"
)

func keyring(t testing.TB) *consent.Keyring {
	t.Helper()
	k, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signing(t testing.TB) func(*outbox.Options) {
	return func(o *outbox.Options) { o.Keys = keyring(t) }
}

// exported returns the site's records in the order of their chain.
func exported(t testing.TB, s consent.Store, site string) []consent.Record {
	t.Helper()
	var all []consent.Record
	err := s.Export(t.Context(), site, func(r consent.Record) error { all = append(all, r); return nil })
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b consent.Record) int { return int(a.Seq) - int(b.Seq) })
	return all
}

func statements(t testing.TB, s *outbox.Outbox, kind consent.StatementKind) []consent.Statement {
	t.Helper()
	all, err := s.Statements(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	var found []consent.Statement
	for _, jws := range all {
		st, err := consent.VerifyStatement(keyring(t).PublicKeys(), jws)
		if err != nil {
			t.Fatal(err)
		}
		if st.Kind == kind {
			found = append(found, st)
		}
	}
	return found
}

// followed recomputes the chain of a site and returns where it has come to.
func followed(t testing.TB, all []consent.Record) (h consent.Head) {
	t.Helper()
	for _, r := range all {
		if h = h.Next(consent.Leaf(r.ID, *r.Sealed)); r.Seq != h.Seq || r.Link != h.Link || r.Node == "" {
			t.Fatalf("record %s is number %d with the link %v, want %d, %v", r.ID, r.Seq, r.Link, h.Seq, h.Link)
		}
	}
	return h
}

func TestEverySiteHasAChainThatGoesOnAcrossStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 4 {
		n := nodeIn(t, dir, false, signing(t))
		n.inner.set(round == 1)
		for i := range 5 {
			r := record(fmt.Sprintf("%d-%d", round, i), "sub", int64(10*round+i))
			put(t, n, r)
			r.Site = "other"
			put(t, n, r)
		}
		n.close(t)
	}
	n := nodeIn(t, dir, false, signing(t))
	handedOver(t, n.Outbox)
	all := exported(t, n, "shop")
	h := followed(t, all)
	if h.Seq != 20 || followed(t, exported(t, n, "other")).Seq != 20 {
		t.Fatalf("the chain has %d records", h.Seq)
	}
	newest := statements(t, n.Outbox, consent.Checkpoint)[0]
	if newest.Node != all[0].Node || newest.Seq != h.Seq || newest.Hash != h.Hash || newest.Link != h.Link {
		t.Fatalf("the checkpoint says %+v, the records %+v", newest, h)
	}
}

func TestTheStoreGetsTheCheckpointsAndAnErasureIsAnEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := nodeIn(t, dir, false, signing(t))
	put(t, n, record("a", "sub", 1))
	erase(t, n, "sub", 5)
	put(t, n, record("b", "other", 6))
	n.close(t)
	// Another node sees what is stated, and states nothing itself.
	o := small(filepath.Join(t.TempDir(), "log"), bolt(t, filepath.Join(dir, "store.db")))
	o.Keys = keyring(t)
	s := open(t, o)
	all := exported(t, s, "shop")
	if len(all) != 2 || all[0].Subject != "" || all[0].Levels != nil || all[1].Seq != 3 {
		t.Fatalf("the records are %+v", all)
	}
	forgot := statements(t, s, consent.Forgot)
	if excuses, err := s.Excuses(t.Context(), "shop"); err != nil || len(excuses) != 1 {
		t.Errorf("what is gone is excused by %d statements, %v", len(excuses), err)
	}
	if len(forgot) != 1 || forgot[0].Seq != 2 {
		t.Fatalf("the erasures are %+v", forgot)
	}
	var h consent.Head
	h = h.Next(consent.Leaf("a", *all[0].Sealed))
	h = h.Next(consent.ForgotLeaf("shop", forgot[0].Node, 2, forgot[0].Time))
	if h.Link != forgot[0].Link || h.Next(consent.Leaf("b", *all[1].Sealed)).Link != all[1].Link {
		t.Fatal("the erasure is no link of the chain")
	}
	if c := statements(t, s, consent.Checkpoint); len(c) != 1 || c[0].Seq != 3 || c[0].Link != all[1].Link {
		t.Fatalf("the checkpoints are %+v", c)
	}
}

func TestARecordThatTheStoreHasFromElsewhereIsStatedAsVoid(t *testing.T) {
	t.Parallel()
	store := bolt(t, filepath.Join(t.TempDir(), "store.db"))
	node := func() *outbox.Outbox {
		o := small(filepath.Join(t.TempDir(), "log"), shared{store})
		o.Keys = keyring(t)
		return open(t, o)
	}
	one, two := node(), node()
	put(t, one, record("a", "first", 1))
	handedOver(t, one)
	if _, _, err := two.Append(t.Context(), record("a", "second", 2)); err != nil {
		t.Fatal(err)
	}
	handedOver(t, two)
	void := statements(t, two, consent.Void)
	if len(void) != 1 || void[0].ID != "a" || void[0].Seq != 1 || void[0].Node == exported(t, two, "shop")[0].Node {
		t.Fatalf("the voids are %+v", void)
	}
}

func TestARecordUnderTheIDOfAnErasedOneIsStatedAsVoid(t *testing.T) {
	t.Parallel()
	stores := map[string]func(t *testing.T) consent.Store{
		"one file": func(t *testing.T) consent.Store { return bolt(t, filepath.Join(t.TempDir(), "store.db")) },
		"redis": func(t *testing.T) consent.Store {
			return overRedis(t, redisstore.Options{URLs: []string{redistest.Start(t).URL()}})
		},
	}
	for name, begin := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := shared{begin(t)}
			in := func(dir string) node {
				o := small(dir, store)
				o.Keys = keyring(t)
				return node{Outbox: open(t, o)}
			}
			dir := filepath.Join(t.TempDir(), "log")
			one, two := in(dir), in(filepath.Join(t.TempDir(), "log"))
			put(t, one, record("a", "sub", 1))
			erase(t, one, "sub", 5)
			handedOver(t, one.Outbox)
			for _, subject := range []string{"sub", "made-anew", ""} {
				if _, _, err := two.Append(t.Context(), record("a", subject, 9)); err != nil && consent.CodeOf(err) != consent.Erased {
					t.Fatal(err)
				}
			}
			put(t, two, record("b", "other", 10))
			handedOver(t, two.Outbox)
			// What is handed over once more is no second record.
			one.close(t)
			one = in(dir)
			handedOver(t, one.Outbox)
			if void := statements(t, two.Outbox, consent.Void); len(void) != 1 || void[0].ID != "a" {
				t.Fatalf("the voids are %+v", void)
			}
			audited(t, two)
		})
	}
}

func TestALogThatWasPutBackToAnEarlierStateBeginsNewChains(t *testing.T) {
	t.Parallel()
	for name, isAway := range map[string]bool{"as the store knows": false, "which the store, being away, cannot say": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			n := nodeIn(t, dir, false, signing(t))
			put(t, n, record("a", "sub", 1))
			n.close(t)
			backup := copyDir(t, filepath.Join(dir, "log"))
			n = nodeIn(t, dir, false, signing(t))
			put(t, n, record("b", "sub", 2))
			n.close(t)
			putBack(t, filepath.Join(dir, "log"), backup)
			n = nodeIn(t, dir, isAway, signing(t))
			put(t, n, record("c", "sub", 3))
			n.inner.set(false)
			handedOver(t, n.Outbox)
			distinct(t, n, 3)
			audited(t, n)
		})
	}
}

// putBack replaces a folder by a copy of it.
func putBack(t *testing.T, dir, backup string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
}

func TestStartsWhileTheStoreIsAwayGoOnWithTheChainsOfTheFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	n := nodeIn(t, dir, false, signing(t))
	put(t, n, record("known", "sub", 1))
	n.close(t)
	nodes := func(n node) int {
		seen := map[string]bool{}
		for _, r := range exported(t, n, "shop") {
			seen[r.Node] = true
		}
		return len(seen)
	}
	var backup string
	for i := range 4 {
		n = nodeIn(t, dir, true, signing(t))
		put(t, n, record(fmt.Sprint("away", i), "sub", int64(10+i)))
		n.close(t)
		if i == 2 {
			backup = copyDir(t, log)
		}
	}
	// Files that are written over in their places are not the same either.
	names, err := filepath.Glob(filepath.Join(backup, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range names {
		b, err := os.ReadFile(from)
		if err != nil {
			continue // a folder, of copies of editions
		}
		if err := os.WriteFile(filepath.Join(log, filepath.Base(from)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n = nodeIn(t, dir, true, signing(t))
	put(t, n, record("behind a copy", "sub", 20))
	n.inner.set(false)
	handedOver(t, n.Outbox)
	// The last of the four was lost with the copy.
	distinct(t, n, 5)
	if got := nodes(n); got != 3 {
		t.Errorf("%d chains; want that of before, one of the starts, and one behind the copy", got)
	}
	audited(t, n)
	eventually(t, "the store knows of the chains", func() bool { return len(statements(t, n.Outbox, consent.Checkpoint)) >= 3 })
	n.close(t)
	n = nodeIn(t, dir, false, signing(t))
	put(t, n, record("later", "sub", 30))
	handedOver(t, n.Outbox)
	distinct(t, n, 6)
	if got := nodes(n); got != 3 {
		t.Errorf("%d chains after the store was back", got)
	}
	audited(t, n)
}

// distinct asserts that so many records have a place each.
func distinct(t *testing.T, n node, want int) {
	t.Helper()
	seen := map[string]string{}
	for _, r := range exported(t, n, "shop") {
		place := fmt.Sprint(r.Node, "/", r.Seq)
		if seen[place] != "" {
			t.Fatalf("%s and %s are both %s", seen[place], r.ID, place)
		}
		seen[place] = r.ID
	}
	if len(seen) != want {
		t.Fatalf("the records are %v", seen)
	}
}

func TestChainsThatEndedBecauseTheStoreWasAwayAreWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 3 {
		// Nothing of the first is signed: it is the log alone that tells.
		n := nodeIn(t, dir, true, signing(t))
		put(t, n, record(fmt.Sprint(round), "sub", int64(round)))
		n.close(t)
		putBack(t, filepath.Join(dir, "log"), copyDir(t, filepath.Join(dir, "log")))
	}
	n := nodeIn(t, dir, false, signing(t))
	handedOver(t, n.Outbox)
	distinct(t, n, 3)
	audited(t, n)
	// Another node has it from the store, a moment later.
	o := small(filepath.Join(t.TempDir(), "log"), shared{n.inner})
	o.Keys = keyring(t)
	other := node{Outbox: open(t, o)}
	eventually(t, "the store has the last checkpoint of every chain", func() bool {
		return len(statements(t, other.Outbox, consent.Checkpoint)) >= 3
	})
	audited(t, other)
}

func TestARedisThatIsWipedGetsTheLastCheckpointOfEveryChainAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 2 {
		n := nodeIn(t, dir, true, signing(t))
		put(t, n, record(fmt.Sprint(round), "sub", int64(round)))
		n.close(t)
		putBack(t, filepath.Join(dir, "log"), copyDir(t, filepath.Join(dir, "log")))
	}
	server := redistest.Start(t)
	over := func(dir string) *outbox.Outbox {
		o := small(dir, overRedis(t, redisstore.Options{URLs: []string{server.URL()}}))
		o.Keys = keyring(t)
		return open(t, o)
	}
	s := over(filepath.Join(dir, "log"))
	put(t, s, record("2", "sub", 2))
	handedOver(t, s)
	// Another node has them from Redis.
	other := over(filepath.Join(t.TempDir(), "log"))
	has := func() bool { return len(statements(t, other, consent.Checkpoint)) == 3 }
	eventually(t, "Redis has the last checkpoint of all chains", has)
	if err := server.Client().FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	// Nobody writes any more.
	eventually(t, "it has them again", has)
	eventually(t, "and the records", func() bool { return len(exported(t, other, "shop")) == 3 })
	audited(t, node{Outbox: other})
}

// audited asserts that nothing is wrong with the ledger an hour from now.
func audited(t *testing.T, n node) {
	t.Helper()
	a := consent.NewAudit("shop", keyring(t).PublicKeys())
	all, err := n.Statements(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	late, err := keyring(t).SignStatement(consent.Statement{Kind: consent.Checkpoint, Site: "shop", Node: "nobody", Time: early().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(all, late) {
		a.Statement(s)
	}
	for _, r := range exported(t, n, "shop") {
		a.Record(r)
	}
	if faults := a.Faults(); len(faults) > 0 {
		t.Fatalf("the ledger has %d faults: %+v", len(faults), faults)
	}
}
