package consent

import (
	"crypto/sha256"
	"encoding/binary"
)

// Context is what many records share: where a choice was made and what was
// shown. A store keeps each context once and its records refer to it.
type Context struct {
	Site, Node             string
	Edition                int
	EditionHash, WordsHash string
	Regime, Locale         string
	PlaceSource            string
	Laws                   []string
	// Purposes and Vendors are those that the records speak of, in order.
	Purposes, Vendors []string
}

// ContextCode names a context. It is short, so that records stay small; what they
// prove rests on the whole context, never on the code.
type ContextCode [7]byte

const (
	contextVersion = 1
	// contextLimit bounds a packed context, wordLimit and listLimit its parts.
	contextLimit = 1 << 16
	wordLimit    = 1 << 12
	listLimit    = 1 << 10
)

// Pack writes the context; equal contexts give equal bytes. Errors: Invalid
// when it is larger than what Unpack takes.
func (c *Context) Pack() ([]byte, error) { return c.appendTo(nil) }

func (c *Context) appendTo(b []byte) ([]byte, error) {
	from, fits := len(b), c.Edition >= 0 && c.Edition < 1<<31
	b = append(b, contextVersion)
	for _, s := range c.words() {
		fits = fits && len(*s) <= wordLimit
		b = appendWord(b, *s)
	}
	b = binary.AppendUvarint(b, uint64(c.Edition))
	for _, list := range c.lists() {
		fits = fits && len(*list) <= listLimit
		b = binary.AppendUvarint(b, uint64(len(*list)))
		for _, s := range *list {
			fits = fits && len(s) <= wordLimit
			b = appendWord(b, s)
		}
	}
	if !fits || len(b)-from > contextLimit {
		return nil, Fail(Invalid, "the notice of the record is too large to be kept", "use shorter names and fewer purposes")
	}
	return b, nil
}

func (c *Context) words() [7]*string {
	return [7]*string{&c.Site, &c.Node, &c.EditionHash, &c.WordsHash, &c.Regime, &c.Locale, &c.PlaceSource}
}

func (c *Context) lists() [3]*[]string { return [3]*[]string{&c.Laws, &c.Purposes, &c.Vendors} }

// Code is the code of the context.
func (s *Sealed) Code() (c ContextCode) {
	sum := s.hash()
	copy(c[:], sum[:])
	return c
}

// CodeOfContext is the code of a packed context.
func CodeOfContext(packed []byte) (c ContextCode) {
	sum := sha256.Sum256(packed)
	copy(c[:], sum[:])
	return c
}

// UnpackContext reads a packed context strictly. Errors: Invalid.
func UnpackContext(b []byte) (Context, error) {
	var c Context
	r := reader{b: b}
	if len(b) > contextLimit || r.byte() != contextVersion {
		return Context{}, damagedEvidence("a context is of an unknown form")
	}
	for _, s := range c.words() {
		*s = r.word()
	}
	c.Edition = int(r.number(1<<31 - 1))
	for _, list := range c.lists() {
		for n := r.number(listLimit); n > 0 && !r.bad; n-- {
			*list = append(*list, r.word())
		}
	}
	if !r.done() {
		return Context{}, damagedEvidence("a context is damaged")
	}
	return c, nil
}

func damagedEvidence(cause string) error {
	return Fail(Invalid, cause, "verify the ledger: it names what was changed")
}
