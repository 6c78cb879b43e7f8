package consent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The actions of the two records of a linking: the account's, whose Peer is the
// device's subject, and the device's last one, whose Peer is the account's
// subject, to be asked from then on. Neither can be sent by a visitor.
const (
	Identify Action = "identify"
	Joined   Action = "joined"
)

// Linked lists the devices that were linked to the account of these records.
func Linked(history []Record) []string {
	var peers []string
	for _, r := range history {
		if r.Action == Identify && r.Peer != "" && !slices.Contains(peers, r.Peer) {
			peers = append(peers, r.Peer)
		}
	}
	return peers
}

// MaxExternalID is the longest name of an account, in bytes.
const MaxExternalID = 256

// ProofLife is how long a proof of an account's name holds.
const ProofLife = time.Hour

// AccountSubject is the subject of an account: all that is decided on devices
// which are linked to it is decided by this subject. It cannot be turned back
// into the account's name, and is another one on each site.
func AccountSubject(keys *Keyring, tenant, site, externalID string) string {
	return base64.RawURLEncoding.EncodeToString(derive(keys.AccountSecret(), accountKind, tenant, site, externalID)[:16])
}

// IdentifySecret is what the site's own server proves the names of its
// accounts with. It comes from the active key.
func IdentifySecret(keys *Keyring, tenant, site string) string {
	return identifySecret(keys.now().keys[0], tenant, site)
}

func identifySecret(k Key, tenant, site string) string {
	return "lxi_" + k.ID + "_" + base64.RawURLEncoding.EncodeToString(derive(k.Secret, "lx_identify", tenant, site))
}

// ProveAccount makes the proof of an account's name, as the site's server does:
// the seconds since 1970, a dot, and in hex the HMAC-SHA-256 under the secret
// of the seconds, a dot and the name.
func ProveAccount(secret, externalID string, now time.Time) string {
	at := strconv.FormatInt(now.Unix(), 10)
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(at + "." + externalID))
	return at + "." + hex.EncodeToString(h.Sum(nil))
}

// CheckProof reports whether a proof of an account's name was made with the
// site's secret, under any of the keys, and not longer than ProofLife ago.
// Errors: Invalid for a name that is empty or too long, BadToken.
func CheckProof(keys *Keyring, tenant, site, externalID, proof string, now time.Time) error {
	if externalID == "" || len(externalID) > MaxExternalID {
		return Fail(Invalid, "the account's name is empty or longer than 256 bytes", "send the name by which your server knows the account")
	}
	at, sum, ok := strings.Cut(proof, ".")
	seconds, whole := decimal(at, 1<<40)
	if age := now.Sub(time.Unix(seconds, 0)); !ok || !whole || age > ProofLife || age < -5*time.Minute {
		return Fail(BadToken, "the proof is malformed or more than an hour old", "let your server make a new one for each page or session")
	}
	for _, k := range keys.now().keys {
		want := ProveAccount(identifySecret(k, tenant, site), externalID, time.Unix(seconds, 0))
		if hmac.Equal([]byte(want), []byte(at+"."+sum)) {
			return nil
		}
	}
	return Fail(BadToken, "the proof was not made with this site's secret for this account", "make it on your server: HMAC-SHA-256 under the secret of `lxconsent site identify-secret`, of the seconds, a dot and the name")
}

// Join is what holds once a device is linked to an account: a refusal of
// either is one; a grant has to be the later one's, or both's, so that linking
// renews none. Either may be nil.
func Join(account, device *Choice) *Choice {
	account, device = account.joinable(), device.joinable()
	switch {
	case account == nil:
		return device
	case device == nil:
		return account
	}
	newer, older := account, device
	if device.Clock > account.Clock {
		newer, older = device, account
	}
	out := *newer
	out.Levels, out.Vendors = joinLevels(newer.Levels, older.Levels), joinLevels(newer.Vendors, older.Vendors)
	// Who refuses purposes and says nothing of a vendor has not granted it: it follows
	// its purposes then.
	refused := slices.Contains(slices.Collect(maps.Values(older.Levels)), 0)
	maps.DeleteFunc(out.Vendors, func(id string, n int) bool {
		_, both := older.Vendors[id]
		return n > 0 && !both && refused
	})
	out.Over = maps.Clone(newer.Over)
	maps.DeleteFunc(out.Over, func(id string, _ bool) bool { return out.Levels[id] == 0 })
	return &out
}

// joinable is what of a choice may be carried over; nil when nothing is.
func (c *Choice) joinable() *Choice {
	if c == nil || c.Forged || c.Erased {
		return nil
	}
	if !c.Unproved {
		return c
	}
	granted := func(_ string, n int) bool { return n > 0 }
	out := *c
	out.Unproved, out.Over = false, nil
	out.Levels, out.Vendors = maps.Clone(c.Levels), maps.Clone(c.Vendors)
	maps.DeleteFunc(out.Levels, granted)
	maps.DeleteFunc(out.Vendors, granted)
	if len(out.Levels)+len(out.Vendors) == 0 {
		return nil
	}
	return &out
}

func joinLevels(newer, older map[string]int) map[string]int {
	out := map[string]int{}
	for id, n := range newer {
		if o, both := older[id]; both {
			n = min(n, o)
		}
		out[id] = n
	}
	for id, n := range older {
		if n == 0 {
			out[id] = 0
		}
	}
	return out
}

// SameLevels reports whether two choices grant the same.
func SameLevels(a, b *Choice) bool {
	return a != nil && b != nil && maps.Equal(a.Levels, b.Levels) && maps.Equal(a.Vendors, b.Vendors) && maps.Equal(a.Over, b.Over)
}
