package consent

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"strings"
	"sync"
	"sync/atomic"
)

// Key is one signing key. ID is 1 to 8 characters of a-z and 0-9.
type Key struct {
	ID     string
	Secret []byte
}

// Keyring signs with its first key and verifies with all of them, so that
// keys can be changed without voiding what was signed before. The zero
// Keyring verifies nothing. It is safe for many goroutines.
type Keyring struct {
	keys []Key
	// made is worked out of each key once.
	made []*made
	// account names accounts; it never changes, unlike the keys.
	account []byte
	// retired verify receipts, and nothing else.
	retired []PublicKey
	// newer stands for this keyring once it was replaced.
	newer atomic.Pointer[Keyring]
}

// now is the keyring as it is at this moment. Whatever needs both a key's id
// and its secret asks once.
func (k *Keyring) now() *Keyring {
	if k == nil {
		return nil
	}
	if n := k.newer.Load(); n != nil {
		return n
	}
	return k
}

// Current is the keyring as it is now: another one once the keys were replaced.
func (k *Keyring) Current() *Keyring { return k.now() }

// Replace puts other keys in the place of these, for every holder of this
// keyring at once.
func (k *Keyring) Replace(with *Keyring) { k.newer.Store(with.now()) }

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
	// The oldest key is the last one.
	k := &Keyring{keys: keys, account: derive(keys[len(keys)-1].Secret, accountKind)}
	for _, key := range keys {
		k.made = append(k.made, newMade(key.Secret))
	}
	return k, nil
}

// NamingAccounts returns the keyring with a secret of its own to name accounts
// by. Without one it comes from the oldest key, so it has to be kept before
// that key is retired. Errors: Invalid when it is shorter than 32 bytes.
func (k *Keyring) NamingAccounts(secret []byte) (*Keyring, error) {
	if len(secret) < 32 {
		return nil, Fail(Invalid, "the account secret is too short", "use at least 32 random bytes")
	}
	k = k.now()
	return &Keyring{keys: k.keys, made: k.made, account: secret, retired: k.retired}, nil
}

// Remembering returns the keyring with the public keys of retired ones, so
// that the receipts that they signed verify for ever.
func (k *Keyring) Remembering(retired []PublicKey) *Keyring {
	k = k.now()
	return &Keyring{keys: k.keys, made: k.made, account: k.account, retired: retired}
}

// AccountSecret is what names accounts. Whoever holds it and an account's name
// can tell its subject.
func (k *Keyring) AccountSecret() []byte { return k.now().account }

const accountKind = "lx_account"

// derive makes a secret for one use out of another.
func derive(secret []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(framed(parts))
	return h.Sum(nil)
}

// Active is the id of the key that signs.
func (k *Keyring) Active() string {
	k = k.now()
	if k == nil || len(k.keys) == 0 {
		return ""
	}
	return k.keys[0].ID
}

// Sign returns the MAC of the parts under the active key: HMAC-SHA-256 cut to
// 128 bits, unpadded base64url. kind separates uses, so that a value made for
// one use is never valid for another.
func (k *Keyring) Sign(kind string, parts ...string) string {
	var sum [macText]byte
	k.now().made[0].mac(&sum, kind, parts)
	return string(sum[:])
}

// sealed is a body and, behind a dot, its MAC after the other parts.
func (k *Keyring) sealed(body []byte, kind, tenant, site string) string {
	var sum [macText]byte
	m := k.now().made[0]
	w := m.maker()
	w.in = frame(frame(frame(w.in[:0], kind), tenant), site)
	w.in = append(append(w.in, byte(len(body)>>8), byte(len(body))), body...)
	m.sum(&sum, w)
	return string(append(append(body, '.'), sum[:]...))
}

// Verify reports whether sum is the MAC of the parts under the key named id.
func (k *Keyring) Verify(id, sum, kind string, parts ...string) bool {
	return k.proves(id, sum, kind, parts...) != nil
}

// proves is Verify; it returns what is known of the key, nil when sum is wrong.
func (k *Keyring) proves(id, sum, kind string, parts ...string) *made {
	if k = k.now(); k == nil {
		return nil
	}
	for i, key := range k.keys {
		if key.ID == id {
			var want, got [macText]byte
			k.made[i].mac(&want, kind, parts)
			if copy(got[:], sum) == len(sum) && len(sum) == macText && subtle.ConstantTimeCompare(want[:], got[:]) == 1 {
				return k.made[i]
			}
			return nil
		}
	}
	return nil
}

// macText is the length of a MAC as text.
const macText = 22

// made is what is worked out of a key once, as many requests need it.
type made struct {
	receipt ed25519.PrivateKey
	macs    sync.Pool
	// levels are those of choices that the key signed.
	levels sharedLevels
}

// maker has the inner state of a key's MAC ready.
type maker struct {
	hash    hash.Hash
	in, out []byte
}

func newMade(secret []byte) *made {
	return &made{
		receipt: receiptKey(secret),
		macs:    sync.Pool{New: func() any { return &maker{hash: hmac.New(sha256.New, secret)} }},
	}
}

// mac writes the MAC of the parts as text.
func (m *made) mac(to *[macText]byte, kind string, parts []string) {
	w := m.maker()
	w.in = frame(w.in[:0], kind)
	for _, p := range parts {
		w.in = frame(w.in, p)
	}
	m.sum(to, w)
}

func (m *made) maker() *maker {
	w, _ := m.macs.Get().(*maker)
	return w
}

// sum writes the MAC of what a maker was given, and gives the maker back.
func (m *made) sum(to *[macText]byte, w *maker) {
	w.hash.Reset()
	w.hash.Write(w.in)
	w.out = w.hash.Sum(w.out[:0])
	base64.RawURLEncoding.Encode(to[:], w.out[:16])
	m.macs.Put(w)
}

// framed binds each part with its length, so that no two lists of parts share an input.
func framed(parts []string) []byte {
	var b []byte
	for _, p := range parts {
		b = frame(b, p)
	}
	return b
}

func frame(b []byte, p string) []byte {
	n := len(p)
	return append(append(b, byte(n>>8), byte(n)), p...)
}

// isWord reports whether s holds only a-z, 0-9 and the extra characters.
func isWord(s, extra string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte(extra, c) < 0 {
			return false
		}
	}
	return s != ""
}
