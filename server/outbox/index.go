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

// index finds entries by id and by person. Its user does the locking.
type index struct {
	// first is the position of metas[0].
	first uint64
	metas []meta
	ids   *table
	// heads are the newest positions of persons, tombs when they were erased.
	heads *table
	tombs map[digest]int64
	bytes int64
}

func newIndex(first uint64) *index {
	return &index{first: first, ids: newTable(), heads: newTable(), tombs: map[digest]int64{}}
}

func (x *index) last() uint64 { return x.first + uint64(len(x.metas)) - 1 }

func (x *index) at(position uint64) *meta {
	if position < x.first || position > x.last() {
		return nil
	}
	return &x.metas[position-x.first]
}

// add takes the next entry in.
func (x *index) add(h head, size int) {
	m := meta{time: h.time, clock: h.clock, size: uint32(size), kind: h.kind}
	if h.person != (digest{}) {
		m.prev = x.heads.put(h.person, h.position)
	}
	x.bytes += int64(size)
	x.metas = append(x.metas, m)
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
	n := len(x.metas)
	for n > 0 && x.metas[n-1].time >= time {
		n--
	}
	return x.first + uint64(n) - 1
}

// drop forgets all entries before a position.
func (x *index) drop(first uint64) {
	n := first - x.first
	for _, m := range x.metas[:n] {
		x.bytes -= int64(m.size)
	}
	x.metas = append([]meta(nil), x.metas[n:]...)
	x.first = first
	x.ids.drop(first)
	x.heads.drop(first)
	// An erasure stands among its person's entries; the store knows of it when they are gone.
	maps.DeleteFunc(x.tombs, func(person digest, _ int64) bool { return x.heads.get(person) == 0 })
}

// nothing is the clock of no decision.
const nothing = math.MinInt64

// newest is the clock of the latest record of a person that counts, or nothing.
func (x *index) newest(person digest) int64 {
	clock := int64(nothing)
	for p := x.heads.get(person); ; {
		m := x.at(p)
		if m == nil {
			return clock
		}
		if m.kind == kindRecord && m.flags == 0 {
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
