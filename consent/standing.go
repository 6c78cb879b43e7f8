package consent

import "encoding/base64"

// Standing is what counts of a subject's records, as a check needs it.
type Standing struct {
	Choice
	// At is the Clock of the record, in milliseconds.
	At int64
	// Joined says that the subject is a device for which the account Peer decides.
	Joined bool
	Peer   string
}

// Standing returns what the record says.
func (r *Record) Standing() Standing {
	s := Standing{At: r.Clock, Joined: r.Action == Joined}
	r.ChoiceIn(&s.Choice)
	if s.Joined {
		s.Peer = r.Peer
	}
	return s
}

// A brief is what a check needs of a record beside its clock, for stores that
// keep it where they look first:
//
//	flags · context 7 · peer 16 · levels, half a byte each · purposes granted over the signal, a bit each
//
// The peer is there for a device that was joined to an account, and the last part
// when something was granted so.
const (
	briefOver = 1 << iota
	briefPeer

	briefHead = 1 + len(ContextCode{})
	// briefLimit bounds what stands twice for it.
	briefLimit = 48
)

// AppendBrief writes the brief of a record of this context, or nothing when there
// is none: the record has no subject, its clock runs ahead, or it is long.
func (c *KnownContext) AppendBrief(b []byte, r *Record) []byte {
	if r.Subject == "" || choiceClock(r.Clock, r.Time.UnixMilli()) != choiceClock(r.Clock, r.Clock) {
		return b
	}
	at := len(b)
	b = append(append(b, 0), c.code[:]...)
	if r.Action == Joined {
		peer, ok := rawText(r.Peer, subjectSize)
		if !ok {
			return b[:at]
		}
		b[at] |= briefPeer
		b = append(b, peer...)
	}
	b, over, fits := r.appendGranted(b, &c.read)
	if over {
		b[at] |= briefOver
	}
	if !fits || len(b)-at > briefLimit {
		return b[:at]
	}
	return b
}

// BriefCode is the code of the context that a brief refers to.
func BriefCode(brief []byte) (c ContextCode, ok bool) {
	if len(brief) < briefHead {
		return c, false
	}
	copy(c[:], brief[1:])
	return c, true
}

// Brief writes into out what Record.Standing says of the record with a brief and a
// clock. Levels may be shared with other records: nobody may change them.
// Errors: Invalid for what AppendBrief does not write.
func (c *KnownContext) Brief(out *Standing, brief []byte, clock int64) error {
	code, ok := BriefCode(brief)
	if !ok || code != c.code || brief[0]&^(briefOver|briefPeer) != 0 {
		return damagedEvidence("the brief of a record is of an unknown form")
	}
	in, peer := reader{b: brief[briefHead:]}, []byte(nil)
	if brief[0]&briefPeer != 0 {
		peer = in.take(subjectSize)
	}
	g := in.granted(&c.read, brief[0]&briefOver != 0)
	if !in.done() {
		return damagedPerson()
	}
	levels, vendors, over, ok := g.names(c)
	if !ok {
		return damagedPerson()
	}
	*out = Standing{At: clock, Joined: peer != nil, Choice: Choice{
		Edition: c.read.Edition, Regime: c.read.Regime, Clock: choiceClock(clock, clock),
		Levels: levels, Vendors: vendors, Over: over,
	}}
	if peer != nil {
		out.Peer = base64.RawURLEncoding.EncodeToString(peer)
	}
	return nil
}
