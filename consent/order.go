package consent

import (
	"maps"
	"time"
)

// SkewBound is how far apart the clocks of two nodes may be taken to be: the
// order of two decisions within it, made on different nodes by visitors who
// did not know of the other one, says nothing.
const SkewBound = 500 * time.Millisecond

// Stamp gives a decision its place in the order of its subject, in
// milliseconds: when it was made by this node's clock, and in any case after
// the decision that the visitor held, held (0 for none), whichever node's
// clock that came from. gap is for Record.Gap.
func Stamp(now, age, held int64) (clock, gap int64) {
	clock = now - age
	if held > 0 {
		clock = max(clock, held+1)
		if gap = clock - held; gap > 2*SkewBound.Milliseconds() {
			gap = 0
		}
	}
	return clock, gap
}

// Later reports whether r stands after o in the order of their subject. Every
// store and node comes to the same answer, in whatever order records arrive.
func (r *Record) Later(o *Record) bool {
	if r.Clock != o.Clock {
		return r.Clock > o.Clock
	}
	return r.ID > o.ID
}

// Rivals reports whether nobody can tell which of two records of a subject was
// made first.
func Rivals(a, b *Record) bool {
	first, last := a, b
	if a.Later(b) {
		first, last = b, a
	}
	apart := last.Clock - first.Clock
	return a.Node != b.Node && apart <= SkewBound.Milliseconds() && (last.Gap <= 0 || last.Gap > apart)
}

// Current returns what counts of a subject's records, which may be in any order
// and more than once: the latest, and of each purpose no more than its rivals
// grant as well. Only records within SkewBound of the latest matter. It
// returns false when there is none.
func Current(records []Record) (Record, bool) {
	if len(records) == 0 {
		return Record{}, false
	}
	last := records[0]
	for i := range records {
		if records[i].Later(&last) {
			last = records[i]
		}
	}
	out := last
	for i := range records {
		if o := &records[i]; o.ID != last.ID && Rivals(o, &last) {
			out = out.stricter(o)
		}
	}
	return out, true
}

// stricter is the record with no more in it than another one grants as well.
func (r Record) stricter(o *Record) Record {
	r.Levels, r.Vendors = lower(r.Levels, o.Levels), lower(r.Vendors, o.Vendors)
	r.Over = maps.Clone(r.Over)
	maps.DeleteFunc(r.Over, func(id string, _ bool) bool { return !o.Over[id] })
	r.Sealed, r.Secret = nil, nil
	return r
}

// lower keeps every refusal of both. What only one of them answers with a
// grant is left unanswered: no default is more than a grant.
func lower(a, b map[string]int) map[string]int {
	out := map[string]int{}
	for _, one := range []map[string]int{a, b} {
		for id, n := range one {
			x, inA := a[id]
			y, inB := b[id]
			switch {
			case n == 0:
				out[id] = 0
			case inA && inB:
				out[id] = min(x, y)
			}
		}
	}
	return out
}
