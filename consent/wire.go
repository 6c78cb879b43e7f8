package consent

import "encoding/binary"

// reader takes packed bytes apart. The first fault sticks, so that callers ask
// once; every value has one spelling, and all others are faults.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) done() bool { return !r.bad && len(r.b) == 0 }

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// number reads a number of at most limit.
func (r *reader) number(limit uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if r.bad || n <= 0 || v > limit || n > 1 && r.b[n-1] == 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// signed reads what appendSigned wrote.
func (r *reader) signed() int64 {
	v := r.number(1<<64 - 1)
	return int64(v>>1) ^ -int64(v&1)
}

func (r *reader) word() string { return string(r.take(r.number(wordLimit))) }

func appendWord(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendSigned(b []byte, n int64) []byte {
	return binary.AppendUvarint(b, uint64(n)<<1^uint64(n>>63))
}
