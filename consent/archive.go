package consent

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Archive is what a backup needs beside the other ports. Errors as in Records.
type Archive interface {
	// Tombstones calls each for every subject that was erased, of all sites, in
	// no order. It stops at the first error that each returns, and returns it.
	Tombstones(ctx context.Context, each func(Tombstone) error) error
	// Bury erases the subject of a tombstone, as Erase does, without being told
	// who it was.
	Bury(ctx context.Context, t Tombstone) error
	// Contents names the kinds of documents and the journals that hold
	// something, each in order.
	Contents(ctx context.Context) (kinds, journals []string, err error)
}

// Tombstone says that a subject was erased, in a form that every store knows
// and that does not hold the subject.
type Tombstone struct {
	Site   string `json:"site"`
	Person Person `json:"person"`
	// At is the clock up to which the subject's records are erased.
	At int64 `json:"at"`
}

// Person stands for a subject of a site: two bytes that decide where stores
// look, and seven of a hash.
type Person [9]byte

// bucketBytes are those of a person that decide where stores look.
const bucketBytes = 2

// PersonOf is the person of a subject.
func PersonOf(site, subject string) (p Person) {
	sum := NameHash(site, subject)
	binary.BigEndian.PutUint16(p[:], NameBucket(subject, sum))
	copy(p[bucketBytes:], sum[:])
	return p
}

// Bucket is where stores look for the person.
func (p Person) Bucket() uint16 { return binary.BigEndian.Uint16(p[:]) }

// Hash is the rest of the person.
func (p Person) Hash() []byte { return p[bucketBytes:] }

// MarshalText writes a person in unpadded base64url.
func (p Person) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, p[:]), nil
}

// UnmarshalText reads what MarshalText wrote. Errors: Invalid.
func (p *Person) UnmarshalText(b []byte) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(b))
	if err != nil || len(raw) != len(p) {
		return Fail(Invalid, "a person of a tombstone is malformed", "take the backup as it was written")
	}
	copy(p[:], raw)
	return nil
}

// NameHash names a subject or an id of a site; the length of the first keeps
// pairs apart.
func NameHash(site, name string) [sha256.Size]byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 64), uint32(len(site)))
	return sha256.Sum256(append(append(b, site...), name...))
}

// NameBucket is the bucket of a name with that hash: its first two bytes, so
// that a name can be made for the bucket of another, or for names of other
// forms two of the hash.
func NameBucket(name string, sum [sha256.Size]byte) uint16 {
	if raw, ok := rawName(name); ok {
		return binary.BigEndian.Uint16(raw[:])
	}
	return binary.BigEndian.Uint16(sum[16:])
}
