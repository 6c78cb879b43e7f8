package redisstore

import (
	"bytes"
	"context"
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
	kindRecordAway = 's'
	kindRecordWord = 'R'
	kindBare       = 'x'
	kindBareAway   = 'y'
	kindBareWord   = 'X'
	kindClaim      = 'c'
	kindSettled    = 'p'

	// clockLimit bounds clocks, some 4,000 years before and after 1970.
	clockLimit = int64(1) << 47
	// maxContexts bounds the contexts that are remembered.
	maxContexts = 4096
)

// appendEvidence writes what stands under the mark of a record in a bucket.
func appendEvidence(b []byte, at place, id string, sealed consent.Sealed, secret []byte) []byte {
	kind, hidden := len(b), len(secret) == consent.SecretSize
	b = append(b, 0)
	if hidden {
		b = append(b, secret...)
	}
	part, split := consent.Split(id)
	switch {
	case split && part.Bucket == at.bucket:
		b[kind] = kindOf(hidden, kindRecord, kindBare)
		b = append(b, part.Rest[:]...)
	case split:
		b[kind] = kindOf(hidden, kindRecordAway, kindBareAway)
		b = append(binary.BigEndian.AppendUint16(b, part.Bucket), part.Rest[:]...)
	default:
		b[kind] = kindOf(hidden, kindRecordWord, kindBareWord)
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(id))), id...)
	}
	return append(b, sealed.Evidence...)
}

func kindOf(hidden bool, record, bare byte) byte {
	if hidden {
		return record
	}
	return bare
}

// bare reports whether a kind has no secret.
func bare(kind byte) bool { return kind == kindBare || kind == kindBareAway || kind == kindBareWord }

// takeID cuts the id off what stands under a mark, behind kind and secret.
func takeID(at place, mark string, kind byte, v []byte) (id string, rest []byte, ok bool) {
	part := consent.SplitID{Bucket: at.bucket}
	switch kind {
	case kindBareWord, kindRecordWord:
		if len(v) < 2 || len(v)-2 < int(v[0])<<8|int(v[1]) {
			return "", nil, false
		}
		n := 2 + (int(v[0])<<8 | int(v[1]))
		return string(v[2:n]), v[n:], true
	case kindBareAway, kindRecordAway:
		if len(v) < 2 {
			return "", nil, false
		}
		part.Bucket, v = uint16(v[0])<<8|uint16(v[1]), v[2:]
	case kindBare, kindRecord:
	default:
		return "", nil, false
	}
	if len(v) < len(part.Rest) || copy(part.Mark[:], mark) != markSize {
		return "", nil, false
	}
	n := copy(part.Rest[:], v)
	return part.ID(), v[n:], true
}

// idsOf takes apart the ids that an erasure tells: bucket (2), mark and rest (6)
// of each behind "x", or a length (2) and the id behind "X".
func idsOf(v []byte) (ids []string, err error) {
	for len(v) > 0 {
		at, mark, kind, rest := place{}, "", v[0], v[1:]
		if kind == kindBare {
			if len(rest) < 2+markSize {
				return nil, damaged("erasure")
			}
			at.bucket, mark, rest = uint16(rest[0])<<8|uint16(rest[1]), string(rest[2:2+markSize]), rest[2+markSize:]
		}
		id, left, ok := takeID(at, mark, kind, rest)
		if !ok {
			return nil, damaged("erasure")
		}
		ids, v = append(ids, id), left
	}
	return ids, nil
}

// errNoContext says that the context of a record is gone, or was changed.
var errNoContext = errors.New("the context of a record is missing")

func damaged(what string) error { return fmt.Errorf("a stored %s %w", what, consent.ErrDamaged) }

// record reads what stands under a mark into r, which shares v. Its context is in
// its own partition. What cannot be read comes back with Damaged set, beside the
// error.
func (s *Store) record(ctx context.Context, r *consent.Record, at place, mark string, v []byte) error {
	if len(v) == 0 {
		return ruined(r, "", nil, "record")
	}
	kind, rest, secret := v[0], v[1:], []byte(nil)
	if kind == kindRecord || kind == kindRecordAway || kind == kindRecordWord {
		if len(rest) < consent.SecretSize {
			return ruined(r, "", nil, "record")
		}
		secret, rest = rest[:consent.SecretSize:consent.SecretSize], rest[consent.SecretSize:]
	}
	id, sealed, ok := takeID(at, mark, kind, rest)
	if !ok {
		return ruined(r, "", nil, "record")
	}
	code, ok := consent.EvidenceCode(sealed)
	if !ok {
		return ruined(r, id, sealed, "record")
	}
	known, err := s.context(ctx, at, code)
	if errors.Is(err, errNoContext) {
		return ruined(r, id, sealed, "context")
	}
	if err != nil {
		return err
	}
	if err := known.Unpack(r, id, sealed, secret); err != nil {
		// Its own code would blame whoever asks.
		return fmt.Errorf("%w: %v", damaged("record"), err)
	}
	return nil
}

// ruined is a record that cannot be read.
func ruined(r *consent.Record, id string, sealed []byte, what string) error {
	*r = consent.Record{ID: id, Damaged: true, Sealed: &consent.Sealed{Evidence: sealed}}
	return damaged(what)
}

// contexts remembers what records share. A context never changes under its
// code, so nothing is ever stale.
type contexts struct {
	// asking holds a value while one asks Redis: who come together, as after a
	// start, mostly want the same, and each would take a connection.
	asking chan struct{}
	mu     sync.RWMutex
	known  map[consent.ContextCode]*consent.KnownContext
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

// of is a context that is about to be stored; nil if it cannot be read.
func (c *contexts) of(code consent.ContextCode, packed []byte) *consent.KnownContext {
	known := c.get(code)
	if known != nil {
		return known
	}
	known, err := consent.KnowContext(bytes.Clone(packed))
	if err != nil {
		return nil
	}
	c.put(code, known)
	return known
}

func (s *Store) context(ctx context.Context, at place, code consent.ContextCode) (*consent.KnownContext, error) {
	if known := s.contexts.get(code); known != nil {
		return known, nil
	}
	select {
	case s.contexts.asking <- struct{}{}:
		defer func() { <-s.contexts.asking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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
