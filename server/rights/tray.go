package rights

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Tray is where a request lies on this server's own disk before the store has it.
type Tray interface {
	// Put keeps a piece in place of the one of that name, so that it survives a crash.
	Put(name string, b []byte) error
	Get(name string) ([]byte, error)
	Drop(name string) error
	Names() ([]string, error)
}

const (
	// maxTray bounds what lies in the tray; above it, the store is needed.
	maxTray = 10_000
	// trayLife is how long a request lies on after the store had it, should that
	// lose it; lookEvery is how often the store is asked whether it has.
	trayLife, lookEvery = 72 * time.Hour, 5 * time.Minute
)

// slip is a request, or a line that is Done, as it lies in the tray.
type slip struct {
	kept
	// Sent is when the store had it; zero when it has not.
	Sent time.Time `json:"sent,omitzero"`
}

// slips is what is known of the tray.
type slips struct {
	// known says that the tray was read; sent is by the names in it.
	known bool
	sent  map[string]time.Time
	// busy are those that somebody is giving to the store.
	busy map[string]bool
	// looked is when the store was last asked for what it had.
	looked time.Time
}

// lay puts a new request into the tray, and takes it as one that the caller
// gives to the store. Errors: Unavailable.
func (d *Desk) lay(s slip) error {
	if err := d.readTray(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.slips.sent) >= maxTray {
		return consent.Fail(consent.Unavailable, "too many requests wait for the store", "send it again later")
	}
	if err := d.keep(s.ID, s); err != nil {
		return err
	}
	d.slips.sent[s.ID], d.slips.busy[s.ID] = time.Time{}, true
	return nil
}

func (d *Desk) keep(name string, s slip) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	return d.o.Tray.Put(name, b)
}

func (d *Desk) slip(id string) (s slip, err error) {
	b, err := d.o.Tray.Get(id)
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the request %s from this server's disk: %w", id, err)
	}
	s.Request.Sealed = s.kept.Sealed
	return s, nil
}

// readTray learns at the first call what lies in the tray.
func (d *Desk) readTray() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.slips.known {
		return nil
	}
	names, err := d.o.Tray.Names()
	if err != nil {
		return err
	}
	d.slips = slips{known: true, sent: map[string]time.Time{}, busy: map[string]bool{}}
	for _, id := range names {
		s, unread := d.slip(id)
		if unread != nil {
			// It is told of once, and holds up nothing.
			err = errors.Join(err, unread)
			continue
		}
		d.slips.sent[id] = s.Sent
	}
	return err
}

// deliver gives a request to the store and tells of it. Either may have happened
// before: told twice harms nobody, a request that nobody hears of does.
func (d *Desk) deliver(ctx context.Context, s slip) error {
	if err := d.put(ctx, s.Request, 0); err != nil && consent.CodeOf(err) != consent.Conflict {
		return err
	}
	if err := d.o.Announce(ctx, s.Request); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, there := d.slips.sent[s.ID]; !there {
		return nil
	}
	s.Sent = d.o.Clock().UTC()
	d.slips.sent[s.ID] = s.Sent
	// What the disk does not note is delivered once more after a start.
	_ = d.keep(s.ID, s)
	return nil
}

func (d *Desk) free(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.slips.busy, id)
}

// flushTray gives the store what it has not had, or has lost.
func (d *Desk) flushTray(ctx context.Context) error {
	if err := d.readTray(); err != nil {
		return err
	}
	now := d.o.Clock()
	d.mu.Lock()
	look := now.Sub(d.slips.looked) >= lookEvery
	ids := slices.Sorted(maps.Keys(d.slips.sent))
	d.mu.Unlock()
	for _, id := range ids {
		if err := d.flushSlip(ctx, id, now, look); err != nil {
			return err
		}
	}
	if look {
		d.mu.Lock()
		d.slips.looked = now
		d.mu.Unlock()
	}
	return nil
}

func (d *Desk) flushSlip(ctx context.Context, id string, now time.Time, look bool) error {
	d.mu.Lock()
	sent, there := d.slips.sent[id]
	if !there || d.slips.busy[id] || !sent.IsZero() && !look {
		d.mu.Unlock()
		return nil
	}
	d.slips.busy[id] = true
	d.mu.Unlock()
	defer d.free(id)
	if !sent.IsZero() && now.Sub(sent) > trayLife {
		if err := d.o.Tray.Drop(id); err != nil {
			return err
		}
		d.mu.Lock()
		delete(d.slips.sent, id)
		d.mu.Unlock()
		return nil
	}
	s, err := d.slip(id)
	if err != nil {
		return err
	}
	if s.Status == Done {
		return d.flushLine(ctx, id, s)
	}
	if !sent.IsZero() {
		if _, err := d.find(ctx, s.Site, id); consent.CodeOf(err) != consent.NotFound {
			return err
		}
	}
	return d.deliver(ctx, s)
}
