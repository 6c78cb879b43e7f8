package rights

import (
	"context"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Latest returns a page of a site's requests, newest first, and the id to go on
// before, which is the next f.After. Errors: Invalid, Unavailable.
func (d *Desk) Latest(ctx context.Context, site string, f Filter) (page []Request, next string, err error) {
	if err := f.check(); err != nil {
		return nil, "", err
	}
	// What had to wait is written down first, as in List.
	if err := d.Flush(ctx); err != nil {
		return nil, "", err
	}
	page = []Request{}
	oldest, err := d.o.Cabinet.Documents(ctx, kindOf(site), "", 1)
	if err != nil || len(oldest) == 0 {
		return page, "", err
	}
	first := dayOf(oldest[0].ID)
	if f.From.After(first) {
		first = f.From.UTC().Truncate(24 * time.Hour)
	}
	// Whatever is asked for, nothing comes after today: years to come are not looked through.
	end := d.o.Clock()
	if !f.To.IsZero() && f.To.Before(end) {
		end = f.To
	}
	at := dayOf(end.UTC().Format(day)).AddDate(0, 0, 1)
	before := at.Format(day)
	if f.After != "" && f.After < before {
		at, before = dayOf(f.After).AddDate(0, 0, 1), f.After
	}
	// The store reads forwards, so days are read in stretches, the last ones first;
	// a stretch grows as long as it holds little.
	for looked, days := 0, 1; at.After(first); {
		if looked >= maxLook {
			return page, before, nil
		}
		from := at.AddDate(0, 0, -days)
		rest := f
		rest.Limit -= len(page)
		some, held, err := d.last(ctx, site, from.Format(day), before, rest)
		if err != nil {
			return nil, "", err
		}
		slices.Reverse(some)
		if page = append(page, some...); len(page) == f.Limit {
			return page, page[f.Limit-1].ID, nil
		}
		if looked += held; held < consent.MaxPage/2 {
			days = min(2*days, 366)
		}
		at, before = from, from.Format(day)
	}
	return page, "", nil
}

// dayOf is the day with which an id begins, the zero time for none.
func dayOf(id string) time.Time {
	t, _ := time.Parse(day, id[:min(len(id), len(day))])
	return t
}

// last returns the newest requests with an id between two others that a filter
// picks, oldest first, and how many it looked at.
func (d *Desk) last(ctx context.Context, site, after, before string, f Filter) (some []Request, looked int, err error) {
	for {
		docs, err := d.o.Cabinet.Documents(ctx, kindOf(site), after, consent.MaxPage)
		if err != nil {
			return nil, looked, err
		}
		for _, doc := range docs {
			if doc.ID >= before {
				return some, looked, nil
			}
			after = doc.ID
			looked++
			k, err := decode(doc)
			if err != nil {
				return nil, looked, err
			}
			if f.picks(k.Request) {
				some = append(some, k.Request)
			}
			if len(some) > f.Limit {
				some = some[1:]
			}
		}
		if len(docs) < consent.MaxPage {
			return some, looked, nil
		}
	}
}
