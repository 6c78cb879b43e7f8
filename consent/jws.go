package consent

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// jwsLimit bounds what openJWS reads.
const jwsLimit = 16 << 10

type jwsHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// signJWS writes v as JSON in a compact JWS under the active key. The same
// value gives the same text.
func (k *Keyring) signJWS(kind string, v any) (string, error) {
	k = k.now()
	header, err := json.Marshal(jwsHeader{Algorithm: "EdDSA", KeyID: k.keys[0].ID, Type: kind})
	if err != nil {
		return "", Errorf(Invalid, "the header of a signature is not encodable: %w", err)
	}
	body, err := json.Marshal(v)
	if err != nil {
		return "", Errorf(Invalid, "what is to be signed is not encodable: %w", err)
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := ed25519.Sign(k.made[0].receipt, []byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(sum), nil
}

// openJWS reads into v what signJWS wrote with one of the keys, and nothing else.
func openJWS(keys []PublicKey, kind, jws string, v any) bool {
	part := strings.Split(jws, ".")
	if len(jws) > jwsLimit || len(part) != 3 {
		return false
	}
	var raw [3][]byte
	for i, p := range part {
		b, err := base64.RawURLEncoding.Strict().DecodeString(p)
		if err != nil {
			return false
		}
		raw[i] = b
	}
	var h jwsHeader
	// The algorithm is ours to choose, never the signer's.
	if err := json.Unmarshal(raw[0], &h); err != nil || h.Algorithm != "EdDSA" || h.Type != kind {
		return false
	}
	for _, k := range keys {
		if k.ID == h.KeyID && len(k.Key) == ed25519.PublicKeySize && ed25519.Verify(k.Key, []byte(part[0]+"."+part[1]), raw[2]) {
			return json.Unmarshal(raw[1], v) == nil
		}
	}
	return false
}
