package consent

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// Key is one signing key. ID is 1 to 8 characters of a-z and 0-9.
type Key struct {
	ID     string
	Secret []byte
}

// Keyring signs with its first key and verifies with all of them, so that
// keys can be changed without voiding what was signed before. The zero
// Keyring verifies nothing.
type Keyring struct {
	keys []Key
}

// NewKeyring makes a keyring; the first key signs. Errors: Invalid when a
// secret is shorter than 32 bytes or an id is malformed or doubled.
func NewKeyring(keys ...Key) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, Fail(Invalid, "the keyring is empty", "give at least one key")
	}
	seen := map[string]bool{}
	for _, k := range keys {
		if len(k.ID) < 1 || len(k.ID) > 8 || !isWord(k.ID, "") || seen[k.ID] {
			return nil, Fail(Invalid, "the key id "+quote(k.ID)+" is malformed or doubled", "use 1 to 8 characters of a-z and 0-9, each id once")
		}
		if len(k.Secret) < 32 {
			return nil, Fail(Invalid, "the key "+quote(k.ID)+" is too short", "use at least 32 random bytes")
		}
		seen[k.ID] = true
	}
	return &Keyring{keys: keys}, nil
}

// Active is the id of the key that signs.
func (k *Keyring) Active() string {
	if k == nil || len(k.keys) == 0 {
		return ""
	}
	return k.keys[0].ID
}

// Sign returns the MAC of the parts under the active key: HMAC-SHA-256 cut to
// 128 bits, unpadded base64url. kind separates uses, so that a value made for
// one use is never valid for another.
func (k *Keyring) Sign(kind string, parts ...string) string {
	return mac(k.keys[0].Secret, kind, parts)
}

// Verify reports whether sum is the MAC of the parts under the key named id.
func (k *Keyring) Verify(id, sum, kind string, parts ...string) bool {
	if k == nil {
		return false
	}
	for _, key := range k.keys {
		if key.ID == id {
			want := mac(key.Secret, kind, parts)
			return subtle.ConstantTimeCompare([]byte(want), []byte(sum)) == 1
		}
	}
	return false
}

// mac binds each part with its length, so that no two lists of parts share an input.
func mac(secret []byte, kind string, parts []string) string {
	h := hmac.New(sha256.New, secret)
	var b strings.Builder
	for _, p := range append([]string{kind}, parts...) {
		n := len(p)
		b.WriteByte(byte(n >> 8))
		b.WriteByte(byte(n))
		b.WriteString(p)
	}
	h.Write([]byte(b.String()))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// isWord reports whether s holds only a-z, 0-9 and the extra characters.
func isWord(s, extra string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune(extra, rune(c)) {
			return false
		}
	}
	return s != ""
}
