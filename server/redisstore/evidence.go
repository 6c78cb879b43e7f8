package redisstore

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/leadiumx/consent/consent"
	"github.com/redis/go-redis/v9"
)

// The first byte of what stands under a mark; see scripts.go.
const (
	kindRecord     = 'r'
	kindRecordWord = 'R'
	kindBare       = 'x'
	kindBareWord   = 'X'
	kindClaim      = 'c'
	kindSettled    = 'p'

	// clockLimit bounds clocks, some 4,000 years before and after 1970.
	clockLimit = int64(1) << 47
	// maxContexts bounds the contexts that are remembered.
	maxContexts = 4096
)

// evidence writes what stands under the mark of a record.
func evidence(id string, sealed consent.Sealed, secret []byte) []byte {
	b := make([]byte, 1, 40+len(id)+len(sealed.Evidence))
	raw, isRaw := rawName(id)
	b[0] = kindBare
	if len(secret) == consent.SecretSize {
		b[0] = kindRecord
		b = append(b, secret...)
	}
	if isRaw {
		b = append(b, raw[:]...)
	} else {
		b[0] -= 'a' - 'A'
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(id))), id...)
	}
	return append(b, sealed.Evidence...)
}

// takeID cuts an id, behind its kind, off what an erasure left or told.
func takeID(kind byte, v string) (id, rest string, ok bool) {
	switch kind {
	case kindBare, kindRecord:
		if len(v) < 16 {
			return "", "", false
		}
		return base64.RawURLEncoding.EncodeToString([]byte(v[:16])), v[16:], true
	case kindBareWord, kindRecordWord:
		if len(v) < 2 || len(v)-2 < int(v[0])<<8|int(v[1]) {
			return "", "", false
		}
		n := 2 + (int(v[0])<<8 | int(v[1]))
		return v[2:n], v[n:], true
	}
	return "", "", false
}

// errNoContext says that the context of a record is gone, or was changed.
var errNoContext = errors.New("the context of a record is missing")

func damaged(what string) error { return fmt.Errorf("a stored %s is damaged", what) }

// record reads what stands under a mark. Its context is in its own partition.
// What cannot be read comes back with Damaged set, beside the error.
func (s *Store) record(ctx context.Context, at place, v string) (r consent.Record, err error) {
	r = consent.Record{Damaged: true, Sealed: &consent.Sealed{}}
	if v == "" {
		return r, damaged("record")
	}
	kind, rest, secret := v[0], v[1:], []byte(nil)
	if kind == kindRecord || kind == kindRecordWord {
		if len(rest) < consent.SecretSize {
			return r, damaged("record")
		}
		secret, rest = []byte(rest[:consent.SecretSize]), rest[consent.SecretSize:]
	}
	id, rest, ok := takeID(kind, rest)
	if !ok {
		return r, damaged("record")
	}
	sealed := []byte(rest)
	r.ID, r.Sealed.Evidence = id, sealed
	code, ok := consent.EvidenceCode(sealed)
	if !ok {
		return r, damaged("record")
	}
	known, err := s.context(ctx, at, code)
	if errors.Is(err, errNoContext) {
		return r, damaged("context")
	}
	if err != nil {
		return consent.Record{}, err
	}
	return known.Unpack(id, sealed, secret)
}

// contexts remembers what records share. A context never changes under its
// code, so nothing is ever stale.
type contexts struct {
	mu    sync.RWMutex
	known map[consent.ContextCode]*consent.KnownContext
}

func (c *contexts) get(code consent.ContextCode) *consent.KnownContext {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.known[code]
}

func (c *contexts) put(code consent.ContextCode, known *consent.KnownContext) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxContexts {
		c.known = map[consent.ContextCode]*consent.KnownContext{}
	}
	c.known[code] = known
}

func (s *Store) context(ctx context.Context, at place, code consent.ContextCode) (*consent.KnownContext, error) {
	if known := s.contexts.get(code); known != nil {
		return known, nil
	}
	packed, err := s.client().HGet(ctx, s.keys.contexts(at.site, at.part()), string(code[:])).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, errNoContext
	}
	if err != nil {
		return nil, err
	}
	known, err := consent.KnowContext(packed)
	if err != nil || consent.CodeOfContext(packed) != code {
		return nil, errNoContext
	}
	s.contexts.put(code, known)
	return known, nil
}
