package web

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// KeySet is a JWK set (RFC 7517) of Ed25519 keys (RFC 8037).
type KeySet struct {
	Keys []JWK `json:"keys"`
}

// JWK is one public key.
type JWK struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	X         string `json:"x"`
}

func (s *Server) keys(c echo.Context) error {
	out := KeySet{Keys: []JWK{}}
	for _, k := range s.o.Keys.PublicKeys() {
		out.Keys = append(out.Keys, JWK{"OKP", "Ed25519", k.ID, "sig", "EdDSA", base64.RawURLEncoding.EncodeToString(k.Key)})
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Access-Control-Allow-Origin", "*")
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/jwk-set+json", b)
}

// reseal serves POST /v1/keys/reseal, after which an earlier key may go. It may
// be repeated.
func (s *Server) reseal(c echo.Context) error {
	out, err := s.o.Reseal(c.Request().Context())
	if err != nil {
		return err
	}
	n := 0
	for _, k := range out.Resealed {
		n += k
	}
	if n > 0 {
		p := principalOf(c)
		change := admin.Change{Action: "keys.reseal", Object: out.Signs, Note: strconv.Itoa(n) + " values"}
		if err := s.o.Admin.Audit(c.Request().Context(), p, p.Tenant, change); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, out)
}

// PublicKeys reads the Ed25519 keys of a set; others are left out. Errors:
// Invalid when a key is malformed.
func (k KeySet) PublicKeys() ([]consent.PublicKey, error) {
	var out []consent.PublicKey
	for _, j := range k.Keys {
		if j.Type != "OKP" || j.Curve != "Ed25519" {
			continue
		}
		x, err := base64.RawURLEncoding.DecodeString(j.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, consent.Fail(consent.Invalid, "a key of the set is malformed", "fetch /v1/keys again")
		}
		out = append(out, consent.PublicKey{ID: j.ID, Key: x})
	}
	return out, nil
}
