// Package admin knows who may manage the platform: setup links, sessions and
// the operator's token.
package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Permission names what a route asks of its caller.
type Permission string

// The permissions, as `routes --json` lists them.
const (
	Public      Permission = "public"
	Visitor     Permission = "visitor"
	ReadSite    Permission = "site:read"
	WriteSite   Permission = "site:write"
	PublishSite Permission = "site:publish"
	ReadRecords Permission = "records:read"

	ReadRequests  Permission = "requests:read"
	WriteRequests Permission = "requests:write"
	ReadHooks     Permission = "hooks:read"
	WriteHooks    Permission = "hooks:write"

	CheckAny   Permission = "check"
	OwnSession Permission = "session"
)

// Principal is who makes a management call. The zero Principal may do nothing.
type Principal struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	Tenant string `json:"tenant"`
	// Expires is when a session ends; zero for the operator's token.
	Expires time.Time `json:"expires,omitzero"`
}

// May reports whether the principal holds a permission.
func (p Principal) May(want Permission) bool {
	return want == Public || p.Role == "owner"
}

const (
	// SetupLife is how long a setup link works; it works once.
	SetupLife = 30 * time.Minute
	// SessionLife is how long a session lasts.
	SessionLife = 12 * time.Hour
	// MinTokenLength is the shortest operator's token that is accepted.
	MinTokenLength = 32
)

// Options are what a Desk needs; Token is optional, the rest required.
type Options struct {
	Vault  consent.Vault
	Clock  func() time.Time
	Random io.Reader
	// Token gives an owner's rights over the API; empty gives none.
	Token string
}

// Desk answers who somebody is.
type Desk struct{ o Options }

// New makes a desk. Errors: Invalid when the operator's token is too short.
func New(o Options) (*Desk, error) {
	if o.Token != "" && len(o.Token) < MinTokenLength {
		return nil, consent.Fail(consent.Invalid, "the operator's API token is too short", fmt.Sprintf("use at least %d random characters", MinTokenLength))
	}
	return &Desk{o: o}, nil
}

// NewSetup makes a one-time setup token for an owner.
func (d *Desk) NewSetup(ctx context.Context) (string, error) {
	return d.issue(ctx, "setup:", Principal{Name: "owner", Role: "owner", Tenant: "default"}, SetupLife)
}

// SignIn trades a setup token for a session. Errors: Unauthorized when the
// token is unknown, used or too old.
func (d *Desk) SignIn(ctx context.Context, setup string) (session string, p Principal, err error) {
	raw, err := d.o.Vault.TakeSecret(ctx, key("setup:", setup), d.o.Clock())
	if consent.CodeOf(err) == consent.NotFound {
		return "", p, consent.Fail(consent.Unauthorized, "the setup link was used already or is older than 30 minutes", "restart the server: it prints a new one")
	}
	if err != nil {
		return "", p, err
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", p, fmt.Errorf("read the setup token: %w", err)
	}
	p.Expires = d.o.Clock().Add(SessionLife).UTC()
	session, err = d.issue(ctx, "session:", p, SessionLife)
	return session, p, err
}

// SignOut ends a session; ending none is no error.
func (d *Desk) SignOut(ctx context.Context, session string) error {
	return d.o.Vault.DropSecret(ctx, key("session:", session))
}

// Session returns who holds a session. Errors: Unauthorized.
func (d *Desk) Session(ctx context.Context, session string) (p Principal, err error) {
	raw, err := d.o.Vault.Secret(ctx, key("session:", session), d.o.Clock())
	if consent.CodeOf(err) == consent.NotFound {
		return p, consent.Fail(consent.Unauthorized, "there is no session, or it has ended", "open a new setup link")
	}
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(raw, &p)
}

// Token returns the principal of the operator's token. Errors: Unauthorized.
func (d *Desk) Token(token string) (Principal, error) {
	want, got := sha256.Sum256([]byte(d.o.Token)), sha256.Sum256([]byte(token))
	if d.o.Token == "" || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		return Principal{}, consent.Fail(consent.Unauthorized, "the API token is not valid", "send `Authorization: Bearer` with the token of --api-token-file")
	}
	return Principal{Name: "operator", Role: "owner", Tenant: "default"}, nil
}

func (d *Desk) issue(ctx context.Context, kind string, p Principal, life time.Duration) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(d.o.Random, b[:]); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(b[:])
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode the principal: %w", err)
	}
	return token, d.o.Vault.PutSecret(ctx, key(kind, token), raw, d.o.Clock().Add(life))
}

// key stores tokens by their hash, so that a copy of the store opens nothing.
func key(kind, token string) string {
	sum := sha256.Sum256([]byte(token))
	return kind + base64.RawURLEncoding.EncodeToString(sum[:])
}
