package collect

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Identity says that a device's visitor is an account, with the site's own
// proof of it.
type Identity struct {
	Site       string
	ExternalID string
	Proof      string
	// Consent is the lx_consent value that the browser held, Subject its
	// subject token; either may be empty.
	Consent string
	Subject string
}

// Identified is what the device keeps from then on.
type Identified struct {
	// Consent is the account's choice as an lx_consent value; empty when
	// neither account nor device has decided anything.
	Consent string
	// Subject is the account's token: what the device decides with it, the
	// account decides.
	Subject string
}

// Identify links a device to an account. What either of them refuses is refused;
// afterwards the latest decision of any linked device counts. A device that was
// linked to another account before brings nothing of it along. Linking again
// changes nothing and answers with the account's choice.
//
// Errors: UnknownSite; Invalid for a bad name; BadToken for a proof or a
// subject token that does not hold, in which case nothing was changed;
// Unavailable when the store did not answer.
func (d *Desk) Identify(ctx context.Context, w Identity) (Identified, error) {
	live, err := d.o.Editions.Live(w.Site)
	if err != nil {
		return Identified{}, err
	}
	if err := consent.CheckProof(d.o.Keys, live.Site.Tenant, w.Site, w.ExternalID, w.Proof, d.o.Clock()); err != nil {
		return Identified{}, err
	}
	account := consent.AccountSubject(d.o.Keys, live.Site.Tenant, w.Site, w.ExternalID)
	device, err := d.device(ctx, live, w, account)
	if err != nil {
		return Identified{}, err
	}
	current, err := d.o.Records.Latest(ctx, w.Site, account)
	switch consent.CodeOf(err) {
	case "":
		if err != nil {
			return Identified{}, err
		}
		device.account = &current
	case consent.NotFound:
	case consent.Erased:
		device.erased = true
	default:
		return Identified{}, err
	}
	holds, err := d.link(ctx, live, account, device)
	if err == nil && holds != nil && holds.Action == consent.Identify {
		holds, err = d.agreed(ctx, w.Site, account)
	}
	switch {
	case consent.CodeOf(err) == consent.Erased, err == nil && holds == nil && device.erased:
		refusal, err := d.refusal(live)
		return Identified{Consent: refusal, Subject: d.accountToken(live, account, d.o.Clock().UnixMilli())}, err
	case err != nil:
		return Identified{}, err
	case holds == nil:
		return Identified{Subject: d.accountToken(live, account, 0)}, nil
	}
	return Identified{
		Consent: consent.SealCookie(d.o.Keys, live.Site.Tenant, w.Site, holds.Choice()),
		Subject: d.accountToken(live, account, holds.Clock),
	}, nil
}

func (d *Desk) accountToken(live *consent.Edition, account string, clock int64) string {
	return consent.SealSubject(d.o.Keys, live.Site.Tenant, live.Site.ID, consent.SubjectToken{Subject: account, Clock: clock, Account: true})
}

// linking is what a device brings along and what the account has.
type linking struct {
	// subject is the device's own; empty when it has none, or is linked already.
	subject string
	record  *consent.Record
	choice  *consent.Choice
	account *consent.Record
	erased  bool
}

// device finds what the device decided before, in nobody's account.
func (d *Desk) device(ctx context.Context, live *consent.Edition, w Identity, account string) (linking, error) {
	if w.Subject == "" {
		// Of a visitor without a subject the refusals count.
		c := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Consent)
		if c != nil {
			c.Unproved = true
		}
		return linking{choice: c}, nil
	}
	token, err := consent.OpenSubject(d.o.Keys, live.Site.Tenant, w.Site, w.Subject)
	if err != nil || token.Account {
		return linking{}, err
	}
	r, err := d.o.Records.Latest(ctx, w.Site, token.Subject)
	switch code := consent.CodeOf(err); {
	case code == consent.NotFound, code == consent.Erased, err == nil && r.Action == consent.Joined:
		return linking{}, nil
	case err != nil:
		return linking{}, err
	}
	return linking{subject: token.Subject, record: &r, choice: r.Choice()}, nil
}

