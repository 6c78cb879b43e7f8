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

	// usualFlags are those of nearly every record that made its subject.
	usualFlags = subjectMade | contentRaw
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
	b, over, whole := r.appendGranted(b, c)
	if over {
		flags |= hasOver
	}
	if !fits || !whole || len(r.Subject) > wordLimit || len(r.Content) > wordLimit {
		return nil, Fail(Invalid, "a level is below 0 or above 14, or a name is too long", "use levels from 0 to 9")
	}
	b[at] = flags
	return b, nil
}

// appendGranted packs what was chosen: levels, and what was granted over the
// signal, if anything. fits is false when a level is none.
func (r *Record) appendGranted(b []byte, c *Context) (out []byte, over, fits bool) {
	fits = true
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
		over = over || r.Over[id]
	}
	for i, id := range c.Vendors {
		fits = put(len(c.Purposes)+i, r.Vendors[id], true) && fits
	}
	if !over {
		return b, false, fits
	}
	bits := len(b)
	b = append(b, make([]byte, (len(c.Purposes)+7)/8)...)
	for i, id := range c.Purposes {
		if r.Over[id] {
			b[bits+i/8] |= 1 << (i % 8)
		}
	}
	return b, true, fits
}

// personal is what a personal part says, not yet written out: who reads one mostly
// wants some of it only.
type personal struct{ subject, content, peer packedText }

// granted is the rest of it. It shares memory with the evidence, or with the room
// in which that was decrypted.
type granted struct{ levels, over []byte }

// personRoom is what most personal parts have room in.
type personRoom [64]byte

// personal decrypts and reads what appendPersonal wrote for the record under an
// id, nil for one that is not 16 bytes, in that one spelling.
func (o *outline) personal(known *KnownContext, id *[subjectSize]byte, secret []byte, room *personRoom) (p personal, g granted, err error) {
	plain := o.person
	if o.flags&flagSecret != 0 {
		if len(secret) != SecretSize {
			return p, g, damagedEvidence("the secret of a record is damaged")
		}
		plain = append(room[:0], plain...)
		mask(plain, secret)
	}
	r := reader{b: plain}
	flags := byte(usualFlags)
	if o.flags&flagUsual == 0 {
		flags = r.byte()
		r.bad = r.bad || flags == usualFlags
	}
	p.subject = r.text(flags, subjectSize, subjectRaw, subjectWord)
	follows, made := id != nil && len(secret) == SecretSize, packedText{size: subjectSize}
	if follows {
		made.raw = madeSubject(secret, id)
	}
	switch {
	case flags&subjectMade == 0:
		r.bad = r.bad || follows && made == p.subject
	case !follows || p.subject != packedText{}:
		r.bad = true
	default:
		p.subject = made
	}
	p.content = r.text(flags, ContentSize, contentRaw, contentWord)
	if flags&hasPeer != 0 {
		p.peer = r.raw(subjectSize)
	}
	if g = r.granted(&known.read, flags&hasOver != 0); !r.done() || flags > personalFlags {
		return p, g, damagedPerson()
	}
	return p, g, nil
}

// granted reads what appendGranted wrote.
func (r *reader) granted(c *Context, over bool) (g granted) {
	n := len(c.Purposes) + len(c.Vendors)
	g.levels = r.take(uint64(n+1) / 2)
	if over {
		g.over = r.take(uint64(len(c.Purposes)+7) / 8)
	}
	r.bad = r.bad || n%2 == 1 && g.levels[n/2]>>4 != 0
	return g
}

// names writes out what was chosen, under the names that the context has. ok is
// false when appendPersonal does not write so. The levels may be shared with
// other records.
func (g *granted) names(known *KnownContext) (levels, vendors map[string]int, over map[string]bool, ok bool) {
	c := &known.read
	plain := g.over == nil && len(c.Vendors) == 0
	if plain {
		if levels, ok = known.levels.Known(string(g.levels)); ok {
			return levels, nil, nil, true
		}
	}
	level := func(i int) int { return int(g.levels[i/2] >> (i % 2 * 4) & 15) }
	levels = map[string]int{}
	for i, id := range c.Purposes {
		granted := g.over != nil && g.over[i/8]>>(i%8)&1 == 1
		if level(i) != absent {
			levels[id] = level(i)
		} else if !granted {
			return nil, nil, nil, false
		}
		if granted {
			if over == nil {
				over = map[string]bool{}
			}
			over[id] = true
		}
	}
	for i, id := range c.Vendors {
		if level(len(c.Purposes)+i) == absent {
			return nil, nil, nil, false
		}
		if vendors == nil {
			vendors = map[string]int{}
		}
		vendors[id] = level(len(c.Purposes) + i)
	}
	if plain {
		known.levels.Keep(string(g.levels), levels, maxLevelsOfContext)
	}
	used := len(c.Purposes) % 8
	ok = (over != nil) == (g.over != nil) && (over == nil || used == 0 || g.over[len(g.over)-1]>>used == 0)
	return levels, vendors, over, ok
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

// packedText is a text as packText wrote it: the raw bytes of its base64url, or a word.
// One that is not there is empty.
type packedText struct {
	// size is how much of raw it has.
	size int
	raw  [subjectSize]byte
	word string
}

// String is the text.
func (t *packedText) String() string {
	if t.size == 0 {
		return t.word
	}
	return base64.RawURLEncoding.EncodeToString(t.raw[:t.size])
}

func (r *reader) raw(size int) (t packedText) {
	t.size = copy(t.raw[:], r.take(uint64(size)))
	return t
}

func (r *reader) text(flags byte, size int, raw, word byte) (t packedText) {
	switch flags & (raw | word) {
	case 0:
	case raw:
		return r.raw(size)
	case word:
		t.word = r.word()
		if _, short := rawText(t.word, size); short || t.word == "" {
			r.bad = true
		}
	default:
		r.bad = true
	}
	return t
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
