package consent

import "time"

// Record is the stored fact of one decision.
type Record struct {
	// ID is the client's 16 bytes in unpadded base64url, as they came.
	ID      string `json:"id"`
	Site    string `json:"site"`
	Subject string `json:"subject,omitempty"`
	// Peer is the other subject of a linking: see Identify and Joined.
	Peer    string `json:"peer,omitempty"`
	Edition int    `json:"edition"`
	// EditionHash and WordsHash bind what was shown.
	EditionHash string         `json:"edition_hash"`
	WordsHash   string         `json:"words_hash"`
	Regime      string         `json:"regime"`
	Locale      string         `json:"locale"`
	Levels      map[string]int `json:"levels"`
	Vendors     map[string]int `json:"vendors,omitempty"`
	// Over lists purposes granted beside the notice that GPC is on.
	Over    map[string]bool `json:"over,omitempty"`
	Action  Action          `json:"action"`
	Signals Signals         `json:"signals"`
	// Outdated says that the note named an edition that was no longer live.
	Outdated bool `json:"outdated,omitempty"`
	// Bot says that a program rather than a visitor seems to have decided.
	Bot bool `json:"bot,omitempty"`
	// Time is when the server received the write, in whole milliseconds.
	Time time.Time `json:"time"`
	// Clock orders the decisions of a subject, in milliseconds since 1970 UTC:
	// when the visitor decided, by the server's time less the age that the
	// client stated, but always later than the decision that the visitor held.
	Clock int64 `json:"clock"`
	// Gap is how much later than the decision that the visitor held this one
	// is, in milliseconds; 0 when the visitor held none, or an old one.
	Gap int64 `json:"gap,omitempty"`
	// PlaceSource says where the place came from: an address database, a
	// geo header, a preview or nothing.
	PlaceSource string `json:"place_source,omitempty"`
	// Laws names the rows behind the regime.
	Laws []string `json:"laws,omitempty"`
	// Content is the hash of what the client sent, the age left out; the same
	// id with another content is not the same decision.
	Content string `json:"content"`

	// Node and Seq are the record's place in a chain: the node log that took
	// it and its number among that log's records of the site, from 1. Link
	// binds it to the record before.
	Node string `json:"node,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
	Link Link   `json:"link,omitzero"`
	// Damaged says that the stored evidence could not be read; then only ID and
	// Sealed hold something for certain.
	Damaged bool `json:"damaged,omitempty"`
	// Secret opens the personal part of Sealed.
	Secret []byte `json:"-"`
	// Sealed is the record as it was first packed. It is set by whoever packed
	// or unpacked it; nobody may change another field and keep it.
	Sealed *Sealed `json:"-"`
}

// aheadLimit bounds by how much a Clock that runs ahead of the server's time
// can make a choice hold longer.
const aheadLimit = 24 * time.Hour

// Choice returns what the record grants, as a decision reads it.
func (r *Record) Choice() *Choice { return r.ChoiceIn(&Choice{}) }

// ChoiceIn is Choice, written over what is in a room.
func (r *Record) ChoiceIn(room *Choice) *Choice {
	*room = Choice{
		Edition: r.Edition, Regime: r.Regime, Clock: choiceClock(r.Clock, r.Time.UnixMilli()),
		Levels: r.Levels, Vendors: r.Vendors, Over: r.Over,
	}
	return room
}

// choiceClock is the second from which a choice holds, of the milliseconds of its
// clock and of when the server received it.
func choiceClock(clock, received int64) int64 {
	return min(clock, received+aheadLimit.Milliseconds()) / 1000
}

// Stripped leaves of an erased subject's record that there was one, and what
// was shown: neither who it was nor what was chosen. The sealed form stays,
// without the secret that opens it.
func (r Record) Stripped() Record {
	r.Subject, r.Peer, r.Content, r.Secret = "", "", "", nil
	r.Levels, r.Vendors, r.Over = nil, nil, nil
	return r
}
