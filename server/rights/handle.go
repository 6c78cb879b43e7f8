package rights

import (
	"context"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Filter picks requests; zero fields pick all.
type Filter struct {
	Status Status
	Kind   Kind
	// From and To bound OpenedAt: at or after From, before To.
	From, To time.Time
	// After is the id behind which the page begins.
	After string
	Limit int
}

// maxLook bounds how many requests one page looks at.
const maxLook = 20_000

// List returns a page of a site's requests, oldest first, and the id to go on
// after; it is empty at the end. Errors: Invalid, Unavailable.
func (d *Desk) List(ctx context.Context, site string, f Filter) (page []Request, next string, err error) {
	if err := f.check(); err != nil {
		return nil, "", err
	}
	// What had to wait is written down first: it happened before.
	if err := d.Flush(ctx); err != nil {
		return nil, "", err
	}
	after := f.After
	if !f.From.IsZero() {
		// The ids of a day begin with it, and a hyphen sorts before all that follows.
		after = max(after, f.From.UTC().Format(day))
	}
	page = []Request{}
	for looked := 0; looked < maxLook; {
		docs, err := d.o.Cabinet.Documents(ctx, kindOf(site), after, consent.MaxPage)
		if err != nil {
			return nil, "", err
		}
		for _, doc := range docs {
			k, err := decode(doc)
			if err != nil {
				return nil, "", err
			}
			r := k.Request
			if !f.To.IsZero() && dayOf(r.ID).After(f.To) {
				return page, "", nil
			}
			after = doc.ID
			if f.picks(r) {
				page = append(page, r)
			}
			if len(page) == f.Limit {
				return page, after, nil
			}
		}
		if len(docs) < consent.MaxPage {
			return page, "", nil
		}
		looked += len(docs)
	}
	return page, after, nil
}

func (f Filter) check() error {
	if f.Limit < 1 || f.Limit > consent.MaxPage {
		return consent.Fail(consent.Invalid, "`limit` is not between 1 and 1,000", "ask for fewer and go on with `after`")
	}
	return nil
}

func (f Filter) picks(r Request) bool {
	return (f.Status == "" || r.Status == f.Status) && (f.Kind == "" || r.Kind == f.Kind) &&
		(f.From.IsZero() || !r.OpenedAt.Before(f.From)) && (f.To.IsZero() || r.OpenedAt.Before(f.To))
}

// Find returns one request. Errors: NotFound, Unavailable.
func (d *Desk) Find(ctx context.Context, site, id string) (Request, error) {
	k, err := d.find(ctx, site, id)
	return k.Request, err
}

// Handle sets a request's status with a note and returns it as it is now.
// Errors: NotFound, Invalid, Conflict, Unavailable.
func (d *Desk) Handle(ctx context.Context, site, id string, to Status, note, by string) (Request, error) {
	if !slices.Contains(Statuses(), to) || len(note) > maxNote {
		return Request{}, consent.Fail(consent.Invalid, "the status is not known, or the note is longer than 2,000 bytes", "send `status` as open, done or refused, and a shorter `note`")
	}
	k, err := d.find(ctx, site, id)
	if err != nil {
		return k.Request, err
	}
	r, now := k.Request, d.o.Clock().UTC()
	r.Status, r.Note, r.HandledBy, r.HandledAt = to, note, by, &now
	if to == Open {
		r.HandledAt, r.HandledBy = nil, ""
	}
	return r, d.put(ctx, r, k.version)
}

// MessageLife is how long a visitor's words and address are kept after their
// request was handled.
const MessageLife = 30 * 24 * time.Hour

// Tidy deletes the words and addresses of requests that were handled some time
// ago, and whole requests whose time is over and that are not open. It returns how
// many requests it deleted.
func (d *Desk) Tidy(ctx context.Context, site string, over func(Request) bool) (gone int, err error) {
	limit := d.o.Clock().Add(-MessageLife)
	for after := ""; ; {
		docs, err := d.o.Cabinet.Documents(ctx, kindOf(site), after, consent.MaxPage)
		if err != nil {
			return gone, err
		}
		for _, doc := range docs {
			after = doc.ID
			k, err := decode(doc)
			if err != nil {
				return gone, err
			}
			r := k.Request
			switch {
			case r.Status != Open && over(r):
				if err := d.o.Cabinet.DropDocument(ctx, kindOf(site), doc.ID); err != nil {
					return gone, err
				}
				gone++
			case r.Status != Open && r.Sealed != "" && r.HandledAt != nil && r.HandledAt.Before(limit):
				r.Sealed = ""
				if err := d.put(ctx, r, doc.Version); err != nil && consent.CodeOf(err) != consent.Conflict {
					return gone, err
				}
			}
		}
		if len(docs) < consent.MaxPage {
			return gone, nil
		}
	}
}
