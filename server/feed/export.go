package feed

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/leadiumx/consent/consent"
)

// exportPage is how many records an export reads at a time.
const exportPage = 500

// Export calls each with every record of a site behind a cursor, in the order of
// arrival; each line holds the cursor to go on from. It stops at the first
// error that each returns. Errors: Invalid for a cursor that is none, Unavailable.
func (d *Desk) Export(ctx context.Context, site, after string, each func(Line) error) error {
	at, err := parseExport(after)
	if err != nil {
		return err
	}
	return d.records(ctx, site, at, func(r consent.Record, cursor string) error {
		l := LineOf(site, r)
		l.Cursor = Behind(cursor)
		return each(l)
	})
}

// Behind makes the cursor of an export out of an arrival's; empty is the beginning.
func Behind(arrival string) string {
	if arrival == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte("r" + arrival))
}

func (d *Desk) records(ctx context.Context, site, after string, each func(r consent.Record, cursor string) error) error {
	for {
		page, err := d.o.Feed.Arrivals(ctx, site, after, exportPage)
		if err != nil {
			return err
		}
		for _, a := range page {
			after = a.Cursor
			if a.Erasure != nil {
				continue
			}
			if err := each(a.Record, a.Cursor); err != nil {
				return err
			}
		}
		if len(page) == 0 {
			return nil
		}
	}
}

func parseExport(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(s) > maxCursor || len(raw) < 2 || raw[0] != 'r' {
		return "", consent.BadCursor()
	}
	return string(raw[1:]), nil
}

// Touched is a subject with a record in a window of time.
type Touched struct {
	Subject string `json:"subject"`
	// Time is that of the subject's first record in the window.
	Time time.Time `json:"time"`
}

// Subjects calls each once for every subject with a record that came at or
// after from and before to; a zero bound is none. It remembers 16 bytes of each.
// Subjects that were erased are nobody's any more and left out. Errors:
// Unavailable.
func (d *Desk) Subjects(ctx context.Context, site string, from, to time.Time, each func(Touched) error) error {
	seen := map[[16]byte]struct{}{}
	return d.records(ctx, site, "", func(r consent.Record, _ string) error {
		if r.Subject == "" || r.Time.Before(from) || !to.IsZero() && !r.Time.Before(to) {
			return nil
		}
		sum := sha256.Sum256([]byte(r.Subject))
		key := [16]byte(sum[:16])
		if _, ok := seen[key]; ok {
			return nil
		}
		seen[key] = struct{}{}
		return each(Touched{r.Subject, r.Time})
	})
}
