package outbox

import (
	"maps"
	"math"

	"github.com/leadiumx/consent/consent"
)

// flags of an entry.
const (
	// flagErased: a later entry forgets the subject of this record.
	flagErased = 1 << iota
	// flagRefused: the store did not take it, so it counts for nothing.
	flagRefused
	// flagForeign: the store already had the id, from somewhere else.
	flagForeign
	// flagSwept: the store was told to delete it, as its time had come.
	flagSwept
	// flagHad: since this process was started the store said that it has this
	// record, from here.
	flagHad
)

// meta is what memory holds of an entry. It has no pointer, so that the
// garbage collector does not walk a long log.
type meta struct {
	// prev is the position of the person's entry before, 0 when there is none.
	prev        uint64
	time, clock int64
	size        uint32
	kind, flags uint8
}

// block is how many entries stand together: to make room for more, or to forget
// some, none of the others moves, so that nobody waits for millions.
const block = 4096

// index finds entries by id and by person. Its user does the locking.
type index struct {
	// first and end are the positions of the oldest entry and behind the newest,
	// base that of the first one in blocks.
	first, end, base uint64
	blocks           []*[block]meta
	// past is the first entry that is not older than the log has to be: what came
	// before may have been swept from the store, by another node too.
	past uint64
	// ids and heads may still name positions before first, see clean.
	ids *table
	// heads are the newest positions of persons, tombs when they were erased.
	heads *table
	tombs map[digest]int64
	bytes int64
}

func newIndex(first uint64) *index {
	return &index{first: first, end: first, base: first, ids: newTable(), heads: newTable(), tombs: map[digest]int64{}}
}

func (x *index) last() uint64 { return x.end - 1 }

func (x *index) count() int { return int(x.end - x.first) }

func (x *index) at(position uint64) *meta {
	if position < x.first || position >= x.end {
		return nil
	}
	i := position - x.base
	return &x.blocks[i/block][i%block]
}

// add takes the next entry in.
func (x *index) add(h head, size int) {
	m := meta{time: h.time, clock: h.clock, size: uint32(size), kind: h.kind}
	if h.person != (digest{}) {
		m.prev = x.heads.put(h.person, h.position)
	}
	x.bytes += int64(size)
	i := x.end - x.base
	if i/block == uint64(len(x.blocks)) {
		x.blocks = append(x.blocks, new([block]meta))
	}
	x.blocks[i/block][i%block] = m
	x.end++
	if h.kind == kindRecord {
		x.ids.put(h.mark, h.position)
		return
	}
	if at, ok := x.tombs[h.person]; !ok || h.clock > at {
		x.tombs[h.person] = h.clock
	}
	for _, p := range x.positions(h.person) {
		if m := x.at(p); m.clock <= h.clock {
			m.flags |= flagErased
		}
	}
}

// positions are those of a person's records, newest first; refused ones are
// left out.
func (x *index) positions(person digest) []uint64 {
	var found []uint64
	for p := x.heads.get(person); ; {
		m := x.at(p)
		if m == nil {
			return found
		}
		if m.kind == kindRecord && m.flags&flagRefused == 0 {
			found = append(found, p)
		}
		p = m.prev
	}
}

// lookup finds a record by its id.
func (x *index) lookup(mark digest) (position uint64, m *meta) {
	position = x.ids.get(mark)
	if m = x.at(position); m == nil || m.flags&flagRefused != 0 {
		return 0, nil
	}
	return position, m
}

// since is the position before the first entry that was logged at or after a time.
func (x *index) since(time int64) uint64 {
	p := x.last()
	for m := x.at(p); m != nil && m.time >= time; m = x.at(p) {
		p--
	}
	return p
}

// drop forgets all entries before a position. The tables forget them part by part,
// see clean.
func (x *index) drop(first uint64) {
	for ; x.first < first; x.first++ {
		x.bytes -= int64(x.at(x.first).size)
	}
	if gone := (x.first - x.base) / block; gone > 0 {
		x.blocks = append([]*[block]meta(nil), x.blocks[gone:]...)
		x.base += gone * block
	}
	// An erasure stands among its person's entries; the store knows of it when they are gone.
	maps.DeleteFunc(x.tombs, func(person digest, _ int64) bool { return x.heads.get(person) < first })
}

// clean takes what was dropped out of a part of the tables.
func (x *index) clean(part int) {
	x.ids.drop(part, x.first)
	x.heads.drop(part, x.first)
}

// nothing is the clock of no decision.
const nothing = math.MinInt64

// newest is the clock of the latest record of a person that the store is known to
// have had, and still has to have, or nothing.
func (x *index) newest(person digest) int64 {
	clock := int64(nothing)
	for p := x.heads.get(person); ; {
		m := x.at(p)
		if m == nil || p < x.past {
			return clock
		}
		if m.kind == kindRecord && m.flags == flagHad {
			clock = max(clock, m.clock)
		}
		p = m.prev
	}
}

// trusted reports whether the store alone speaks for a person: the log holds
// nothing about them that the store has not had. What it has had is of the clock
// since at least; see whole.
func (b *Outbox) trusted(site, subject string) (since int64, ok bool) {
	person := digestOf(site, subject)
	b.mu.Lock()
	defer b.mu.Unlock()
	_, gone := b.index.tombs[person]
	if gone || b.down || b.index.heads.get(person) > b.applied {
		return nothing, false
	}
	return b.index.newest(person), true
}

// whole reports whether an answer of the store about a person may be believed,
// the record's clock or an error: one that was started again, or took over from
// another, may have lost what it has had, and nobody else noticed yet.
func whole(err error, clock, since int64) bool {
	switch consent.CodeOf(err) {
	case consent.Unavailable:
		return false
	case consent.NotFound:
		return since == nothing
	}
	return err != nil || clock >= since
}
