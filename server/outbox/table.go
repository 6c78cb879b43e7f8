package outbox

import "hash/maphash"

// table finds positions by digests, of which there may be millions. A map of so many
// is looked up in three places of memory that the processor does not have at hand;
// here it is one. Its parts grow each by itself, so that nobody waits for all of it.
// Its user does the locking.
type table struct {
	seed  maphash.Seed
	parts [tableParts]part
}

const tableParts = 256

// part is a power of two of slots, of which at least a quarter are free, or none.
type part struct {
	slots []slot
	used  int
}

// slot is free when its position is 0.
type slot struct {
	key      digest
	position uint64
}

const firstSlots = 8

// newTable makes an empty one. Where a digest goes depends on chance, so that nobody
// can choose ids that crowd a place.
func newTable() *table { return &table{seed: maphash.MakeSeed()} }

// find returns the part of a digest, and where it stands there or would.
func (t *table) find(key digest) (p *part, at int) {
	h := maphash.Bytes(t.seed, key[:])
	p = &t.parts[h>>56]
	return p, p.find(key, h)
}

func (p *part) find(key digest, h uint64) int {
	if len(p.slots) == 0 {
		return -1
	}
	mask := len(p.slots) - 1
	at := int(h) & mask
	for p.slots[at].position != 0 && p.slots[at].key != key {
		at = (at + 1) & mask
	}
	return at
}

// get returns a position, 0 when there is none.
func (t *table) get(key digest) uint64 {
	p, at := t.find(key)
	if at < 0 {
		return 0
	}
	return p.slots[at].position
}

// put sets a position, which is not 0, and returns the one before.
func (t *table) put(key digest, position uint64) (before uint64) {
	p, at := t.find(key)
	if at < 0 || p.slots[at].position == 0 {
		if (p.used+1)*4 > len(p.slots)*3 {
			t.resize(p, max(2*len(p.slots), firstSlots), 0)
			_, at = t.find(key)
		}
		p.used++
	}
	before = p.slots[at].position
	p.slots[at] = slot{key, position}
	return before
}

// drop forgets the positions before first in one of the parts.
func (t *table) drop(part int, first uint64) {
	p := &t.parts[part]
	kept := 0
	for _, s := range p.slots {
		if s.position >= first && s.position > 0 {
			kept++
		}
	}
	if kept == p.used {
		return
	}
	size := firstSlots
	for kept*4 > size*3 {
		size *= 2
	}
	t.resize(p, size, first)
}

func (t *table) resize(p *part, size int, first uint64) {
	old := p.slots
	p.slots, p.used = make([]slot, size), 0
	for _, s := range old {
		if s.position >= first && s.position > 0 {
			p.slots[p.find(s.key, maphash.Bytes(t.seed, s.key[:]))] = s
			p.used++
		}
	}
}
