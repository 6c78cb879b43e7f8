// Package admin knows who may manage the platform: organisations, their
// members and keys, sessions, and what each may do.
package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// MinTokenLength is the shortest operator's token that is accepted.
const MinTokenLength = 32

// Store is what a Desk keeps things in.
type Store interface {
	consent.Vault
	consent.Cabinet
}

// Options are what a Desk needs; Token and Cost are optional, the rest required.
type Options struct {
	Store  Store
	Clock  func() time.Time
	Random io.Reader
	// Keys seal what has to be read again, such as second factors.
	Keys *consent.Keyring
	// Token gives the rights of who owns the installation; empty gives none.
	Token string
	// Cost is of one password hash.
	Cost Cost
}

// Desk answers who somebody is and what they may do.
type Desk struct {
	o        Options
	hasher   *hasher
	throttle *throttle
	known    knownKeys
	// token is the hash of the operator's token, all what its holder may do:
	// every check by a server asks for them.
	token [sha256.Size]byte
	all   Grant
}

// New makes a desk. Errors: Invalid when the operator's token is too short.
func New(o Options) (*Desk, error) {
	if o.Token != "" && (len(o.Token) < MinTokenLength || strings.HasPrefix(o.Token, KeyPrefix)) {
		return nil, consent.Fail(consent.Invalid, "the operator's API token is too short, or begins like an API key", fmt.Sprintf("use at least %d random characters", MinTokenLength))
	}
	h, err := newHasher(o.Cost, o.Random)
	if err != nil {
		return nil, err
	}
	return &Desk{o: o, hasher: h, throttle: newThrottle(o.Clock), known: knownKeys{keys: map[string]knownKey{}}, token: sha256.Sum256([]byte(o.Token)), all: grantOf(Owner, nil)}, nil
}

// Token returns the principal of the operator's token or of an API key. The
// operator acts in the named tenant, or with no name sees all of them. Errors:
// Unauthorized.
func (d *Desk) Token(ctx context.Context, token, tenant string) (Principal, error) {
	if strings.HasPrefix(token, KeyPrefix) {
		return d.byKey(ctx, token)
	}
	got := sha256.Sum256([]byte(token))
	if d.o.Token == "" || subtle.ConstantTimeCompare(d.token[:], got[:]) != 1 {
		return Principal{}, consent.Fail(consent.Unauthorized, "the API token is not valid", "send `Authorization: Bearer` with an API key, or with the token of --api-token-file")
	}
	p := owning(d.all, ByOperator, "operator", tenant)
	if tenant == "" {
		// What belongs to one organisation is done in the first.
		p.Tenant = FirstTenant
	}
	return p, nil
}

// keep stores a value until it ends.
func (d *Desk) keep(ctx context.Context, key string, value []byte, ends time.Time) error {
	return d.o.Store.PutSecret(ctx, key, value, d.o.Clock(), ends)
}

// key stores tokens by their hash, so that a copy of the store opens nothing.
func key(kind, token string) string {
	sum := sha256.Sum256([]byte(token))
	return kind + base64.RawURLEncoding.EncodeToString(sum[:])
}
