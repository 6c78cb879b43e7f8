// Package collect records consent writes: it opens the note, lays the act over
// the earlier choice, stores the record and answers with the visitor's proof.
package collect

import (
	"context"
	"io"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// Editions gives editions of a site, live or past.
type Editions interface {
	// Live returns the live edition of a site. Errors: UnknownSite.
	Live(site string) (*consent.Edition, error)
	// Edition returns one edition. Errors: UnknownSite, NotFound.
	Edition(ctx context.Context, site string, number int) (*consent.Edition, error)
}

// Options are what a Desk needs; all are required.
type Options struct {
	Records  consent.Records
	Editions Editions
	Laws     *law.Table
	Keys     *consent.Keyring
	Clock    func() time.Time
	Random   io.Reader
	// WordsHash is the hash of the words that a notice showed.
	WordsHash func(site *consent.Site, regime law.Regime, locale string) string
	// Patience is how long a visitor waits for what only the store knows.
	Patience time.Duration
}

// Desk records consent writes.
type Desk struct {
	o       Options
	notices notices
}

// New makes a desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Write is one consent write, as it came. Tokens are sealed text.
type Write struct {
	Site string
	ID   string
	Note string
	// Said is how the sender wrote Levels; empty when that is not known. What is
	// written alike is alike.
	Said    string
	Levels  map[string]int
	Vendors map[string]int
	Action  consent.Action
	// Age is how many milliseconds ago the visitor decided.
	Age int64
	// Consent is the lx_consent value that the browser held, Subject its
	// subject token; either may be empty.
	Consent string
	Subject string
	// Before is the lx_consent value that the browser held when the visitor
	// decided; empty when the sender did not keep it.
	Before string
	// Cookie is the lx_consent value that came along as a cookie: what the browser
	// holds by now, perhaps of a later decision.
	Cookie      string
	Signals     consent.Signals
	PlaceSource string
	// Bot says that a program seems to have decided; it is kept, not counted.
	Bot bool
}

// Answer is what the visitor's browser keeps.
type Answer struct {
	ID string
	// Consent is the new lx_consent value.
	Consent string
	// Subject is the subject token; empty when the visitor has none, or when
	// the write repeats one that was answered more than TokenWindow ago.
	Subject string
	Stored  consent.Level
	// Away says that the store did not answer what was asked before.
	Away bool
	// Receipt is the subject's copy, signed.
	Receipt consent.SignedReceipt
}

const (
	// MaxAge is how old a decision is taken to be at most, longer ago than any grant
	// holds: a device whose clock was wrong, or that lay in a drawer, loses nothing that
	// it refused.
	MaxAge = 400 * 24 * time.Hour
	// TokenWindow is how long a repeated first write is answered with a fresh
	// subject token. Later, knowing a record's id must not be enough to become
	// its subject.
	TokenWindow = 5 * time.Minute
)

// Record stores a decision and answers with its proof. Writing the same id
// with the same content again answers the same and stores nothing.
//
// Errors: UnknownSite; BadNote; UnknownPurpose; Invalid and Contradicts for bad
// levels, id or age; BadToken for a subject token that is not ours, in which case nothing
// was changed; IDReused; Unavailable when the store did not answer.
func (d *Desk) Record(ctx context.Context, w Write) (Answer, error) {
	if !consent.IsRecordID(w.ID) {
		return Answer{}, consent.Fail(consent.Invalid, "`id` is not 16 bytes in unpadded base64url", "make 16 random bytes per decision and write them as 22 characters of base64url")
	}
	if w.Age < 0 || w.Age > d.o.Clock().UnixMilli() {
		return Answer{}, consent.Fail(consent.Invalid, "`age` is negative, or longer ago than any clock tells", "send the milliseconds that passed since the visitor decided, 0 for now")
	}
	w.Age = min(w.Age, MaxAge.Milliseconds())
	if w.Action == consent.GPC && len(w.Levels)+len(w.Vendors) == 0 {
		return Answer{}, consent.Fail(consent.Contradicts, "a signal alone is no decision, and is not recorded", "send what the visitor chose, or nothing: the signal counts with every request that carries it")
	}
	live, err := d.o.Editions.Live(w.Site)
	if err != nil {
		return Answer{}, err
	}
	shown, err := d.shown(ctx, live, w)
	if err != nil {
		return Answer{}, err
	}
	before, err := d.earlier(ctx, live, w)
	if err != nil {
		return Answer{}, err
	}
	j, err := d.judge(shown, before, w)
	if err != nil {
		return Answer{}, err
	}
	if !d.fits(live, shown, j.choice) {
		return Answer{}, tooLong()
	}
	return d.keep(ctx, live, w, shown, before, j)
}

// fits reports whether the browser can hold a choice. One that it cannot hold is
// not recorded: nobody would have what the record proves. What is chosen by purpose
// alone always fits.
func (d *Desk) fits(live *consent.Edition, s shown, choice *consent.Choice) bool {
	if len(choice.Vendors) == 0 {
		return true
	}
	c := *choice
	c.Edition, c.Regime, c.Clock = s.edition.Number, s.regime.ID, d.o.Clock().Unix()
	return len(consent.SealCookie(d.o.Keys, live.Site.Tenant, live.Site.ID, &c)) <= consent.CookieLimit
}

func tooLong() error {
	return consent.Fail(consent.Invalid, "the choice does not fit into the consent cookie", "choose per purpose instead of per vendor")
}

// keep stores a decision and answers with its proof.
func (d *Desk) keep(ctx context.Context, live *consent.Edition, w Write, shown shown, before before, j *judged) (a Answer, err error) {
	subject, latest := before.subject, before.latest
	var secret []byte
	if subject == "" && j.grants {
		if subject, secret, err = consent.NewSubjectFor(d.o.Random, w.ID); err != nil {
			return Answer{}, err
		}
	}
	record := d.record(live, w, shown, subject, j, before)
	record.Secret = secret
	record.Outdated = shown.edition.Number < live.Number
	kept, err := d.append(ctx, record)
	if err != nil {
		return Answer{}, err
	}
	stored := &kept.Record
	if !kept.Fresh && w.Subject == "" && stored.Subject != "" && d.o.Clock().Sub(stored.Time) < TokenWindow {
		// A retry, or what was on its way while it was tried again: meanwhile its subject
		// may have decided anew.
		patient, cancel := context.WithTimeout(ctx, d.o.Patience)
		defer cancel()
		if _, r, err := d.latest(patient, w.Site, stored.Subject); err == nil {
			latest = &r
		}
	}
	// The write may be a retry from before the device was linked to an account.
	var held consent.SubjectToken
	if w.Subject != "" {
		held, _ = consent.OpenSubject(d.o.Keys, live.Site.Tenant, w.Site, w.Subject)
	}
	if w.Subject != "" && stored.Subject != subject && stored.Subject != held.Subject {
		return Answer{}, consent.Fail(consent.IDReused, "another subject already used this `id`", "make new random bytes for each decision")
	}
	a, err = d.answer(live, w, &kept, j, latest, held)
	a.Away = before.away
	return a, err
}

// leveled is a store that says how safe each single record is, and may sign
// receipts.
type leveled interface {
	Keep(ctx context.Context, r consent.Record) (consent.Kept, error)
}

func (d *Desk) append(ctx context.Context, r consent.Record) (kept consent.Kept, err error) {
	if store, ok := d.o.Records.(leveled); ok {
		kept, err = store.Keep(ctx, r)
	} else {
		kept.Record, kept.Fresh, err = d.o.Records.Append(ctx, r)
		kept.Level = d.o.Records.Level()
	}
	if err != nil || kept.Receipt.Text != nil {
		return kept, err
	}
	// A copy: what is pointed to here is made anew for every write.
	alone := kept.Record
	signed, err := d.o.Keys.SignReceipts([]*consent.Record{&alone})
	if err != nil {
		return kept, err
	}
	kept.Receipt = signed[0]
	return kept, nil
}

func (d *Desk) answer(live *consent.Edition, w Write, kept *consent.Kept, j *judged, latest *consent.Record, held consent.SubjectToken) (Answer, error) {
	r := &kept.Record
	a := Answer{ID: r.ID, Stored: kept.Level, Receipt: kept.Receipt}
	// A decision that waited in a queue must not undo a newer one in the
	// browser either.
	holds := r
	if latest != nil && latest.Later(r) {
		holds = latest
	}
	var room consent.Choice
	c := holds.ChoiceIn(&room)
	if kept.Fresh && holds == r {
		a.Consent = j.seal(d.o.Keys.Current(), live.Site.Tenant, w.Site, c)
	} else {
		a.Consent = consent.SealCookie(d.o.Keys, live.Site.Tenant, w.Site, c)
	}
	if !kept.Fresh || w.Age > consent.SkewBound.Milliseconds() {
		// Nor one that the browser alone knows of: who only refuses has no subject.
		now := consent.OpenCookie(d.o.Keys, live.Site.Tenant, w.Site, w.Cookie)
		if now != nil && !now.Forged && !now.Unproved && (now.Clock > c.Clock || now.Clock == c.Clock && grants(c)) {
			a.Consent = w.Cookie
		}
	}
	if len(a.Consent) > consent.CookieLimit {
		return Answer{}, tooLong()
	}
	if r.Subject != "" && (kept.Fresh || w.Subject != "" || d.o.Clock().Sub(r.Time) < TokenWindow) {
		a.Subject = consent.SealSubject(d.o.Keys, live.Site.Tenant, w.Site, consent.SubjectToken{
			Subject: r.Subject, Clock: holds.Clock,
			// A subject that is not the one held is the account that it was linked to.
			Account: held.Account || held.Subject != "" && held.Subject != r.Subject,
		})
	}
	return a, nil
}
