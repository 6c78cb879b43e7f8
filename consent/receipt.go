package consent

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Receipt is what the subject keeps of a record.
type Receipt struct {
	ID      string `json:"id"`
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
	Time        time.Time      `json:"time"`
}

// Receipt returns the subject's copy.
func (r *Record) Receipt() Receipt {
	return Receipt{
		ID: r.ID, Site: r.Site, Edition: r.Edition, EditionHash: r.EditionHash, WordsHash: r.WordsHash,
		Regime: r.Regime, Locale: r.Locale, Levels: r.Levels, Vendors: r.Vendors, Action: r.Action, Time: r.Time,
	}
}

// receiptType is the `typ` of a signed receipt (RFC 7515, section 4.1.9).
const receiptType = "consent-receipt+jws"

type receiptHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

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
		public, _ := receiptKey(key.Secret).Public().(ed25519.PublicKey)
		out[i] = PublicKey{ID: key.ID, Key: public}
	}
	return append(out, k.retired...)
}

// SignReceipt returns the receipt as a compact JWS (RFC 7515) signed with
// Ed25519 (RFC 8037). The same receipt gives the same text under one key.
func (k *Keyring) SignReceipt(r Receipt) (string, error) {
	k = k.now()
	header, err := json.Marshal(receiptHeader{Algorithm: "EdDSA", KeyID: k.Active(), Type: receiptType})
	if err != nil {
		return "", Errorf(Invalid, "the header of a receipt is not encodable: %w", err)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return "", Errorf(Invalid, "the receipt is not encodable: %w", err)
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := ed25519.Sign(receiptKey(k.keys[0].Secret), []byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(sum), nil
}

// VerifyReceipt reads a signed receipt. It needs no secret and no network.
// Errors: Invalid when it is malformed, names a key that is not given, or was
// changed.
func VerifyReceipt(keys []PublicKey, jws string) (Receipt, error) {
	bad := Fail(Invalid, "the receipt is malformed, was changed, or was signed with another key", "take the `jws` of the answer unchanged, and the keys of the server that made it")
	part := strings.Split(jws, ".")
	if len(jws) > 16<<10 || len(part) != 3 {
		return Receipt{}, bad
	}
	var raw [3][]byte
	for i, p := range part {
		b, err := base64.RawURLEncoding.Strict().DecodeString(p)
		if err != nil {
			return Receipt{}, bad
		}
		raw[i] = b
	}
	var h receiptHeader
	// The algorithm is ours to choose, never the receipt's.
	if err := json.Unmarshal(raw[0], &h); err != nil || h.Algorithm != "EdDSA" || h.Type != receiptType {
		return Receipt{}, bad
	}
	for _, k := range keys {
		if k.ID != h.KeyID || len(k.Key) != ed25519.PublicKeySize || !ed25519.Verify(k.Key, []byte(part[0]+"."+part[1]), raw[2]) {
			continue
		}
		var r Receipt
		if err := json.Unmarshal(raw[1], &r); err != nil {
			return Receipt{}, bad
		}
		return r, nil
	}
	return Receipt{}, bad
}
