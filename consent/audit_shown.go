package consent

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"
)

// shown names an edition as a record does.
type shown struct {
	number int
	hash   string
}

// referring are the records that refer to something.
type referring struct {
	count int
	first string
}

func refer[K comparable](to map[K]*referring, key K, id string) {
	if to[key] == nil {
		to[key] = &referring{first: id}
	}
	to[key].count++
}

// Until says when the ledger was read: what was made well before has a
// checkpoint, or that was removed.
func (a *Audit) Until(t time.Time) {
	if t.After(a.asOf) {
		a.asOf = t
	}
}

// Editions takes in the editions that the store has, each with the hash of its
// document. Without it nothing is said about what was shown.
func (a *Audit) Editions(hashes map[int]string) {
	if a.stored = hashes; hashes == nil {
		a.stored = map[int]string{}
	}
}

// refers notes what a record says was shown.
func (a *Audit) refers(r *Record) {
	if r.EditionHash != "" {
		refer(a.shown, shown{r.Edition, r.EditionHash}, r.ID)
	}
}

// lacksContext notes a record that cannot be read since its context is nowhere.
func (a *Audit) lacksContext(r *Record) {
	if code, ok := EvidenceCode(r.Sealed.Evidence); ok && len(r.Sealed.Context) == 0 {
		refer(a.bare, code, r.ID)
	}
}

// gone names what records refer to and the store has not, or not as it was.
func (a *Audit) gone() {
	for _, code := range slices.SortedFunc(maps.Keys(a.bare), func(x, y ContextCode) int { return bytes.Compare(x[:], y[:]) }) {
		by := a.bare[code]
		// Of one record alone it may as well be the name of the context that was edited.
		a.fault(Removed, "", 0, by.first, "the context %x is missing, which says what was shown, under which law and on which node; %d records refer to it, one of them %s", code, by.count, by.first)
	}
	if a.stored == nil {
		return
	}
	for _, e := range slices.SortedFunc(maps.Keys(a.shown), func(x, y shown) int {
		return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.hash, y.hash))
	}) {
		by := a.shown[e]
		switch hash, there := a.stored[e.number]; {
		case !there:
			a.fault(Removed, "", 0, by.first, "edition %d is missing: what was shown for %d records, of which one is %s, cannot be made again", e.number, by.count, by.first)
		case hash != e.hash:
			a.fault(Edited, "", 0, by.first, "edition %d was edited: it is not what was shown for %d records, of which one is %s", e.number, by.count, by.first)
		}
	}
}
