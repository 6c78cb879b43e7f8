package consent

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// Sealed is a record as stores keep it. Evidence is never changed and never
// erased; without the secret nobody reads who decided, or what.
//
//	version and flags · link 4 · context 7 · action and signals · seq · clock · time · gap · personal part
//
// Numbers are varints; a part that a flag leaves out has no bytes, such as a
// time that is the clock. The
// personal part is
//
//	flags, unless they are the usual ones · subject 16 · content 4 · peer 16 · levels, half a byte each · purposes granted over the signal, a bit each
//
// encrypted under the record's own secret when there is a subject. A subject
// that follows from the secret is left out.
type Sealed struct {
	// Context is packed; CodeOfContext names it.
	Context  []byte
	Evidence []byte
	// sum is the hash of Context, where it is known already.
	sum *Hash
	// leaf is the record's hash in its chain, where that is known already.
	leaf  Hash
	known bool
}

// hash is the SHA-256 of the context.
func (s *Sealed) hash() Hash {
	if s.sum != nil {
		return *s.sum
	}
	return sha256.Sum256(s.Context)
}

const (
	// SecretSize is the length of a record's secret.
	SecretSize = 16

	evidenceVersion = 1 << 4
	flagSecret      = 1 << 0 // the personal part is encrypted
	flagChained     = 1 << 1 // a node log gave the record its place
	flagBot         = 1 << 2
	flagOutdated    = 1 << 3
	flagUsual       = 1 << 5 // the personal part has usualFlags, which it leaves out
	flagApart       = 1 << 7 // the time is not the clock

	linkAt       = 1
	codeAt       = linkAt + len(Link{})
	envelopeSize = codeAt + len(ContextCode{})

	// absent stands for a purpose without a level.
	absent = 15
)

// Pack writes the record for a store to keep, or returns how it was packed
// before. secret is nil when there is nothing to be kept apart. Times are cut
// to milliseconds. Errors: Invalid for what does not fit.
//
// A record that came from no node log has no secret yet; it gets one that
// follows from its subject and id.
func (r *Record) Pack() (s Sealed, secret []byte, err error) {
	if r.Sealed != nil {
		return *r.Sealed, r.Secret, nil
	}
	return r.pack(nil)
}

func (r *Record) pack(with *Packer) (s Sealed, secret []byte, err error) {
	var own Context
	c := &own
	if with != nil && r.isOf(&with.last) {
		c, s = &with.last, with.sealed
	} else {
		own = r.context()
		if s, err = with.context(c); err != nil {
			return s, nil, err
		}
		if with != nil {
			with.last, with.sealed = own, s
		}
	}
	var code ContextCode
	sum := s.hash()
	copy(code[:], sum[:])
	flags := byte(evidenceVersion)
	if r.Subject != "" {
		flags |= flagSecret
		if secret = r.Secret; len(secret) != SecretSize {
			sum := sha256.Sum256(appendWord(appendWord([]byte("lx secret 1"), r.Subject), r.ID))
			secret = sum[:SecretSize]
		}
	}
	b := append(make([]byte, 0, 96), flags)
	b = r.appendHow(append(append(b, r.Link[:]...), code[:]...))
	if r.Seq > 0 {
		b[0] |= flagChained
		b = binary.AppendUvarint(b, r.Seq)
	}
	if r.Bot {
		b[0] |= flagBot
	}
	if r.Outdated {
		b[0] |= flagOutdated
	}
	b = appendSigned(b, r.Clock)
	if apart := r.Time.UnixMilli() - r.Clock; apart != 0 {
		b[0] |= flagApart
		b = appendSigned(b, apart)
	}
	if r.Gap != 0 {
		b = appendSigned(b, r.Gap)
	}
	person := len(b)
	if b, err = r.appendPersonal(b, c, secret); err != nil {
		return s, nil, err
	}
	if b[person] == usualFlags {
		b[0] |= flagUsual
		b = slices.Delete(b, person, person+1)
	}
	if secret != nil {
		mask(b[person:], secret)
	}
	s.Evidence = b
	return s, secret, nil
}

func (r *Record) context() Context {
	c := Context{
		Site: r.Site, Node: r.Node, Edition: r.Edition, EditionHash: r.EditionHash, WordsHash: r.WordsHash,
		Regime: r.Regime, Locale: r.Locale, PlaceSource: r.PlaceSource, Laws: r.Laws,
	}
	if len(r.Vendors) > 0 {
		c.Vendors = sortedKeys(nil, r.Vendors)
	}
	c.Purposes = make([]string, 0, len(r.Levels)+len(r.Over))
	for id := range r.Levels {
		c.Purposes = append(c.Purposes, id)
	}
	for id, over := range r.Over {
		if _, ok := r.Levels[id]; over && !ok {
			c.Purposes = append(c.Purposes, id)
		}
	}
	slices.Sort(c.Purposes)
	return c
}

