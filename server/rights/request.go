// Package rights keeps the log of what visitors asked for about their data: what
// they did themselves, and what a person still has to answer.
package rights

import (
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Kind is what a visitor asked for.
type Kind string

// The kinds. Visitors do all of them themselves, save the last two, which a
// person has to answer.
const (
	Access     Kind = "access"
	Erasure    Kind = "erasure"
	Withdrawal Kind = "withdrawal"
	Objection  Kind = "objection"
	Restrict   Kind = "restriction"
	Lifting    Kind = "lifting"
	Correction Kind = "correction"
	Question   Kind = "question"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Access, Erasure, Withdrawal, Objection, Restrict, Lifting, Correction, Question}
}

// Asked reports whether a person has to answer requests of this kind.
func (k Kind) Asked() bool { return k == Correction || k == Question }

// OfAct is the kind of an act that a visitor did.
func OfAct(a consent.Action) Kind {
	switch a {
	case consent.Object:
		return Objection
	case consent.Restrict:
		return Restrict
	case consent.Lift:
		return Lifting
	default:
		return Withdrawal
	}
}

// Status is how far a request is.
type Status string

// The statuses: a person has to answer, it was done, or it was refused.
const (
	Open    Status = "open"
	Done    Status = "done"
	Refused Status = "refused"
)

// Statuses lists every status.
func Statuses() []Status { return []Status{Open, Done, Refused} }

// Request is one line of the log. It names nobody.
type Request struct {
	// ID begins with the day, so that a list by id is one by time.
	ID     string `json:"id"`
	Site   string `json:"site"`
	Kind   Kind   `json:"kind" enum:"access,erasure,withdrawal,objection,restriction,lifting,correction,question"`
	Status Status `json:"status" enum:"open,done,refused"`
	// OpenedAt is when it came; DueAt by when the law wants an answer.
	OpenedAt time.Time `json:"opened_at"`
	DueAt    time.Time `json:"due_at"`
	// Regime is the law under which it came.
	Regime string `json:"regime"`
	Locale string `json:"locale"`
	// Person is the keyed hash of the subject: the same for all requests of one
	// subject, and of no use to find who it is. Empty when nobody was named.
	Person string `json:"person,omitempty"`
	// Count is how often the same was asked on that day, 1 or more.
	Count int `json:"count"`
	// Note is what whoever handled it wrote down.
	Note      string     `json:"note,omitempty"`
	HandledBy string     `json:"handled_by,omitempty"`
	HandledAt *time.Time `json:"handled_at,omitempty"`
	// Sealed holds what was written and an address for the answer, encrypted.
	Sealed string `json:"-"`
}

// Message is what a visitor wrote.
type Message struct {
	Text string `json:"text"`
	// Email is where the answer should go; empty when none is wanted.
	Email string `json:"email,omitempty"`
}

// Bounds of what visitors and handlers write.
const (
	MaxText  = 2000
	maxEmail = 254
	maxNote  = 2000
)

// check refuses what cannot be kept. Errors: Invalid.
func (m Message) check() error {
	switch {
	case m.Text == "" || len(m.Text) > MaxText:
		return consent.Fail(consent.Invalid, "the message is empty or too long", "write at most 2,000 bytes")
	case m.Email != "" && !plausible(m.Email):
		return consent.Fail(consent.Invalid, "the e-mail address is not one", "write it as name@example.com, or leave it empty")
	}
	return nil
}

// plausible asks of an address no more than that a mail could be sent to it.
func plausible(s string) bool {
	at := -1
	for i, r := range s {
		switch {
		case r <= ' ' || r == 0x7f || slices.Contains([]rune(`<>,;"\()[]`), r):
			return false
		case r == '@' && at >= 0:
			return false
		case r == '@':
			at = i
		}
	}
	return len(s) <= maxEmail && at > 0 && at < len(s)-1
}
