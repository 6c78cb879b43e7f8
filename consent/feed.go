package consent

import (
	"context"
	"time"
)

// Feed is the order in which facts about a site arrived, so that others can
// follow them. Errors as in Records.
type Feed interface {
	// Arrivals returns up to limit arrivals of a site behind a cursor, in
	// order; the empty cursor stands before the first. What is acknowledged
	// after a call stands behind every cursor which that call returned, so who
	// goes on from the last cursor misses nothing and meets nothing twice,
	// unless the store lost something and was given it again: that comes anew.
	// A cursor of an arrival that was swept stays valid. Errors: Invalid for a
	// cursor that is none.
	Arrivals(ctx context.Context, site, after string, limit int) ([]Arrival, error)
	// Tail is the cursor behind the newest arrival, or a little before it.
	Tail(ctx context.Context, site string) (string, error)
	// Sweep deletes the oldest records of a site, in the order of arrival, for
	// as long as over says that their time has come, at most limit, with the
	// erasures that stand before them. It returns how many records went. over
	// must not call the store. A record that cannot be read stays, since evidence
	// that was tampered with is not to vanish by itself; ErrDamaged tells of it once
	// the others went. Behind MaxUnread of them nothing goes.
	Sweep(ctx context.Context, site string, over func(Record) bool, limit int) (int, error)
}

// Arrival is one fact: a record or an erasure.
type Arrival struct {
	// Cursor is the place behind the arrival.
	Cursor string
	// Record is what was recorded, stripped when its subject was erased since.
	Record Record
	// Erasure is set instead of Record.
	Erasure *Erasure
}

// Erasure says which records were stripped. It does not hold whose they were.
type Erasure struct {
	// Time is when the subject was erased.
	Time time.Time `json:"time"`
	// IDs are records, at most MaxErasureIDs; a longer list is several erasures.
	IDs []string `json:"ids"`
}

// MaxUnread bounds the records which one Sweep goes past although it cannot read
// them: of a store that has more of them, each sweep would read a great part.
const MaxUnread = 1000

// MaxErasureIDs bounds the records of one Erasure.
const MaxErasureIDs = 500

// BadCursor is the failure of a cursor that no store has made.
func BadCursor() *Error {
	return Fail(Invalid, "the cursor is none of ours", "send one that an answer held, unchanged, or none to begin at the oldest")
}
