package rights

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

const (
	// maxWaiting bounds what is held in memory.
	maxWaiting = 10_000
	// maxLines bounds the tray for lines, which memory holds as well: the rest of it
	// is for requests that a person has to answer.
	maxLines = maxTray / 2
)

// Noted writes down what a visitor did themselves, or had done for them. It never
// fails for them: when the store is away, the line lies on this server's disk
// until Flush, and in memory when that does not take it either. The same act of
// one subject on one day is one line with a count.
func (d *Desk) Noted(ctx context.Context, a Asked) {
	a.at = d.o.Clock().UTC()
	r := d.request(a)
	r.ID = fmt.Sprintf("%s-%s-%s", a.at.Format(day), a.Kind, cmp.Or(r.Person, "anonymous"))
	r.Status, r.HandledAt = Done, &r.OpenedAt
	if d.note(ctx, r) == nil || d.layLine(r) == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) < maxWaiting {
		d.waiting = append(d.waiting, r)
	}
}

// Flush writes down what could not be before, and what the store has lost of the
// requests that a person has to answer. Errors: Unavailable.
func (d *Desk) Flush(ctx context.Context) error {
	d.mu.Lock()
	waiting := d.waiting
	d.waiting = nil
	d.mu.Unlock()
	for i, r := range waiting {
		if err := d.note(ctx, r); err != nil {
			d.mu.Lock()
			d.waiting = append(waiting[i:], d.waiting...)
			d.mu.Unlock()
			return err
		}
	}
	return d.flushTray(ctx)
}

// note adds a line to the log, or its count to the one that is there.
func (d *Desk) note(ctx context.Context, r Request) error {
	const tries = 5
	var err error
	for range tries {
		var version int64
		next := r
		before, found := d.find(ctx, r.Site, r.ID)
		switch {
		case found == nil:
			next.Count, version = before.Count+r.Count, before.version
			next.OpenedAt, next.DueAt = before.OpenedAt, before.DueAt
		case consent.CodeOf(found) != consent.NotFound:
			return found
		}
		if err = d.put(ctx, next, version); consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return err
}

// layLine puts a line into the tray, or its count to the one that lies there.
func (d *Desk) layLine(r Request) error {
	if err := d.readTray(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	name := lineName(r)
	if _, there := d.slips.sent[name]; there {
		s, err := d.slip(name)
		if err != nil {
			return err
		}
		r.Count += s.Count
		r.OpenedAt, r.DueAt, r.HandledAt = s.OpenedAt, s.DueAt, s.HandledAt
	} else if len(d.slips.sent) >= maxLines {
		return errors.New("too many lines wait for the store")
	}
	if err := d.keep(name, slip{kept: kept{Request: r}}); err != nil {
		return err
	}
	d.slips.sent[name] = time.Time{}
	return nil
}

// lineName is the name of a line in the tray, where sites lie beside each other.
func lineName(r Request) string { return "line " + r.Site + " " + r.ID }

// flushLine adds a line from the tray to the log. A crash right behind that adds
// it once more: a count too high harms nobody, an act that is not told of does.
func (d *Desk) flushLine(ctx context.Context, name string, s slip) error {
	if err := d.note(ctx, s.Request); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	// The same may have been done again meanwhile.
	now, err := d.slip(name)
	if err != nil {
		return err
	}
	if now.Count -= s.Count; now.Count > 0 {
		return d.keep(name, now)
	}
	if err := d.o.Tray.Drop(name); err != nil {
		return err
	}
	delete(d.slips.sent, name)
	return nil
}
