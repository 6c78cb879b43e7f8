package consent

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

// Standing writes into out what Record.Standing says of a record that Unpack
// would read, but nothing of the record is written out that is not needed. The
// record is kept under an id of 16 bytes, has a secret, and must be of subject.
// Errors: Invalid when it is not so, or not as Pack writes it.
func (c *KnownContext) Standing(out *Standing, id SplitID, evidence, secret []byte, subject string) error {
	o, err := c.outline(evidence)
	if err != nil {
		return err
	}
	var room personRoom
	raw := id.raw()
	p, g, err := o.personal(c, &raw, secret, &room)
	if err != nil {
		return err
	}
	levels, vendors, over, ok := g.names(c)
	if !ok || o.flags&flagSecret == 0 || subject == "" || !p.subject.is(subject) {
		return damagedPerson()
	}
	*out = Standing{At: o.clock, Joined: o.action == Joined, Choice: Choice{
		Edition: c.read.Edition, Regime: c.read.Regime, Clock: choiceClock(o.clock, o.time),
		Levels: levels, Vendors: vendors, Over: over,
	}}
	if out.Joined {
		out.Peer = p.peer.String()
	}
	return nil
}
