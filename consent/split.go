package consent

import (
	"encoding/base64"
	"encoding/binary"
)

// SplitID is an id of 16 bytes in three parts, for stores that would otherwise
// keep a hash of the id beside the id. All of the id comes back from the parts.
type SplitID struct {
	// Bucket is the NameBucket of the id.
	Bucket uint16
	// Mark names the id in its bucket: it differs for ids that differ, whatever
	// part of them does, as surely as a hash.
	Mark [8]byte
	Rest [6]byte
}

// Split takes an id apart. ok is false for what is no record id.
func Split(id string) (s SplitID, ok bool) {
	raw, ok := rawName(id)
	if !ok {
		return s, false
	}
	s.Bucket = binary.BigEndian.Uint16(raw[:])
	mark, rest := binary.BigEndian.Uint64(raw[2:]), uint48(raw[10:])
	// A Feistel network. Clients draw ids at random; this is for those who put
	// a time or a number into them.
	mark ^= stir(rest)
	rest ^= stir(mark) >> 16
	mark ^= stir(rest)
	binary.BigEndian.PutUint64(s.Mark[:], mark)
	putUint48(s.Rest[:], rest)
	return s, true
}

// ID is the id that was taken apart.
func (s SplitID) ID() string {
	raw := s.raw()
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

func (s *SplitID) raw() (raw [subjectSize]byte) {
	mark, rest := binary.BigEndian.Uint64(s.Mark[:]), uint48(s.Rest[:])
	mark ^= stir(rest)
	rest ^= stir(mark) >> 16
	mark ^= stir(rest)
	binary.BigEndian.PutUint16(raw[:], s.Bucket)
	binary.BigEndian.PutUint64(raw[2:], mark)
	putUint48(raw[10:], rest)
	return raw
}

// stir spreads every bit of a number over all of another.
func stir(n uint64) uint64 {
	const odd = 0xd6e8feb86659fd93
	n = (n ^ n>>32 ^ odd) * odd
	n = (n ^ n>>32) * odd
	return n ^ n>>32
}

func uint48(b []byte) uint64 {
	return uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
}

func putUint48(b []byte, n uint64) {
	binary.BigEndian.PutUint16(b, uint16(n>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(n))
}
