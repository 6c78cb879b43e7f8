package consent

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
)

// The flags of a personal part.
const (
	subjectRaw = 1 << iota
	subjectWord
	contentRaw
	contentWord
	hasOver
	hasPeer
	// subjectMade says that the subject follows from the secret and the id.
	subjectMade
	personalFlags = 1<<iota - 1
)

const (
	subjectSize = 16
	// nameSize is the length of so many bytes in base64url.
	nameSize = 22
	// ContentSize is how many bytes of a content's hash are kept: enough to tell
	// apart the few contents that are ever sent under one id.
	ContentSize = 4
)

// appendPersonal packs who decided and what.
func (r *Record) appendPersonal(b []byte, c *Context, secret []byte) ([]byte, error) {
	var flags byte
	at := len(b)
	b = append(b, 0)
	if made, ok := subjectText(secret, r.ID); ok && made == r.Subject {
		flags |= subjectMade
	} else {
		b = packText(b, &flags, r.Subject, subjectSize, subjectRaw, subjectWord)
	}
	b = packText(b, &flags, r.Content, ContentSize, contentRaw, contentWord)
	fits := true
	if r.Peer != "" {
		var peer []byte
		peer, fits = rawText(r.Peer, subjectSize)
		flags |= hasPeer
		b = append(b, peer...)
	}
	levels := len(b)
	b = append(b, make([]byte, (len(c.Purposes)+len(c.Vendors)+1)/2)...)
	put := func(i, level int, ok bool) bool {
		if !ok {
			level = absent
		}
		b[levels+i/2] |= byte(level) << (i % 2 * 4)
		return !ok || level >= 0 && level < absent
	}
	for i, id := range c.Purposes {
		level, ok := r.Levels[id]
		fits = put(i, level, ok) && fits
		if r.Over[id] {
			flags |= hasOver
		}
	}
	for i, id := range c.Vendors {
		fits = put(len(c.Purposes)+i, r.Vendors[id], true) && fits
	}
	if !fits || len(r.Subject) > wordLimit || len(r.Content) > wordLimit {
		return nil, Fail(Invalid, "a level is below 0 or above 14, or a name is too long", "use levels from 0 to 9")
	}
	if flags&hasOver != 0 {
		over := len(b)
		b = append(b, make([]byte, (len(c.Purposes)+7)/8)...)
		for i, id := range c.Purposes {
			if r.Over[id] {
				b[over+i/8] |= 1 << (i % 8)
			}
		}
	}
	b[at] = flags
	return b, nil
}

// readPersonal reads what appendPersonal wrote, in that one spelling.
func readPersonal(b []byte, out *Record, known *KnownContext, secret []byte) bool {
	r, c := reader{b: b}, &known.read
	flags := r.byte()
	out.Subject = r.text(flags, subjectSize, subjectRaw, subjectWord)
	switch made, ok := subjectText(secret, out.ID); {
	case flags&subjectMade == 0:
		if ok && made == out.Subject {
			return false
		}
	case !ok || out.Subject != "":
		return false
	default:
		out.Subject = made
	}
	out.Content = r.text(flags, ContentSize, contentRaw, contentWord)
	if flags&hasPeer != 0 {
		out.Peer = base64.RawURLEncoding.EncodeToString(r.take(subjectSize))
	}
	n := len(c.Purposes) + len(c.Vendors)
	levels := r.take(uint64(n+1) / 2)
	var over []byte
	if flags&hasOver != 0 {
		over = r.take(uint64(len(c.Purposes)+7) / 8)
	}
	if !r.done() || flags > personalFlags || n%2 == 1 && levels[n/2]>>4 != 0 {
		return false
	}
	plain := over == nil && len(c.Vendors) == 0
	if plain {
		var ok bool
		if out.Levels, ok = known.levels.Known(string(levels)); ok {
			return true
		}
	}
	level := func(i int) int { return int(levels[i/2] >> (i % 2 * 4) & 15) }
	out.Levels = map[string]int{}
	any := false
	for i, id := range c.Purposes {
		granted := over != nil && over[i/8]>>(i%8)&1 == 1
		if level(i) != absent {
			out.Levels[id] = level(i)
		} else if !granted {
			return false
		}
		if granted {
			if any = true; out.Over == nil {
				out.Over = map[string]bool{}
			}
			out.Over[id] = true
		}
	}
	for i, id := range c.Vendors {
		if level(len(c.Purposes)+i) == absent {
			return false
		}
		if out.Vendors == nil {
			out.Vendors = map[string]int{}
		}
		out.Vendors[id] = level(len(c.Purposes) + i)
	}
	if plain {
		known.levels.Keep(string(levels), out.Levels, maxLevelsOfContext)
	}
	used := len(c.Purposes) % 8
	return any == (over != nil) && (over == nil || used == 0 || over[len(over)-1]>>used == 0)
}

// packText appends a text as size raw bytes when it is their base64url, as the
// flag says, and as a word otherwise.
func packText(b []byte, flags *byte, s string, size int, raw, word byte) []byte {
	if s == "" {
		return b
	}
	if x, ok := rawText(s, size); ok {
		*flags |= raw
		return append(b, x...)
	}
	*flags |= word
	return appendWord(b, s)
}

func (r *reader) text(flags byte, size int, raw, word byte) string {
	switch flags & (raw | word) {
	case 0:
		return ""
	case raw:
		return base64.RawURLEncoding.EncodeToString(r.take(uint64(size)))
	case word:
		s := r.word()
		if _, short := rawText(s, size); short || s == "" {
			r.bad = true
		}
		return s
	default:
		r.bad = true
		return ""
	}
}

// rawName is what a name stands for that is 16 bytes in base64url.
func rawName(s string) (raw [subjectSize]byte, ok bool) {
	var text [nameSize]byte
	if len(s) != nameSize || !endsName(s) {
		return raw, false
	}
	// DecodeString would make room, and each write reads some ids. What is decoded
	// may have line breaks in it, which stand for nothing.
	copy(text[:], s)
	n, err := base64.RawURLEncoding.Decode(raw[:], text[:])
	return raw, err == nil && n == subjectSize
}

func rawText(s string, size int) ([]byte, bool) {
	if len(s) != base64.RawURLEncoding.EncodedLen(size) {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return b, err == nil
}

// mask encrypts and decrypts. A secret is used for one record only, so the
// counter starts at zero; that nothing was changed is the chain's to prove.
func mask(b, secret []byte) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		panic("a secret of the wrong length: " + err.Error())
	}
	// cipher.NewCTR does the same, and costs as much again for so little.
	var room [2 * aes.BlockSize]byte
	counter, stream := room[:aes.BlockSize], room[aes.BlockSize:]
	for i := uint64(0); len(b) > 0; i++ {
		binary.BigEndian.PutUint64(counter[aes.BlockSize-8:], i)
		block.Encrypt(stream, counter)
		b = b[subtle.XORBytes(b, b, stream):]
	}
}
