package consent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strings"
)

// Seal encrypts a small secret that has to be read again. It opens only under
// the same kind and bound, so that a value copied to another row opens nothing.
func (k *Keyring) Seal(random io.Reader, kind, bound string, plain []byte) (string, error) {
	if k = k.now(); k == nil || len(k.keys) == 0 {
		return "", Fail(Invalid, "there is no key to seal with", "give a key file")
	}
	aead, err := k.keys[0].aead(kind)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", Errorf(Unavailable, "make a nonce: %w", err)
	}
	return k.Active() + "." + base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, []byte(bound))), nil
}

// Open reads what Seal wrote. Errors: BadToken.
func (k *Keyring) Open(kind, bound, sealed string) ([]byte, error) {
	bad := Fail(BadToken, "a sealed value was not sealed by this server for this place", "set it again")
	id, body, _ := strings.Cut(sealed, ".")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if k = k.now(); k == nil || err != nil {
		return nil, bad
	}
	for _, key := range k.keys {
		if key.ID != id {
			continue
		}
		aead, err := key.aead(kind)
		if err != nil || len(raw) < aead.NonceSize() {
			return nil, bad
		}
		plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(bound))
		if err != nil {
			return nil, bad
		}
		return plain, nil
	}
	return nil, bad
}

// Reseal seals under the active key what Seal wrote under an earlier one. What
// is under the active key already comes back as it is. Errors: BadToken when it
// does not open, and those of Seal.
func (k *Keyring) Reseal(random io.Reader, kind, bound, sealed string) (string, error) {
	k = k.now()
	plain, err := k.Open(kind, bound, sealed)
	if err != nil || SealedUnder(sealed) == k.Active() {
		return sealed, err
	}
	return k.Seal(random, kind, bound, plain)
}

// SealedUnder names the key under which Seal wrote a value.
func SealedUnder(sealed string) string {
	id, _, _ := strings.Cut(sealed, ".")
	return id
}

func (k Key) aead(kind string) (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, k.Secret, nil, "lxconsent seal "+kind, 32)
	if err != nil {
		return nil, Errorf(Invalid, "derive a key: %w", err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, Errorf(Invalid, "make a cipher: %w", err)
	}
	return cipher.NewGCM(block)
}
