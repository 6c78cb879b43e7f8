package consent

import "time"

// Record is the stored fact of one decision.
type Record struct {
	// ID is the client's 16 bytes in unpadded base64url, as they came.
	ID      string `json:"id"`
	Site    string `json:"site"`
	Subject string `json:"subject,omitempty"`
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
	// Time is when the server received the write.
	Time time.Time `json:"time"`
	// Clock is when the visitor decided, in milliseconds since 1970 UTC: the
	// server's time less the age that the client stated.
	Clock int64 `json:"clock"`
	// PlaceSource says where the place came from: an address database, a
	// geo header, a preview or nothing.
	PlaceSource string `json:"place_source,omitempty"`
	// Content is the hash of what the client sent, the age left out; the same
	// id with another content is not the same decision.
	Content string `json:"content"`
}

// Choice returns what the record grants, as a decision reads it.
func (r *Record) Choice() *Choice {
	return &Choice{
		Edition: r.Edition, Regime: r.Regime, Clock: r.Clock / 1000,
		Levels: r.Levels, Vendors: r.Vendors, Over: r.Over,
	}
}

// Stripped leaves of an erased subject's record that there was one, and what
// was shown: neither who it was nor what was chosen.
func (r Record) Stripped() Record {
	r.Subject, r.Content = "", ""
	r.Levels, r.Vendors, r.Over = nil, nil, nil
	return r
}
