// Package law holds the law as rows of data and resolves which of them bind a
// visit: Resolve picks the rows for the visitor's place and the publisher's
// establishment on a date and takes the stricter value field by field.
package law

import (
	"time"

	"github.com/leadiumx/consent/consent"
)

// Regime is the field-by-field strictest result for one visitor place, one
// establishment and one date. The zero Regime is stricter than any law.
type Regime struct {
	// ID names the rows behind the regime, for example "us-ca" or
	// "eea+us-fl"; ByID finds the same terms again on the same date.
	ID    string
	Terms consent.Terms
	// Why names, per field of an explanation, the row that decided it.
	Why           map[string]string
	Place         consent.Place
	Establishment consent.Place
	At            time.Time
	// Duties are shared; callers must not change what they point to.
	Duties Duties
	// closeRequired says that a law asks for a control that closes the banner.
	closeRequired bool
}

// Presentation says how a regime is shown; the words are picked by profile
// and never name a law.
type Presentation struct {
	// Profile picks the banner's text: opt-in when every asked purpose waits
	// for a grant, mixed when some run already, opt-out when all run until an
	// objection, notice when nothing is asked.
	Profile string
	// CloseButton shows an X on the first layer.
	CloseButton bool
	// CloseRefuses says that closing, by X or Escape, is a refusal.
	CloseRefuses bool
}
