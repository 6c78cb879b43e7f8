package outbox_test

import (
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/outbox"
)

// withSpoiled is a node whose store holds one record, of "sub", that somebody has spoiled.
func withSpoiled(t *testing.T, change func(*outbox.Options)) node {
	t.Helper()
	dir := t.TempDir()
	n := nodeIn(t, dir, false, change)
	put(t, n, record("a", "sub", 1))
	handedOver(t, n.Outbox)
	n.close(t)
	db, err := bbolt.Open(filepath.Join(dir, "store.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	key := binary.BigEndian.AppendUint64([]byte("\x00\x04shop"), 1)
	if err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("records")).Put(key, []byte{9}) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return nodeIn(t, dir, false, change)
}

func TestWhatSomebodySpoiledIsNotExcusedByTheLogThatHandsItOverAgain(t *testing.T) {
	t.Parallel()
	said := &told{}
	n := withSpoiled(t, func(o *outbox.Options) {
		o.Log = said.log()
		signing(t)(o)
	})
	eventually(t, "it was handed over again", func() bool { return said.times("the store holds a damaged record") > 0 })
	if void := statements(t, n.Outbox, consent.Void); len(void) > 0 {
		t.Errorf("it is stated as void: %+v", void)
	}
	all := exported(t, n, "shop")
	if len(all) != 1 || !all[0].Damaged {
		t.Errorf("the export is %+v", all)
	}
}

func TestAnErasureOfSomebodyWithARecordThatWasSpoiledHoldsUpNothing(t *testing.T) {
	t.Parallel()
	n := withSpoiled(t, func(*outbox.Options) {})
	// The caller could not find out who is linked to them, and left it to the log.
	if _, err := n.EraseLevel(t.Context(), "shop", "sub", early().Add(5*time.Millisecond), true); err != nil {
		t.Fatal(err)
	}
	put(t, n, record("b", "other", 6))
	handedOver(t, n.Outbox)
	wantLatest(t, n.inner.Store, "other", "b")
	wantNone(t, n.inner.Store, "sub", consent.Erased)
}
