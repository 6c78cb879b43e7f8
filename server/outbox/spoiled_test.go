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

func TestAnErasureOfSomebodyWithARecordThatWasSpoiledHoldsUpNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := nodeIn(t, dir, false, func(*outbox.Options) {})
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
	n = nodeIn(t, dir, false, func(*outbox.Options) {})
	// The caller could not find out who is linked to them, and left it to the log.
	if _, err := n.EraseLevel(t.Context(), "shop", "sub", early().Add(5*time.Millisecond), true); err != nil {
		t.Fatal(err)
	}
	put(t, n, record("b", "other", 6))
	handedOver(t, n.Outbox)
	wantLatest(t, n.inner.Store, "other", "b")
	wantNone(t, n.inner.Store, "sub", consent.Erased)
}
