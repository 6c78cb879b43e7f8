package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/leadiumx/consent/consent"
)

// keyFile is the form of the file that holds the signing keys. The first key
// signs, all of them verify; keep an old one until what it signed has expired.
type keyFile struct {
	Keys []struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	} `json:"keys"`
}

// openKeys reads the signing keys, or makes the file on the first start.
func openKeys(path string, random io.Reader) (*consent.Keyring, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = makeKeys(path, random)
	}
	if err != nil {
		return nil, fmt.Errorf("open the key file: %w", err)
	}
	var f keyFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, consent.Errorf(consent.Invalid, "the key file %s is damaged: %w", path, err)
	}
	keys := make([]consent.Key, len(f.Keys))
	for i, k := range f.Keys {
		secret, err := base64.StdEncoding.DecodeString(k.Secret)
		if err != nil {
			return nil, consent.Errorf(consent.Invalid, "the key %q in %s is not base64: %w", k.ID, path, err)
		}
		keys[i] = consent.Key{ID: k.ID, Secret: secret}
	}
	return consent.NewKeyring(keys...)
}

func makeKeys(path string, random io.Reader) ([]byte, error) {
	var secret [32]byte
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(map[string]any{"keys": []map[string]string{
		{"id": "k1", "secret": base64.StdEncoding.EncodeToString(secret[:])},
	}}, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// O_EXCL: of two processes that start at once, one makes the keys and the
	// other fails instead of signing with keys that nobody keeps.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(append(b, '\n'))
	return b, errors.Join(err, f.Sync(), f.Close())
}
