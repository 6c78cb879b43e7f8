package admin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/leadiumx/consent/consent"
)

// The kinds of documents and journals that this package keeps.
const (
	kindTenant  = "tenant"
	kindAccount = "account"
	kindKey     = "apikey"
	kindKeyUsed = "apikey-used"
	kindStep    = "totp-step"
)

func kindMember(tenant string) string { return "member:" + tenant }
func kindInvite(tenant string) string { return "invite:" + tenant }

// held is a document as it was read: what a change is held against.
type held[T any] struct {
	value   T
	version int64
	hash    string
}

func load[T any](ctx context.Context, c consent.Cabinet, kind, id string) (held[T], error) {
	d, err := c.Document(ctx, kind, id)
	if err != nil {
		return held[T]{}, err
	}
	return decodeHeld[T](d)
}

func decodeHeld[T any](d consent.Document) (h held[T], err error) {
	if err := json.Unmarshal(d.Body, &h.value); err != nil {
		return h, fmt.Errorf("read the %s document: %w", d.Kind, err)
	}
	h.version, h.hash = d.Version, digest(d.Body)
	return h, nil
}

// every calls each with every document of a kind.
func every[T any](ctx context.Context, c consent.Cabinet, kind string, each func(id string, h held[T]) error) error {
	const page = 200
	for after := ""; ; {
		list, err := c.Documents(ctx, kind, after, page)
		if err != nil {
			return err
		}
		for _, d := range list {
			h, err := decodeHeld[T](d)
			if err != nil {
				return err
			}
			if err := each(d.ID, h); err != nil {
				return err
			}
			after = d.ID
		}
		if len(list) < page {
			return nil
		}
	}
}

// save puts a document and returns its new version and hash.
func save(ctx context.Context, c consent.Cabinet, kind, id string, version int64, v any, still ...consent.Document) (int64, string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return 0, "", fmt.Errorf("encode the %s document: %w", kind, err)
	}
	d, err := c.PutDocument(ctx, consent.Document{Kind: kind, ID: id, Version: version, Body: body}, still...)
	return d.Version, digest(body), err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// secret makes 256 random bits as text.
func (d *Desk) secret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(d.o.Random, b[:]); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// name makes a short random id that may stand in addresses.
func (d *Desk) name() (string, error) {
	var b [9]byte
	if _, err := io.ReadFull(d.o.Random, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// notFound is the one answer for what does not exist and for what is another
// tenant's.
func notFound(what string) error {
	return consent.Fail(consent.NotFound, "there is no such "+what, "list what there is")
}
