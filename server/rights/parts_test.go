package rights_test

import (
	"path/filepath"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/boltstore"
)

// lawAndKeys are the table of the laws, and a key.
func lawAndKeys(t *testing.T) (*law.Table, *consent.Keyring) {
	t.Helper()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeyring(consent.Key{ID: "a", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return laws, keys
}

// file is a store of the test's own.
func file(t *testing.T) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}