// link stores what the two make together and returns the account's record that
// holds, nil when there is none.
func (d *Desk) link(ctx context.Context, live *consent.Edition, account string, l linking) (*consent.Record, error) {
	var before *consent.Choice
	if l.account != nil {
		before = l.account.Choice()
	}
	joined := consent.Join(before, l.choice)
	if joined == nil || l.subject == "" && consent.SameLevels(joined, before) {
		return l.account, nil
	}
	base, err := d.base(ctx, live, l)
	if err != nil {
		return nil, err
	}
	base.Levels, base.Vendors, base.Over = joined.Levels, joined.Vendors, joined.Over
	// Behind both, so that it counts; not now, so that no grant is renewed.
	clock := base.Clock
	for _, r := range []*consent.Record{l.account, l.record} {
		if r != nil {
			clock = max(clock, r.Clock)
		}
	}
	base.Clock, base.Gap, base.Time = clock+1, 1, d.o.Clock().UTC()
	stored := l.account
	if l.account == nil || l.account.Peer != l.subject || !consent.SameLevels(joined, before) {
		if stored, err = d.join(ctx, base, account, l.subject, consent.Identify); err != nil {
			return nil, err
		}
	}
	if l.subject != "" {
		if _, err := d.join(ctx, base, l.subject, account, consent.Joined); err != nil {
			return nil, err
		}
	}
	return stored, nil
}

// join appends one of the two records of a linking. Its id follows from what is
// linked, so that a linking that is tried again is stored once.
func (d *Desk) join(ctx context.Context, r consent.Record, subject, peer string, action consent.Action) (*consent.Record, error) {
	r.Subject, r.Peer, r.Action = subject, peer, action
	sum := sha256.Sum256([]byte("lx link\x00" + r.Site + "\x00" + subject + "\x00" + peer + "\x00" + time.UnixMilli(r.Clock).UTC().Format(time.RFC3339Nano)))
	r.ID = base64.RawURLEncoding.EncodeToString(sum[:16])
	r.Content = base64.RawURLEncoding.EncodeToString(sum[16 : 16+consent.ContentSize])
	stored, _, err := d.o.Records.Append(ctx, r)
	return &stored, err
}

// base is the newer of what is linked, as a record without the parts that
// belong to its own place in a chain.
func (d *Desk) base(ctx context.Context, live *consent.Edition, l linking) (consent.Record, error) {
	newer := l.record
	if l.account != nil && (newer == nil || !newer.Later(l.account)) {
		newer = l.account
	}
	if c := l.choice; l.record == nil && c != nil && (newer == nil || c.Clock*1000 > newer.Clock) {
		return d.fromCookie(ctx, live, c)
	}
	return asked(newer), nil
}

// asked is what a record says of the question, without what is its own answer and place in a chain.
func asked(r *consent.Record) consent.Record {
	return consent.Record{
		Site: r.Site, Edition: r.Edition, EditionHash: r.EditionHash, WordsHash: r.WordsHash,
		Regime: r.Regime, Locale: r.Locale, Laws: r.Laws, Outdated: r.Outdated,
		PlaceSource: r.PlaceSource, Clock: r.Clock,
	}
}

// fromCookie describes a choice of which only the cookie is left.
func (d *Desk) fromCookie(ctx context.Context, live *consent.Edition, c *consent.Choice) (consent.Record, error) {
	shown := live
	if c.Edition != live.Number {
		e, err := d.o.Editions.Edition(ctx, live.Site.ID, c.Edition)
		switch {
		case err == nil:
			shown = e
		case consent.CodeOf(err) != consent.NotFound:
			return consent.Record{}, err
		}
	}
	regime, ok := d.o.Laws.ByID(c.Regime, d.o.Clock())
	if !ok {
		est, _ := consent.ParsePlace(live.Site.Establishment)
		regime = d.o.Laws.Resolve(consent.Place{}, est, d.o.Clock())
	}
	return consent.Record{
		Site: live.Site.ID, Edition: shown.Number, EditionHash: shown.Hash, Regime: regime.ID,
		Outdated: shown.Number < live.Number, Clock: min(c.Clock*1000, d.o.Clock().UnixMilli()),
	}, nil
}