// Unpack reads a record that is kept under an id. context is the packed context
// whose code the evidence names. Without the secret of a personal part the
// record comes back Stripped. Errors: Invalid when anything is not as Pack
// writes it; the record is then marked as Damaged.
func Unpack(id string, context, evidence, secret []byte) (Record, error) {
	k, err := KnowContext(context)
	if err != nil {
		k = &KnownContext{packed: context}
	}
	var r Record
	bad := k.Unpack(&r, id, evidence, slices.Clone(secret))
	return r, cmp.Or(err, bad)
}

// KnownContext is a packed context that was read once, for all records of it.
type KnownContext struct {
	packed []byte
	code   ContextCode
	read   Context
	levels sharedLevels
}

// KnowContext reads a packed context. Errors: as UnpackContext.
func KnowContext(packed []byte) (*KnownContext, error) {
	c, err := UnpackContext(packed)
	return &KnownContext{packed: packed, code: CodeOfContext(packed), read: c}, err
}

// Packed is the context as it is kept; callers must not change it.
func (c *KnownContext) Packed() []byte { return c.packed }

// Unpack is Unpack for a record of this context, written over what is in r. It
// shares evidence and secret, the context's Laws, and its Levels with other
// records: nobody may change them.
func (c *KnownContext) Unpack(r *Record, id string, evidence, secret []byte) error {
	*r = Record{ID: id, Sealed: &Sealed{Context: c.packed, Evidence: evidence}}
	err := r.unpack(c, secret)
	if err != nil {
		r.Subject, r.Content, r.Secret = "", "", nil
		r.Levels, r.Vendors, r.Over = nil, nil, nil
		r.Damaged = true
	}
	return err
}

func (r *Record) unpack(known *KnownContext, secret []byte) error {
	o, err := known.outline(r.Sealed.Evidence)
	if err != nil {
		return err
	}
	c := &known.read
	r.Site, r.Node, r.Edition, r.EditionHash, r.WordsHash = c.Site, c.Node, c.Edition, c.EditionHash, c.WordsHash
	r.Regime, r.Locale, r.PlaceSource, r.Laws = c.Regime, c.Locale, c.PlaceSource, c.Laws
	r.Bot, r.Outdated = o.flags&flagBot != 0, o.flags&flagOutdated != 0
	copy(r.Link[:], r.Sealed.Evidence[linkAt:codeAt])
	r.Action, r.Signals, r.Seq, r.Clock, r.Gap = o.action, o.signals, o.seq, o.clock, o.gap
	r.Time = time.UnixMilli(o.time).UTC()
	sealed := o.flags&flagSecret != 0
	if sealed && secret == nil {
		return nil
	}
	var own *[subjectSize]byte
	if raw, ok := rawName(r.ID); ok {
		own = &raw
	}
	var room personRoom
	p, g, err := o.personal(known, own, secret, &room)
	if err != nil {
		return err
	}
	if sealed {
		r.Secret = secret
	}
	r.Subject, r.Content, r.Peer = p.subject.String(), p.content.String(), p.peer.String()
	var ok bool
	if r.Levels, r.Vendors, r.Over, ok = g.names(known); !ok || sealed == (r.Subject == "") {
		return damagedPerson()
	}
	return nil
}

// outline is what evidence says to everybody.
type outline struct {
	flags   byte
	action  Action
	signals Signals
	seq     uint64
	// time is milliseconds, as clock is.
	clock, time, gap int64
	// person is the personal part.
	person []byte
}

func (c *KnownContext) outline(evidence []byte) (o outline, err error) {
	code, ok := EvidenceCode(evidence)
	if !ok || code != c.code || evidence[0]&^(flagSecret|flagChained|flagBot|flagOutdated|flagUsual|flagApart) != evidenceVersion {
		return o, damagedEvidence("the evidence of a record is of an unknown form")
	}
	o.flags = evidence[0]
	in := reader{b: evidence[envelopeSize:]}
	gap := in.how(&o)
	if o.flags&flagChained != 0 {
		o.seq = in.number(1<<64 - 1)
		in.bad = in.bad || o.seq == 0
	}
	o.clock = in.signed()
	o.time = o.clock
	if o.flags&flagApart != 0 {
		apart := in.signed()
		o.time += apart
		in.bad = in.bad || apart == 0
	}
	if gap {
		o.gap = in.signed()
		in.bad = in.bad || o.gap == 0
	}
	if in.bad {
		return o, damagedEvidence("the evidence of a record is damaged")
	}
	o.person = in.b
	return o, nil
}

func damagedPerson() error {
	return damagedEvidence("the personal part of a record is damaged, or its secret is another's")
}

// EvidenceCode is the code of the context that evidence refers to.
func EvidenceCode(evidence []byte) (c ContextCode, ok bool) {
	if len(evidence) < envelopeSize {
		return c, false
	}
	copy(c[:], evidence[codeAt:])
	return c, true
}
