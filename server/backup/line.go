// Package backup writes all that a store holds as lines of JSON, and puts it
// back: into an empty store, or over one that holds newer things.
//
// The first line says what it is, the last one how many lines there were and
// their SHA-256. The signing keys are not in it.
package backup

import (
	"time"

	"github.com/leadiumx/consent/consent"
)

// version is the form of the lines.
const version = 1

// line is one line; the field that Type names is set.
type line struct {
	Type      string             `json:"t"`
	Head      *head              `json:"backup,omitempty"`
	Tombstone *consent.Tombstone `json:"tombstone,omitempty"`
	Edition   *consent.Edition   `json:"edition,omitempty"`
	Document  *document          `json:"document,omitempty"`
	Note      *note              `json:"note,omitempty"`
	Counts    *counts            `json:"counts,omitempty"`
	Context   []byte             `json:"context,omitempty"`
	Record    *record            `json:"record,omitempty"`
	End       *end               `json:"end,omitempty"`
}

type head struct {
	Version int       `json:"version"`
	Time    time.Time `json:"time"`
}

type document struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Body []byte `json:"body"`
}

type note struct {
	Journal string `json:"journal"`
	Body    []byte `json:"body"`
}

type counts struct {
	Site string           `json:"site"`
	Day  string           `json:"day"`
	Add  map[string]int64 `json:"add"`
}

// record is the evidence as it is kept, and what opens it. Its context is a
// line of its own before it.
type record struct {
	ID       string `json:"id"`
	Evidence []byte `json:"evidence"`
	Secret   []byte `json:"secret,omitempty"`
}

type end struct {
	Lines  int    `json:"lines"`
	SHA256 string `json:"sha256"`
}
