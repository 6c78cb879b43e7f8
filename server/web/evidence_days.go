package web

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

const (
	evidencePage = 200
	// evidenceLook is how many records one call looks at.
	evidenceLook = 5000
	// evidenceSlack is how long after its time a record may have arrived for a
	// look at days to meet it; a store that was restored has its own order.
	evidenceSlack = 15 * time.Minute
)

// days are what a look at records by their time asks for.
type days struct {
	site, after, action string
	from, to            time.Time
	limit               int
	// newest says that the newest come first.
	newest bool
}

// daysOf reads which records are asked for.
func daysOf(c echo.Context) (d days, err error) {
	q := c.QueryParams()
	d = days{site: c.Param("site"), after: q.Get("after"), action: q.Get("action")}
	d.from, d.to, err = between(q)
	return d, err
}

// evidenceOfDays lists records by the time at which they came.
func (s *Server) evidenceOfDays(ctx context.Context, c echo.Context) (out evidenceJSON, err error) {
	q := c.QueryParams()
	out.Records = []evidenceRow{}
	d, err := daysOf(c)
	if err != nil {
		return out, err
	}
	switch q.Get("order") {
	case "desc":
		d.newest = true
	case "", "asc":
	default:
		return out, consent.Fail(badQuery, "`order` is neither asc nor desc", "send desc for the newest first, or leave it out")
	}
	if d.limit, err = limitOf(q, 50); err != nil {
		return out, err
	}
	if d.after == "" {
		if d.after, err = s.daysBegin(ctx, &d); err != nil {
			return out, err
		}
	}
	turn := s.o.Evidence.Arrivals
	if d.newest {
		turn = s.o.Evidence.Before
	}
	return out, d.read(ctx, turn, &out)
}

// daysBegin is the cursor at which a look at days begins.
func (s *Server) daysBegin(ctx context.Context, d *days) (string, error) {
	switch {
	case !d.newest && !d.from.IsZero():
		return s.o.Evidence.Since(ctx, d.site, d.from)
	case !d.newest || d.to.IsZero() || d.to.Add(evidenceSlack).After(s.o.Clock()):
		return "", nil
	}
	begin, err := s.o.Evidence.Since(ctx, d.site, d.to.Add(evidenceSlack))
	if err != nil || begin == "" {
		return "", err
	}
	// In a store that was restored everything arrived later than it was decided.
	first, err := s.o.Evidence.Before(ctx, d.site, begin, 1)
	if err != nil || len(first) == 0 {
		return "", err
	}
	return begin, nil
}

// read fills an answer with a page, as long as that takes no more than a look.
func (d *days) read(ctx context.Context, turn func(context.Context, string, string, int) ([]consent.Arrival, error), out *evidenceJSON) error {
	after := d.after
	for looked := 0; looked < evidenceLook; {
		page, err := turn(ctx, d.site, after, evidencePage)
		if err != nil || len(page) == 0 {
			return err
		}
		looked += len(page)
		for _, a := range page {
			after = a.Cursor
			if a.Erasure != nil {
				continue
			}
			r := a.Record
			out.Through = &r.Time
			if d.over(r.Time) {
				return nil
			}
			if !d.wants(r.Time, r.Action) {
				continue
			}
			if out.Records = append(out.Records, evidenceOf(&r)); len(out.Records) == d.limit {
				out.Next = after
				return nil
			}
		}
	}
	out.Next = after
	return nil
}

func (d *days) wants(t time.Time, a consent.Action) bool {
	return !t.Before(d.from) && (d.to.IsZero() || t.Before(d.to)) && (d.action == "" || string(a) == d.action)
}

// over reports whether nothing more is to be expected behind a record of a time:
// records arrive about in the order of their times.
func (d *days) over(t time.Time) bool {
	if d.newest {
		return !d.from.IsZero() && t.Before(d.from.Add(-evidenceSlack))
	}
	return !d.to.IsZero() && t.After(d.to.Add(time.Minute))
}
