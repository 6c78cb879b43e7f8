package consent

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
)

const (
	// jwsLimit bounds what openJWS reads.
	jwsLimit = 16 << 10

	// ownSignature is the algorithm of a JWS with a signature to itself (RFC 8037).
	ownSignature = "EdDSA"
	// sharedSignature is that of a receipt whose signature others share; its
	// last part is a treeProof.
	sharedSignature = "EdDSA-RFC6962"
)

type jwsHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// signJWS writes v as JSON in a compact JWS under the active key. The same
// value gives the same text.
func (k *Keyring) signJWS(kind string, v any) (string, error) {
	k = k.now()
	header, err := json.Marshal(jwsHeader{Algorithm: ownSignature, KeyID: k.keys[0].ID, Type: kind})
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

// openJWS reads into v what was signed with one of the keys, and nothing else.
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
	if err := json.Unmarshal(raw[0], &h); err != nil || h.Type != kind {
		return false
	}
	for _, k := range keys {
		if k.ID == h.KeyID && len(k.Key) == ed25519.PublicKeySize && signs(k.Key, h, []byte(part[0]+"."+part[1]), raw[2]) {
			return json.Unmarshal(raw[1], v) == nil
		}
	}
	return false
}

// signs reports whether the last part of a JWS proves the others. The
// algorithms are ours to choose, never the signer's.
func signs(key ed25519.PublicKey, h jwsHeader, signed, proof []byte) bool {
	switch {
	case h.Algorithm == ownSignature:
		return ed25519.Verify(key, signed, proof)
	case h.Algorithm == sharedSignature && h.Type == receiptType:
		return inTree(key, signed, proof)
	}
	return false
}
