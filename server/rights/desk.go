package rights

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// Options are what a Desk needs; all are required.
type Options struct {
	Cabinet consent.Cabinet
	Feed    consent.Feed
	Laws    *law.Table
	Keys    *consent.Keyring
	Clock   func() time.Time
	Random  io.Reader
	// Tray keeps requests that wait for the store.
	Tray Tray
	// Announce tells others of a request that a person has to answer.
	Announce func(ctx context.Context, r Request) error
}

// Desk keeps the log of requests.
type Desk struct {
	o  Options
	mu sync.Mutex
	// waiting are lines that neither the store nor the disk took when it
	// happened: a right must not wait for the log of it.
	waiting []Request
	slips   slips
}

// New makes a desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Asked is what came.
type Asked struct {
	Site, Regime, Locale string
	Kind                 Kind
	// Subject is who asked, empty when nobody is named.
	Subject string
	// at is when, for what waits.
	at time.Time
}

func kindOf(site string) string { return "request:" + site }

const day = "20060102"

func (d *Desk) request(a Asked) Request {
	r := Request{
		Site: a.Site, Kind: a.Kind, Regime: a.Regime, Locale: a.Locale, Count: 1,
		OpenedAt: a.at, DueAt: d.due(a),
	}
	if a.Subject != "" {
		r.Person = d.o.Keys.Sign("request person", a.Site, a.Subject)
	}
	return r
}

// answerDays is by when somebody is answered where no law names a time.
const answerDays = 30

// due is by when the law wants an answer, or an objection to be in effect.
func (d *Desk) due(a Asked) time.Time {
	var days int
	if regime, ok := d.o.Laws.ByID(a.Regime, a.at); ok {
		days = regime.Duties.AnswerDays
		if b := regime.Duties.OptOutBusinessDays; b > 0 && (a.Kind == Withdrawal || a.Kind == Objection) {
			return businessDays(a.at, b)
		}
	}
	return a.at.AddDate(0, 0, cmp.Or(days, answerDays))
}

// businessDays moves a time by working days. Holidays are not known here.
func businessDays(t time.Time, n int) time.Time {
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if w := t.Weekday(); w != time.Saturday && w != time.Sunday {
			n--
		}
	}
	return t
}

// Ask opens a request that a person has to answer. It is on this server's disk
// when Ask returns, and waits there for a store that is away. Errors: Invalid for a
// message that cannot be kept, Unavailable when neither takes it.
func (d *Desk) Ask(ctx context.Context, a Asked, m Message) (Request, error) {
	m.Text, m.Email = strings.TrimSpace(m.Text), strings.TrimSpace(m.Email)
	if err := m.check(); err != nil {
		return Request{}, err
	}
	if !a.Kind.Asked() {
		return Request{}, consent.Fail(consent.Invalid, "the kind of request is not one that a person answers", "send correction or question")
	}
	a.at = d.o.Clock().UTC()
	r := d.request(a)
	var tail [8]byte
	if _, err := io.ReadFull(d.o.Random, tail[:]); err != nil {
		return r, fmt.Errorf("name the request: %w", err)
	}
	r.Status, r.ID = Open, a.at.Format(day+"-150405-")+hex.EncodeToString(tail[:])
	raw, err := json.Marshal(m)
	if err != nil {
		return r, fmt.Errorf("encode the message: %w", err)
	}
	if r.Sealed, err = d.o.Keys.Seal(d.o.Random, "request", r.Site+"/"+r.ID, raw); err != nil {
		return r, err
	}
	one := slip{kept: kept{Request: r, Sealed: r.Sealed}}
	unsafe := d.lay(one)
	defer d.free(r.ID)
	err = d.deliver(ctx, one)
	if unsafe == nil && consent.CodeOf(err) != consent.Invalid {
		// Flush goes on with what is not done.
		return r, nil
	}
	return r, err
}

// Read opens what was written with a request; nil when nothing was, or when it
// was deleted. Errors: BadToken when the key that sealed it is gone.
func (d *Desk) Read(r Request) (*Message, error) {
	if r.Sealed == "" {
		return nil, nil
	}
	raw, err := d.o.Keys.Open("request", r.Site+"/"+r.ID, r.Sealed)
	if err != nil {
		return nil, err
	}
	m := new(Message)
	return m, json.Unmarshal(raw, m)
}

// kept is a request as it is stored.
type kept struct {
	Request
	Sealed  string `json:"sealed,omitempty"`
	version int64
}

// find reads a request, whatever was sent as its id. Errors: NotFound, Unavailable.
func (d *Desk) find(ctx context.Context, site, id string) (k kept, err error) {
	none := consent.Fail(consent.NotFound, "there is no such request", "list the requests of the site")
	if id == "" || len(id) > maxID {
		return k, none
	}
	doc, err := d.o.Cabinet.Document(ctx, kindOf(site), id)
	if consent.CodeOf(err) == consent.NotFound {
		return k, none
	}
	if err != nil {
		return k, err
	}
	return decode(doc)
}

// maxID is longer than any id of a request.
const maxID = 128

func decode(doc consent.Document) (k kept, err error) {
	if err := json.Unmarshal(doc.Body, &k); err != nil {
		return k, fmt.Errorf("read a request: %w", err)
	}
	k.Request.Sealed, k.version = k.Sealed, doc.Version
	return k, nil
}

func (d *Desk) put(ctx context.Context, r Request, version int64) error {
	body, err := json.Marshal(kept{Request: r, Sealed: r.Sealed})
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	_, err = d.o.Cabinet.PutDocument(ctx, consent.Document{Kind: kindOf(r.Site), ID: r.ID, Version: version, Body: body})
	return err
}
