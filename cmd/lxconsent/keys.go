package main

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/leadiumx/consent/consent"
)

// keyFile is the form of the file that holds the signing keys. The first key
// signs, all of them verify; keep an old one until what it signed has expired.
type keyFile struct {
	Keys []keyLine `json:"keys"`
	// Account is the secret that names accounts. It outlives the keys; while it
	// is missing it comes from the last key.
	Account string `json:"account,omitempty"`
	// Retired are keys that are gone, but for what verifies their receipts.
	Retired []retiredLine `json:"retired,omitempty"`
}

type retiredLine struct {
	ID     string `json:"id"`
	Public string `json:"public"`
}

type keyLine struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// keyPath is where the keys are, also when no file is named.
func keyPath(file, dataDir string) string {
	return cmp.Or(file, filepath.Join(dataDir, "keys"))
}

// lived says whether a server has run in a data directory.
func lived(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "log"))
	return err == nil
}

// openKeys reads the signing keys, or makes the file on the first start.
func openKeys(path, dataDir string, random io.Reader, log *slog.Logger) (*consent.Keyring, error) {
	ring, err := readKeyring(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, err
	}
	if lived(dataDir) {
		log.Error("the key file was gone, so new keys are made: every cookie that was given out is void, and no sealed value opens; stop the server and put the key file back from its backup", "file", path)
	}
	var f keyFile
	if err := f.add(random); err != nil {
		return nil, err
	}
	if err := makeKeyFile(path, f); err != nil {
		return nil, badKeyFile(path, "cannot be made", err)
	}
	return f.ring(path)
}

func readKeyring(path string) (*consent.Keyring, error) {
	f, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	return f.ring(path)
}

func readKeyFile(path string) (f keyFile, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return f, badKeyFile(path, "cannot be read", err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, badKeyFile(path, "is damaged", err)
	}
	return f, nil
}

// ring makes the keyring that the file describes.
func (f keyFile) ring(path string) (*consent.Keyring, error) {
	keys := make([]consent.Key, len(f.Keys))
	for i, k := range f.Keys {
		secret, err := base64.StdEncoding.DecodeString(k.Secret)
		if err != nil {
			return nil, badKeyFile(path, "is damaged at the key "+k.ID, err)
		}
		keys[i] = consent.Key{ID: k.ID, Secret: secret}
	}
	ring, err := consent.NewKeyring(keys...)
	if err != nil {
		return nil, badKeyFile(path, "holds no keys that can be used", err)
	}
	var retired []consent.PublicKey
	for _, k := range f.Retired {
		public, err := base64.StdEncoding.DecodeString(k.Public)
		if err != nil {
			return nil, badKeyFile(path, "is damaged at the retired key "+k.ID, err)
		}
		retired = append(retired, consent.PublicKey{ID: k.ID, Key: public})
	}
	if ring = ring.Remembering(retired); f.Account == "" {
		return ring, nil
	}
	secret, err := base64.StdEncoding.DecodeString(f.Account)
	if err != nil {
		return nil, badKeyFile(path, "is damaged at the account secret", err)
	}
	return ring.NamingAccounts(secret)
}

// add puts a new key behind the others: it verifies, and does not sign yet.
func (f *keyFile) add(random io.Reader) error {
	var secret [32]byte
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	newest := 0
	used := slices.Clone(f.Keys)
	for _, k := range f.Retired {
		used = append(used, keyLine{ID: k.ID})
	}
	for _, k := range used {
		var n int
		if _, err := fmt.Sscanf(k.ID, "k%d", &n); err == nil {
			newest = max(newest, n)
		}
	}
	f.Keys = append(f.Keys, keyLine{fmt.Sprintf("k%d", newest+1), base64.StdEncoding.EncodeToString(secret[:])})
	return nil
}

// keepAccount writes down what names accounts, so that no change of the keys
// changes it.
func (f *keyFile) keepAccount(path string) error {
	if f.Account != "" {
		return nil
	}
	ring, err := f.ring(path)
	if err != nil {
		return err
	}
	f.Account = base64.StdEncoding.EncodeToString(ring.AccountSecret())
	return nil
}

func (f keyFile) encode() ([]byte, error) {
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

func makeKeyFile(path string, f keyFile) error {
	b, err := f.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// O_EXCL: of two processes that start at once, one makes the keys and the
	// other fails instead of signing with keys that nobody keeps.
	return writeSynced(path, b, os.O_EXCL)
}

// replaceKeyFile swaps the file at once, so that no reader sees half of it.
func replaceKeyFile(path string, f keyFile) error {
	if _, err := f.ring(path); err != nil {
		return err
	}
	b, err := f.encode()
	if err != nil {
		return err
	}
	if err := replaceSynced(path, b); err != nil {
		return unwritten("the key file", path, err)
	}
	return nil
}
