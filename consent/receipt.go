package consent

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// Receipt is what the subject keeps of a record.
type Receipt struct {
	// What many receipts say alike stands first; see opening.
	Site    string `json:"site"`
	Edition int    `json:"edition"`
	// EditionHash and WordsHash bind what was shown.
	EditionHash string         `json:"edition_hash"`
	WordsHash   string         `json:"words_hash"`
	Regime      string         `json:"regime"`
	Locale      string         `json:"locale"`
	Levels      map[string]int `json:"levels"`
	Vendors     map[string]int `json:"vendors,omitempty"`
	Action      Action         `json:"action"`
	// Node, Seq and Link are the record's place in its chain, Hash is its leaf
	// there: with them a receipt tells whether a ledger still holds the record
	// as it was.
	Node string    `json:"node,omitempty"`
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	Seq  uint64    `json:"seq,omitempty"`
	Link Link      `json:"link,omitzero"`
	Hash Hash      `json:"hash,omitzero"`
}

// Receipt returns the subject's copy.
func (r *Record) Receipt() Receipt {
	out := Receipt{
		ID: r.ID, Site: r.Site, Edition: r.Edition, EditionHash: r.EditionHash, WordsHash: r.WordsHash,
		Regime: r.Regime, Locale: r.Locale, Levels: r.Levels, Vendors: r.Vendors, Action: r.Action, Time: r.Time,
		Node: r.Node, Seq: r.Seq, Link: r.Link,
	}
	out.Hash = r.leaf()
	return out
}

// leaf is the record's hash in its chain, if it is in one.
func (r *Record) leaf() Hash {
	switch {
	case r.Sealed == nil || r.Seq == 0:
		return Hash{}
	case r.Sealed.known:
		return r.Sealed.leaf
	}
	return Leaf(r.ID, *r.Sealed)
}

// receiptType is the `typ` of a signed receipt (RFC 7515, section 4.1.9).
const receiptType = "consent-receipt+jws"

// receiptKey derives the Ed25519 key of a signing key, so that one file holds
// all secrets and whoever verifies receipts cannot make cookies.
func receiptKey(secret []byte) ed25519.PrivateKey {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("lx_receipt ed25519"))
	return ed25519.NewKeyFromSeed(h.Sum(nil))
}

// PublicKey verifies receipts.
type PublicKey struct {
	ID  string
	Key ed25519.PublicKey
}

// PublicKeys are the keys under which this keyring's receipts verify, the
// signing one first and retired ones last.
func (k *Keyring) PublicKeys() []PublicKey {
	k = k.now()
	out := make([]PublicKey, len(k.keys))
	for i, key := range k.keys {
		public, _ := k.made[i].receipt.Public().(ed25519.PublicKey)
		out[i] = PublicKey{ID: key.ID, Key: public}
	}
	return append(out, k.retired...)
}

// SignReceipt returns the receipt as a compact JWS (RFC 7515) signed with
// Ed25519 (RFC 8037). The same receipt gives the same text under one key.
func (k *Keyring) SignReceipt(r Receipt) (string, error) { return k.signJWS(receiptType, r) }

// VerifyReceipt reads a signed receipt. It needs no secret and no network.
// Errors: Invalid when it is malformed, names a key that is not given, or was
// changed.
func VerifyReceipt(keys []PublicKey, jws string) (Receipt, error) {
	var r Receipt
	if !openJWS(keys, receiptType, jws, &r) {
		return Receipt{}, Fail(Invalid, "the receipt is malformed, was changed, or was signed with another key", "take the `jws` of the answer unchanged, and the keys of the server that made it")
	}
	return r, nil
}
