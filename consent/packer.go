package consent

import (
	"crypto/sha256"
	"slices"
)

// Packer packs many records, and works out once what they share. It is not for
// several goroutines.
type Packer struct {
	known   map[string]Sealed
	scratch []byte
	// last is the context of the record before, which most share with it.
	last   Context
	sealed Sealed
}

// packerLimit is how many contexts a Packer remembers.
const packerLimit = 4096

// context packs a context, or finds it as it was packed before. A nil Packer
// remembers nothing.
func (p *Packer) context(c *Context) (Sealed, error) {
	if p == nil {
		b, err := c.Pack()
		return Sealed{Context: b}, err
	}
	b, err := c.appendTo(p.scratch[:0])
	if err != nil {
		return Sealed{}, err
	}
	p.scratch = b
	if s, ok := p.known[string(b)]; ok {
		return s, nil
	}
	if p.known == nil || len(p.known) >= packerLimit {
		p.known = map[string]Sealed{}
	}
	sum := Hash(sha256.Sum256(b))
	s := Sealed{Context: slices.Clone(b), sum: &sum}
	p.known[string(b)] = s
	return s, nil
}

// isOf reports whether context would return c.
func (r *Record) isOf(c *Context) bool {
	if r.Site != c.Site || r.Node != c.Node || r.Edition != c.Edition || r.EditionHash != c.EditionHash || r.WordsHash != c.WordsHash ||
		r.Regime != c.Regime || r.Locale != c.Locale || r.PlaceSource != c.PlaceSource || !slices.Equal(r.Laws, c.Laws) ||
		len(r.Vendors) > 0 || len(c.Vendors) > 0 || len(r.Over) > 0 || len(r.Levels) != len(c.Purposes) {
		return false
	}
	for _, id := range c.Purposes {
		if _, ok := r.Levels[id]; !ok {
			return false
		}
	}
	return true
}
