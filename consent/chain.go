package consent

import (
	"crypto/sha256"
	"encoding/hex"
)

// Link binds a record to the one before it in its chain, so that a record which
// was changed can be named. It is short, since every record holds one: proof
// that nothing was changed are signed checkpoints, which bind the whole hashes.
type Link [4]byte

// MarshalText writes a link in hex.
func (l Link) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, l[:]), nil }

// UnmarshalText reads what MarshalText wrote. Errors: Invalid.
func (l *Link) UnmarshalText(b []byte) error {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != len(l) {
		return damagedEvidence("a link is not 8 hexadecimal digits")
	}
	copy(l[:], raw)
	return nil
}

// IsZero reports whether there is no link.
func (l Link) IsZero() bool { return l == Link{} }

// Hash is a SHA-256.
type Hash [32]byte

// String writes the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hex.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText wrote. Errors: Invalid.
func (h *Hash) UnmarshalText(b []byte) error {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != len(h) {
		return damagedEvidence("a hash is not 64 hexadecimal digits")
	}
	copy(h[:], raw)
	return nil
}

// Leaf is the hash of all that a record is, save its link: the id, what was
// shown and the sealed personal part.
func Leaf(id string, s Sealed) (h Hash) {
	sum := s.hash()
	b := append(make([]byte, 0, 160), "lx leaf 1"...)
	b = appendWord(append(b, sum[:]...), id)
	if len(s.Evidence) >= codeAt {
		b = append(append(b, s.Evidence[0]), s.Evidence[codeAt:]...)
	}
	return sha256.Sum256(b)
}

// Head is where a chain has come to; the zero Head begins one.
type Head struct {
	Seq  uint64 `json:"seq"`
	Link Link   `json:"link"`
	// Hash binds every leaf from the first on.
	Hash Hash `json:"hash"`
}

// Next is the head after one more leaf.
func (h Head) Next(leaf Hash) Head {
	var room [80]byte
	link := sha256.Sum256(append(append(append(room[:0], "lx link 1"...), h.Link[:]...), leaf[:]...))
	next := Head{Seq: h.Seq + 1, Hash: sha256.Sum256(append(append(append(room[:0], "lx head 1"...), h.Hash[:]...), leaf[:]...))}
	copy(next.Link[:], link[:])
	return next
}

// Chain packs the record as the next one after a head. Seq, Link, Sealed and
// Secret of the record are set; its other fields may not be changed
// afterwards. Errors: Invalid when it does not fit, and nothing is changed.
func (r *Record) Chain(before Head) (Head, error) { return (*Packer)(nil).Chain(r, before) }

// Chain does as Record.Chain.
func (p *Packer) Chain(r *Record, before Head) (Head, error) {
	seq, link := r.Seq, r.Link
	r.Seq, r.Link = before.Seq+1, Link{}
	sealed, secret, err := r.pack(p)
	if err != nil {
		r.Seq, r.Link = seq, link
		return before, err
	}
	sealed.leaf, sealed.known = Leaf(r.ID, sealed), true
	after := before.Next(sealed.leaf)
	copy(sealed.Evidence[linkAt:codeAt], after.Link[:])
	r.Link, r.Secret, r.Sealed = after.Link, secret, &sealed
	return after, nil
}
