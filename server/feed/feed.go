// Package feed tells others what happened on a site, in order and from any place
// in it: records and erasures as the store took them, editions as they were
// published, requests as they were opened.
package feed

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/leadiumx/consent/consent"
)

// The types of events.
const (
	Recorded  = "consent.recorded"
	Erased    = "consent.erased"
	Linked    = "consent.linked"
	Published = "edition.published"
	Opened    = "request.opened"
)

// Types lists every type of event.
func Types() []string { return []string{Recorded, Erased, Linked, Published, Opened} }

// Event is one thing that happened.
type Event struct {
	// ID is the same however often the event is told.
	ID   string    `json:"id"`
	Type string    `json:"type" enum:"consent.recorded,consent.erased,consent.linked,edition.published,request.opened"`
	Time time.Time `json:"time"`
	// Cursor is the place behind the event.
	Cursor string `json:"cursor"`
	Data   any    `json:"data"`
	// At is the place in the event's own source, to find this very event again.
	At Position `json:"-"`
}

// Position is a place in one source.
type Position struct {
	Source string `json:"source"`
	Before string `json:"before"`
}

// Editions gives editions of a site, live or past.
type Editions interface {
	// Newest returns the newest edition of a site. Errors: UnknownSite.
	Newest(site string) (*consent.Edition, error)
	// Edition returns one edition. Errors: UnknownSite, NotFound.
	Edition(ctx context.Context, site string, number int) (*consent.Edition, error)
}

// Options are what a Desk needs; all are required.
type Options struct {
	Feed     consent.Feed
	Cabinet  consent.Cabinet
	Editions Editions
	Clock    func() time.Time
}

// Desk tells what happened.
type Desk struct{ o Options }

// New makes a desk.
func New(o Options) *Desk { return &Desk{o: o} }

// cursor is a place in every source.
type cursor struct {
	arrival string
	note    int64
	edition int
}

// maxCursor bounds what is read as a cursor.
const maxCursor = 512

func (c cursor) String() string {
	b, err := json.Marshal([]any{c.arrival, c.note, c.edition})
	if err != nil {
		panic("a cursor is not encodable: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parse(s string) (c cursor, err error) {
	if s == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > maxCursor {
		return c, consent.BadCursor()
	}
	if err := json.Unmarshal(raw, &[]any{&c.arrival, &c.note, &c.edition}); err != nil || c.String() != s || c.note < 0 || c.edition < 0 {
		return c, consent.BadCursor()
	}
	return c, nil
}

// Page returns up to limit events of a site behind a cursor, and the cursor to
// go on from. Events of one source come in its order; between sources they are
// told by their time, as far as they are known. Errors: UnknownSite, Invalid,
// Unavailable.
func (d *Desk) Page(ctx context.Context, site, after string, limit int) ([]Event, string, error) {
	c, err := parse(after)
	if err != nil {
		return nil, "", err
	}
	var sources [][]Event
	for _, read := range []func(context.Context, string, cursor, int) ([]Event, error){d.arrivals, d.notes, d.editions} {
		list, err := read(ctx, site, c, limit)
		if err != nil {
			return nil, "", err
		}
		sources = append(sources, list)
	}
	page := make([]Event, 0, limit)
	for len(page) < limit {
		next := -1
		for i, list := range sources {
			if len(list) > 0 && (next < 0 || list[0].Time.Before(sources[next][0].Time)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		e := sources[next][0]
		sources[next] = sources[next][1:]
		switch e.At.Source {
		case sourceArrivals:
			c.arrival = e.Cursor
		case sourceNotes:
			c.note++
		case sourceEditions:
			c.edition++
		}
		e.Cursor = c.String()
		page = append(page, e)
	}
	return page, c.String(), nil
}

// End is the cursor behind what has happened so far. Errors as in Page.
func (d *Desk) End(ctx context.Context, site string) (string, error) {
	live, err := d.o.Editions.Newest(site)
	if err != nil {
		return "", err
	}
	c := cursor{edition: live.Number}
	if c.arrival, err = d.o.Feed.Tail(ctx, site); err != nil {
		return "", err
	}
	for {
		list, err := d.o.Cabinet.Notes(ctx, journal(site), c.note, consent.MaxPage)
		if err != nil {
			return "", err
		}
		c.note += int64(len(list))
		if len(list) < consent.MaxPage {
			return c.String(), nil
		}
	}
}
