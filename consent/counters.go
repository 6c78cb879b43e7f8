package consent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Counters count what happened on a site, per day in UTC. They hold nothing
// about a person and stay when a subject is erased. Errors as in Records, and
// Invalid for a malformed day, a range of more than MaxCountedDays, and more or
// longer keys than CheckCount allows.
type Counters interface {
	// Count adds to the counters of one day. Adding again counts again.
	Count(ctx context.Context, site, day string, add map[string]int64) error
	// Counts returns the counters of the days from fromDay to toDay, both
	// included; a day on which nothing was counted is left out.
	//
	// Beside the keys of Count, each day holds what its records tell, by the
	// day on which the server received them, each record once however often it
	// came, perhaps a moment after it was acknowledged: "bots" for what programs
	// sent, "links" for records of linking a device to an account, and for the
	// rest "records", "action:A", "edition:N", "regime:R", "locale:L", and of each
	// purpose that the record answers "granted:P" or "refused:P".
	Counts(ctx context.Context, site, fromDay, toDay string) (map[string]map[string]int64, error)
}

const (
	// MaxCountedDays bounds one reading of the counters.
	MaxCountedDays = 800
	// dayLayout is how a day is written.
	dayLayout = "2006-01-02"
	// cellMark begins the name of a cell, and no key of Count.
	cellMark = "="
	cellSep  = "\t"
	botCell  = "bot"
	linkCell = "link"
)

// CheckCount refuses what no store counts.
func CheckCount(site, day string, add map[string]int64) error {
	if _, err := time.Parse(dayLayout, day); err != nil || site == "" {
		return Fail(Invalid, fmt.Sprintf("a counter has no site or the malformed day %q", day), "write the day as 2026-12-31")
	}
	if len(add) > 1000 {
		return Fail(Invalid, fmt.Sprintf("%d counters in one call", len(add)), "add at most 1,000 at a time")
	}
	for key := range add {
		if key == "" || len(key) > 200 || strings.HasPrefix(key, cellMark) {
			return Fail(Invalid, fmt.Sprintf("%.40q is no name of a counter", key), "use 1 to 200 bytes that do not begin with =")
		}
	}
	return nil
}

// DaysBetween lists the days from one to another, both included. Errors: Invalid.
func DaysBetween(from, to string) ([]string, error) {
	first, err := time.Parse(dayLayout, from)
	last, err2 := time.Parse(dayLayout, to)
	if err != nil || err2 != nil || last.Sub(first) >= MaxCountedDays*24*time.Hour {
		return nil, Fail(Invalid, fmt.Sprintf("the days from %.20q to %.20q are malformed or too many", from, to), fmt.Sprintf("write them as 2026-12-31, at most %d", MaxCountedDays))
	}
	var days []string
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		days = append(days, d.Format(dayLayout))
	}
	return days, nil
}

// CountedByRecords reports whether a counter follows from records.
func CountedByRecords(name string) bool {
	if kind, _, ok := strings.Cut(name, ":"); ok {
		return slices.Contains([]string{"action", "edition", "regime", "locale", "granted", "refused"}, kind)
	}
	return name == "records" || name == "bots" || name == "links"
}

// Day is the day under which a record is counted.
func (r *Record) Day() string { return r.Time.UTC().Format(dayLayout) }

// Cell names everything under which a record is counted, so that a store
// increments one number for it. The numbers of a day's cells are what Counts
// tells after AddCell.
func (r *Record) Cell() string {
	var room [256]byte
	return string(r.AppendCell(room[:0]))
}

// AppendCell is Cell for callers that have room.
func (r *Record) AppendCell(b []byte) []byte {
	if b = append(b, cellMark...); r.Bot {
		return append(b, botCell...)
	}
	if r.Action == Identify || r.Action == Joined {
		// Nobody decided anything here.
		return append(b, linkCell...)
	}
	b = append(b, r.Action...)
	b = strconv.AppendInt(append(b, cellSep...), int64(r.Edition), 10)
	b = append(append(append(append(b, cellSep...), r.Regime...), cellSep...), r.Locale...)
	var ids [16]string
	for _, p := range sortedKeys(ids[:0], r.Levels) {
		word := byte('-')
		if r.Levels[p] > 0 {
			word = '+'
		}
		b = append(append(append(b, cellSep...), word), p...)
	}
	return b
}

// Cells names days and cells of many records, of which one is often counted as
// the one before. It is not for several goroutines.
type Cells struct {
	last      *Record
	day, cell string
}

// Of returns the Day and the Cell of a record, which may not be changed as long
// as the Cells are used.
func (c *Cells) Of(r *Record) (day, cell string) {
	o := c.last
	if o == nil || !sameDay(o.Time, r.Time) {
		c.day = r.Day()
	}
	if o == nil || o.Bot != r.Bot || o.Action != r.Action || o.Edition != r.Edition || o.Regime != r.Regime ||
		o.Locale != r.Locale || !maps.Equal(o.Levels, r.Levels) {
		c.cell = r.Cell()
	}
	c.last = r
	return c.day, c.cell
}

func sameDay(a, b time.Time) bool {
	const day = 24 * 60 * 60
	return a.Unix()/day == b.Unix()/day && a.Unix() > 0 && b.Unix() > 0
}

// AddCell adds the number n under a stored name to the counters of a day.
func AddCell(to map[string]int64, name string, n int64) {
	cell, is := strings.CutPrefix(name, cellMark)
	if !is {
		to[name] += n
		return
	}
	switch cell {
	case botCell:
		to["bots"] += n
		return
	case linkCell:
		to["links"] += n
		return
	}
	to["records"] += n
	for i, part := range strings.Split(cell, cellSep) {
		switch {
		case part == "":
		case i < 4:
			to[[]string{"action:", "edition:", "regime:", "locale:"}[i]+part] += n
		case part[0] == '+':
			to["granted:"+part[1:]] += n
		default:
			to["refused:"+part[1:]] += n
		}
	}
}
