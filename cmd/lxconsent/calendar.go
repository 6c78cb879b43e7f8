package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

const (
	// leap is more than a clock goes between two looks an hour apart, and than
	// NTP or a start of the machine puts it forward.
	leap = 25 * time.Hour
	// mendIn is how long somebody has to set right a clock that leapt.
	mendIn = 24 * time.Hour
	// sweepEvery is the time between two looks. A server that was away for longer
	// looks sweepSoon after its start, when it has done what visitors wait for.
	sweepEvery, sweepSoon = time.Hour, time.Minute
)

// calendar tells whether a clock may be believed where something is deleted for
// good by it. One that a machine got wrong at its start, by years, would take all
// evidence with it.
type calendar struct {
	// Seen is what the clock was last, Leapt when it last was not what could be
	// expected then.
	Seen  time.Time `json:"seen"`
	Leapt time.Time `json:"leapt"`
}

// believes looks at the clock. After a leap, also to another year by a server
// that was away for as long, it takes a day until the clock is believed.
func (c *calendar) believes(now time.Time) bool {
	if gone := now.Sub(c.Seen); gone > leap || gone < -time.Hour {
		c.Leapt = now
	}
	c.Seen = now
	return now.Sub(c.Leapt) >= mendIn
}

func (c *serveCmd) calendarFile() string { return filepath.Join(c.DataDir, "clock.json") }

// calendar reads what the clock was; nothing is known of it before the first look.
func (c *serveCmd) calendar() (known calendar, err error) {
	b, err := os.ReadFile(c.calendarFile())
	if err == nil {
		err = json.Unmarshal(b, &known)
	}
	if err != nil {
		known = calendar{}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return known, err
}

// untilSweep is how long after its start a server looks first: an hour after the look
// before, whichever start that belonged to. One that never ran for an hour would sweep
// nothing else.
func (c *serveCmd) untilSweep(now time.Time) time.Duration {
	// The look itself tells of what cannot be read.
	known, _ := c.calendar()
	gone := now.Sub(known.Seen)
	if gone < 0 {
		return sweepSoon
	}
	return max(sweepSoon, sweepEvery-gone)
}

// sweepHourly sweeps again and again until the context ends.
func (c *serveCmd) sweepHourly(ctx context.Context, now func() time.Time, all func(context.Context), log *slog.Logger) {
	next := time.NewTimer(c.untilSweep(now()))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			if err := calmly(ctx, func(ctx context.Context) { c.sweep(ctx, now(), all, log) }); err != nil {
				log.Error("old records were not all swept; it is tried again in an hour", "error", err)
			}
			next.Reset(sweepEvery)
		}
	}
}

// sweep deletes what is older than its site keeps it, unless the clock leapt.
// What the clock was is kept in the data directory.
func (c *serveCmd) sweep(ctx context.Context, now time.Time, all func(context.Context), log *slog.Logger) {
	path := c.calendarFile()
	known, err := c.calendar()
	if err != nil {
		log.Warn("what the clock was is not known", "file", path, "error", err)
	}
	before := known.Leapt
	believed := known.believes(now)
	b, err := json.Marshal(known)
	if err == nil {
		err = replaceSynced(path, b)
	}
	if err != nil {
		log.Warn("what the clock is cannot be noted; old records are not swept", "file", path, "error", err)
		return
	}
	if believed {
		all(ctx)
	} else if known.Leapt != before && !before.IsZero() {
		log.Warn("the clock is not where it was expected; old records are not swept for a day", "clock", now, "fix", "let NTP set it; if it is right, `POST /v1/sites/SITE/sweep` sweeps at once")
	}
}
